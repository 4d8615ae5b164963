package io.flashsale.backend.reconcile;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;

/** What MySQL says of an item and its orders. */
@Mapper
interface TruthMapper {

    record Row(String id, String userId, int quantity, String state) {}

    @Select(
            """
            <script>
            SELECT id, user_id, quantity, state FROM orders WHERE id IN
            <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>
            </script>
            """)
    List<Row> rows(@Param("ids") Collection<String> ids);

    /** Orders of an item in one state, by id from after one on: a range of the index orders_item, whose entries end in the id. */
    @Select("SELECT id, user_id, quantity, state FROM orders WHERE promo_item_id = #{itemId} AND state = #{state}"
            + " AND id > #{after} ORDER BY id LIMIT #{most}")
    List<Row> inState(
            @Param("itemId") long itemId,
            @Param("state") String state,
            @Param("after") String after,
            @Param("most") int most);

    /** Keys of messages that wait for somebody to settle them. */
    @Select("SELECT DISTINCT order_id FROM parked_message WHERE resolved_at IS NULL AND order_id IS NOT NULL"
            + " AND promo_item_id = #{itemId}")
    List<String> parked(long itemId);

    record Owed(String kind, String payload) {}

    /** What MySQL owes Redis of the item, whether it is due or rests. */
    @Select("SELECT kind, payload FROM redis_effect WHERE promo_item_id = #{itemId} AND applied_at IS NULL")
    List<Owed> owed(long itemId);

    /** Whether units are being withdrawn: gone from Redis, perhaps, and still in MySQL. */
    @Select("SELECT EXISTS (SELECT 1 FROM withdrawal WHERE promo_item_id = #{itemId} AND state = 'ASKED')")
    boolean withdrawing(long itemId);

    /** The item's counters beside what its ledger and its orders come to, without the units that came back; one statement, so one moment. */
    record Books(
            long published,
            long available,
            long held,
            long sold,
            long ledgerAvailable,
            long ledgerHeld,
            long ledgerSold,
            long pendingUnits,
            long paidUnits) {}

    @Select(
            """
            SELECT i.published, i.available, i.held, i.sold,
                   CAST(COALESCE(l.available, 0) AS SIGNED) AS ledger_available,
                   CAST(COALESCE(l.held, 0) AS SIGNED) AS ledger_held,
                   CAST(COALESCE(l.sold, 0) AS SIGNED) AS ledger_sold,
                   CAST(COALESCE(o.pending, 0) AS SIGNED) AS pending_units,
                   CAST(COALESCE(o.paid, 0) - i.restocked AS SIGNED) AS paid_units
            FROM promo_item i
            LEFT JOIN (SELECT promo_item_id, SUM(delta_available) AS available, SUM(delta_held) AS held,
                              SUM(delta_sold) AS sold
                       FROM stock_ledger WHERE promo_item_id = #{itemId} GROUP BY promo_item_id) l
              ON l.promo_item_id = i.id
            LEFT JOIN (SELECT promo_item_id, SUM(IF(state = 'PENDING_PAYMENT', quantity, 0)) AS pending,
                              SUM(IF(state IN ('PAID', 'REFUND_PENDING', 'REFUNDED'), quantity, 0)) AS paid
                       FROM orders WHERE promo_item_id = #{itemId} GROUP BY promo_item_id) o
              ON o.promo_item_id = i.id
            WHERE i.id = #{itemId}
            """)
    Books books(long itemId);
}
