package io.flashsale.cms.promo;

import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

@Mapper
interface BucketMapper {

    /** Null where the promo says nothing of either. */
    @Select("SELECT account, sku FROM promo_bucket WHERE promo_id = #{promoId}")
    @Nullable
    Buckets of(long promoId);

    @Insert("INSERT INTO promo_bucket (promo_id, account, sku) VALUES (#{promoId}, #{account}, #{sku})"
            + " ON DUPLICATE KEY UPDATE account = VALUES(account), sku = VALUES(sku)")
    int set(
            @Param("promoId") long promoId,
            @Param("account") @Nullable String account,
            @Param("sku") @Nullable String sku);

    @Delete("DELETE FROM promo_bucket WHERE promo_id = #{promoId}")
    int clear(long promoId);
}
