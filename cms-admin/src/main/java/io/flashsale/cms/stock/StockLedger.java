package io.flashsale.cms.stock;

import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

/** Units that come onto sale, or are taken off it unsold. What becomes of them is the order consumer's to write. The operation id makes each happen once. */
@Mapper
public interface StockLedger {

    /**
     * Adds units to what is available, or takes them off.
     *
     * @throws org.springframework.dao.DuplicateKeyException if the operation has been
     */
    @Insert(
            """
            INSERT INTO stock_ledger (operation_id, promo_item_id, sku, event, delta_available, delta_held, delta_sold, created_at)
            VALUES (#{operation}, #{itemId}, #{sku}, #{event}, #{units}, 0, 0, UTC_TIMESTAMP(3))""")
    void append(
            @Param("operation") String operation,
            @Param("itemId") long itemId,
            @Param("sku") String sku,
            @Param("event") String event,
            @Param("units") int units);

    /** What an operation did, or null if it has not been. */
    @Select("SELECT promo_item_id, sku, delta_available AS units FROM stock_ledger WHERE operation_id = #{operation}")
    @Nullable
    Entry find(@Param("operation") String operation);

    /** One of either. */
    record Entry(long promoItemId, String sku, int units) {}
}
