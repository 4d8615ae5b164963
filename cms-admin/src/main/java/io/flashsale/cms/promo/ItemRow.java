package io.flashsale.cms.promo;

import com.baomidou.mybatisplus.annotation.IdType;
import com.baomidou.mybatisplus.annotation.TableId;
import com.baomidou.mybatisplus.annotation.TableName;
import org.jspecify.annotations.Nullable;

/** A row of {@code promo_item}. */
@TableName("promo_item")
class ItemRow {

    @TableId(type = IdType.AUTO)
    @Nullable
    Long id;

    long promoId;
    String sku = "";
    String name = "";

    @Nullable
    String nameZh;

    @Nullable
    String nameEn;

    long priceMinor;

    @Nullable
    Long listPriceMinor;

    String currency = "";
    int planned;
    int published;
    int available;
    int held;
    int sold;
    long withdrawn;
    int holdSeconds;

    @Nullable
    Integer quantityLimit;

    int minLevel;

    @Nullable
    String levelLimits;

    @Nullable
    Long imageId;

    @Nullable
    Long listId;

    @Nullable
    Integer live;

    long epoch;
    long version;

    long id() {
        if (id == null) {
            throw new IllegalStateException("the row has no id yet");
        }
        return id;
    }
}
