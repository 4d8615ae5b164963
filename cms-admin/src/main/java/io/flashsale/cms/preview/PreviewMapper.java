package io.flashsale.cms.preview;

import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

@Mapper
interface PreviewMapper {

    @Insert(
            "INSERT INTO preview (token_hash, name, document, made_by, made_at, ends_at) VALUES (#{hash}, #{name}, #{document}, #{by},"
                    + " UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL #{seconds} SECOND)")
    void insert(
            @Param("hash") String hash,
            @Param("name") String name,
            @Param("document") String document,
            @Param("by") String by,
            @Param("seconds") long seconds);

    /** A link that opens something. */
    record Stored(long id, String name, String madeBy, LocalDateTime madeAt, LocalDateTime endsAt) {}

    String COLUMNS = "SELECT id, name, made_by, made_at, ends_at FROM preview WHERE ends_at > UTC_TIMESTAMP(3)";

    @Select(COLUMNS + " ORDER BY id DESC LIMIT #{most}")
    List<Stored> open(@Param("most") int most);

    @Select(COLUMNS + " AND token_hash = #{hash}")
    @Nullable
    Stored byHash(@Param("hash") String hash);

    @Select(COLUMNS + " AND id = #{id}")
    @Nullable
    Stored byId(@Param("id") long id);

    @Delete("DELETE FROM preview WHERE id = #{id}")
    int delete(@Param("id") long id);

    @Delete("DELETE FROM preview WHERE ends_at <= UTC_TIMESTAMP(3)")
    void forgetEnded();
}
