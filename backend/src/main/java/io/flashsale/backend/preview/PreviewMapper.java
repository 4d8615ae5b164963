package io.flashsale.backend.preview;

import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

@Mapper
interface PreviewMapper {

    /** @param ends epoch milliseconds */
    record Preview(String document, long ends) {}

    @Select(
            """
            SELECT document, CAST(ROUND(UNIX_TIMESTAMP(ends_at) * 1000) AS SIGNED) AS ends
            FROM preview WHERE token_hash = #{hash} AND ends_at > UTC_TIMESTAMP(3)""")
    @Nullable
    Preview find(String hash);
}
