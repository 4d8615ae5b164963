package io.flashsale.cms.promo;

import com.baomidou.mybatisplus.core.conditions.query.QueryWrapper;
import com.baomidou.mybatisplus.core.mapper.BaseMapper;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface ItemMapper extends BaseMapper<ItemRow> {

    /** A promo's items, locked in order of id as everyone locks them. */
    default List<ItemRow> lock(long promoId) {
        return selectList(new QueryWrapper<ItemRow>()
                .eq("promo_id", promoId)
                .orderByAsc("id")
                .last("FOR UPDATE"));
    }

    /** The item that sells the SKU now, locked; null if none does. */
    default @Nullable ItemRow lockLive(String sku) {
        return selectOne(
                new QueryWrapper<ItemRow>().eq("sku", sku).eq("live", 1).last("FOR UPDATE"));
    }

    default @Nullable ItemRow lockOne(long id) {
        return selectOne(new QueryWrapper<ItemRow>().eq("id", id).last("FOR UPDATE"));
    }

    /** The item that sells the SKU, or else the newest that did or may. */
    default @Nullable ItemRow current(String sku) {
        return selectOne(new QueryWrapper<ItemRow>().eq("sku", sku).last("ORDER BY live DESC, id DESC LIMIT 1"));
    }

    default List<ItemRow> of(List<Long> promoIds) {
        return selectList(new QueryWrapper<ItemRow>().in("promo_id", promoIds).orderByAsc("promo_id", "id"));
    }

    /** Which of these SKUs another promo sells. */
    @Select(
            """
            <script>
            SELECT sku FROM promo_item WHERE live = 1 AND promo_id != #{promo} AND sku IN
            <foreach collection="skus" item="sku" open="(" separator="," close=")">#{sku}</foreach>
            </script>""")
    List<String> liveElsewhere(@Param("promo") long promo, @Param("skus") List<String> skus);

    /** @throws org.springframework.dao.DuplicateKeyException if the SKU is on another live promo */
    @Update(
            """
            UPDATE promo_item SET live = 1, published = planned, available = planned, version = version + 1
            WHERE id = #{id} AND live IS NULL""")
    void publish(@Param("id") long id);

    @Update("UPDATE promo_item SET version = version + 1 WHERE id = #{id}")
    void raiseVersion(@Param("id") long id);

    @Update("UPDATE promo_item SET live = NULL, version = version + 1 WHERE id = #{id}")
    void end(@Param("id") long id);

    @Update(
            """
            UPDATE promo_item SET published = published + #{units}, available = available + #{units}, version = version + 1
            WHERE id = #{id}""")
    void topUp(@Param("id") long id, @Param("units") int units);

    /** @return 0 if there are fewer, or the item has another epoch by now */
    @Update(
            """
            UPDATE promo_item SET published = published - #{units}, available = available - #{units},
              withdrawn = withdrawn + #{units}, version = version + 1
            WHERE id = #{id} AND epoch = #{epoch} AND available >= #{units}""")
    int withdraw(@Param("id") long id, @Param("epoch") long epoch, @Param("units") int units);

    @Delete("DELETE FROM policy WHERE sku = #{sku}")
    void clearPolicy(@Param("sku") String sku);

    @Insert("INSERT INTO policy (sku, user_level, quantity_limit) VALUES (#{sku}, #{level}, #{limit})")
    void addPolicy(@Param("sku") String sku, @Param("level") int level, @Param("limit") int limit);
}
