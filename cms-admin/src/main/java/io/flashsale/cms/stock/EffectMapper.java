package io.flashsale.cms.stock;

import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;

@Mapper
interface EffectMapper {

    /** Due at once, on the database's clock, which is also the one the backend reads. */
    @Insert(
            """
            INSERT INTO redis_effect (promo_item_id, version, kind, payload, not_before, created_at)
            VALUES (#{itemId}, #{version}, #{kind}, #{payload}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))""")
    @Options(useGeneratedKeys = true, keyProperty = "id")
    void insert(EffectRow row);

    @Select(
            """
            <script>
            SELECT COUNT(*) FROM redis_effect WHERE applied_at IS NULL AND id IN
            <foreach collection="ids" item="id" open="(" separator="," close=")">#{id}</foreach>
            </script>""")
    int owed(@Param("ids") List<Long> ids);

    /** Those that were due so many seconds ago. */
    @Select("SELECT COUNT(*) FROM redis_effect WHERE applied_at IS NULL"
            + " AND not_before < UTC_TIMESTAMP(3) - INTERVAL #{seconds} SECOND")
    int overdue(@Param("seconds") long seconds);

    @Select(
            """
            SELECT id FROM redis_effect
            WHERE promo_item_id = #{itemId} AND kind = #{kind} AND applied_at IS NULL ORDER BY id""")
    List<Long> owedOf(@Param("itemId") long itemId, @Param("kind") String kind);
}
