package io.flashsale.cms.settlement;

import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

/** Reads the books of a promo. */
@Mapper
interface SettlementMapper {

    record Promo(
            long id,
            String name,
            String state,
            LocalDateTime opensAt,
            LocalDateTime closesAt,
            LocalDateTime updatedAt) {}

    @Select("SELECT id, name, state, opens_at, closes_at, updated_at FROM promo WHERE id = #{id}")
    @Nullable
    Promo promo(long id);

    record Item(
            long id,
            String sku,
            String name,
            long priceMinor,
            String currency,
            long published,
            long available,
            long held,
            long sold,
            long restocked,
            long withdrawn) {}

    @Select(
            "SELECT id, sku, name, price_minor, currency, published, available, held, sold, restocked, withdrawn FROM promo_item"
                    + " WHERE promo_id = #{promoId} ORDER BY id")
    List<Item> items(long promoId);

    record Event(String event, long available, long held, long sold) {}

    @Select(
            "SELECT event, CAST(SUM(delta_available) AS SIGNED) AS available, CAST(SUM(delta_held) AS SIGNED) AS held,"
                    + " CAST(SUM(delta_sold) AS SIGNED) AS sold FROM stock_ledger WHERE promo_item_id = #{itemId} GROUP BY event")
    List<Event> ledger(long itemId);

    record Orders(String state, long orders, long units, long amount, LocalDateTime updatedAt) {}

    @Select("SELECT state, COUNT(*) AS orders, CAST(SUM(quantity) AS SIGNED) AS units,"
            + " CAST(SUM(price_minor * quantity) AS SIGNED) AS amount, MAX(updated_at) AS updated_at"
            + " FROM orders WHERE promo_item_id = #{itemId} GROUP BY state")
    List<Orders> orders(long itemId);

    record Rejected(String reason, long orders) {}

    @Select("SELECT COALESCE(reason, '') AS reason, COUNT(*) AS orders FROM orders"
            + " WHERE promo_item_id = #{itemId} AND state = 'REJECTED' GROUP BY reason")
    List<Rejected> rejected(long itemId);

    record Payments(String state, long payments, long received, LocalDateTime updatedAt) {}

    /** Of payments for several orders, the shares of this item's: {@code received} of none where the money went to no order. */
    @Select("SELECT COALESCE(s.state, p.state) AS state, COUNT(*) AS payments,"
            + " CAST(SUM(IF(s.state IS NULL, 0, s.amount_minor)) AS SIGNED) AS received,"
            + " MAX(GREATEST(p.updated_at, s.updated_at)) AS updated_at"
            + " FROM payment_order s JOIN payment p ON p.id = s.payment_id JOIN orders o ON o.id = s.order_id"
            + " WHERE o.promo_item_id = #{itemId} GROUP BY COALESCE(s.state, p.state)")
    List<Payments> payments(long itemId);

    record Refunds(String state, boolean ofUnits, long refunds, long amount, long returned, LocalDateTime updatedAt) {}

    @Select(
            "SELECT r.state, r.quantity > 0 AS of_units, COUNT(*) AS refunds, CAST(SUM(r.amount_minor) AS SIGNED) AS amount,"
                    + " CAST(SUM(IF(r.restock, r.quantity, 0)) AS SIGNED) AS returned, MAX(r.updated_at) AS updated_at"
                    + " FROM refund r JOIN orders o ON o.id = r.order_id WHERE o.promo_item_id = #{itemId}"
                    + " GROUP BY r.state, r.quantity > 0")
    List<Refunds> refunds(long itemId);

    record Answered(String code, long total) {}

    @Select(
            "SELECT code, CAST(SUM(total) AS SIGNED) AS total FROM answer_count WHERE promo_item_id = #{itemId} GROUP BY code")
    List<Answered> answers(long itemId);

    /** @param countedAt null: it has not said yet that all it counted is here */
    record Edge(String incarnation, @Nullable LocalDateTime countedAt) {}

    @Select(
            "SELECT DISTINCT c.incarnation, e.counted_at FROM answer_count c JOIN promo_item i ON i.id = c.promo_item_id"
                    + " LEFT JOIN edge_incarnation e ON e.incarnation = c.incarnation WHERE i.promo_id = #{promoId}"
                    + " ORDER BY c.incarnation")
    List<Edge> edges(long promoId);

    @Select("SELECT COUNT(*) FROM redis_effect WHERE promo_item_id = #{itemId} AND applied_at IS NULL")
    long owed(long itemId);

    @Select("SELECT COUNT(*) FROM withdrawal WHERE promo_item_id = #{itemId} AND state = 'ASKED'")
    long withdrawing(long itemId);

    @Select("SELECT COUNT(*) FROM parked_message WHERE promo_item_id = #{itemId} AND resolved_at IS NULL")
    long parked(long itemId);
}
