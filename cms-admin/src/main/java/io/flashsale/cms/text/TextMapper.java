package io.flashsale.cms.text;

import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface TextMapper {

    /** @param name of its file, where that has been published; empty: nobody is shown anything */
    record Described(
            long id,
            String description,
            @Nullable String descriptionZh,
            @Nullable String descriptionEn,
            @Nullable String name) {}

    /** Of promos that somebody has approved, or that are on sale: what is put where shoppers fetch it cannot be taken back. */
    String SPOKEN_OF = "SELECT id, description, description_zh, description_en, text_name AS name FROM promo"
            + " WHERE (state IN ('LIVE', 'PAUSED') OR state = 'DRAFT' AND review = 'APPROVED')"
            + " AND (description <> '' OR description_zh IS NOT NULL OR description_en IS NOT NULL)";

    @Select(SPOKEN_OF + " AND text_name IS NULL ORDER BY id LIMIT #{most}")
    List<Described> unpublished(@Param("most") int most);

    @Select(SPOKEN_OF + " AND text_name <> ''")
    List<Described> shown();

    @Update("UPDATE promo SET text_name = #{name} WHERE id = #{id}")
    void published(@Param("id") long id, @Param("name") String name);
}
