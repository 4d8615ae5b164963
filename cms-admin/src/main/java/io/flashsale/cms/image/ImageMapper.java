package io.flashsale.cms.image;

import com.baomidou.mybatisplus.core.conditions.query.QueryWrapper;
import com.baomidou.mybatisplus.core.mapper.BaseMapper;
import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface ImageMapper extends BaseMapper<ImageRow> {

    /** The latest first, those before an id. */
    default List<ImageRow> page(long before, int most) {
        return selectList(
                new QueryWrapper<ImageRow>().lt("id", before).orderByDesc("id").last("LIMIT " + most));
    }

    /** Those that are the same picture with the same words, of which there is one unless two were sent at the same moment. */
    default List<ImageRow> same(ImageRow row) {
        return selectList(new QueryWrapper<ImageRow>()
                .eq("name", row.name)
                .eq("alt_zh", row.altZh)
                .eq("alt_en", row.altEn)
                .last("LIMIT 1"));
    }

    default List<ImageRow> unpublished(int most) {
        return selectList(new QueryWrapper<ImageRow>()
                .isNull("published_at")
                .orderByAsc("id")
                .last("LIMIT " + most));
    }

    /** By an item of any promo, over or not. */
    @Select("<script>SELECT DISTINCT image_id FROM promo_item WHERE image_id IN"
            + " <foreach collection='ids' item='id' open='(' separator=',' close=')'>#{id}</foreach></script>")
    List<Long> usedOf(@Param("ids") Collection<Long> ids);

    default List<ImageRow> ofName(String name) {
        return selectList(new QueryWrapper<ImageRow>().eq("name", name));
    }

    @Delete("DELETE FROM image_file WHERE image_id = #{id}")
    void forgetFiles(@Param("id") long id);

    /** Of promos that are not over. */
    @Select(
            """
            SELECT m.* FROM image m WHERE m.published_at IS NOT NULL AND EXISTS (
              SELECT 1 FROM promo_item i JOIN promo p ON p.id = i.promo_id WHERE i.image_id = m.id AND p.state <> 'ENDED')""")
    List<ImageRow> shown();

    @Insert("INSERT INTO image_file (image_id, width, bytes) VALUES (#{id}, #{width}, #{bytes})")
    void file(@Param("id") long id, @Param("width") int width, @Param("bytes") byte[] bytes);

    /** What a file has in it. */
    record Stored(int width, byte[] bytes) {}

    @Select("SELECT width, bytes FROM image_file WHERE image_id = #{id} ORDER BY width")
    List<Stored> files(@Param("id") long id);

    @Select("SELECT width, bytes FROM image_file WHERE image_id = #{id} AND width = #{width}")
    @Nullable
    Stored oneFile(@Param("id") long id, @Param("width") int width);

    @Update("UPDATE image SET published_at = UTC_TIMESTAMP(3) WHERE id = #{id} AND published_at IS NULL")
    void published(@Param("id") long id);

    @Update("UPDATE image SET published_at = NULL WHERE id = #{id}")
    void withdrawn(@Param("id") long id);
}
