package io.flashsale.cms.order;

import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

/** Reads the books of orders. All that asks for many has an index to go by. */
@Mapper
interface OrderMapper {

    String LINE =
            "SELECT o.id, o.sku, i.name, o.user_id, o.quantity, o.refunded, o.price_minor, o.currency, o.state, o.created_at"
                    + " FROM orders o JOIN promo_item i ON i.id = o.promo_item_id";

    record Line(
            String id,
            String sku,
            String itemName,
            String userId,
            int quantity,
            int refunded,
            long priceMinor,
            String currency,
            String state,
            LocalDateTime createdAt) {}

    /** Of one buyer, newest first. */
    @Select(LINE + " WHERE o.user_id = #{user} ORDER BY o.created_at DESC, o.id DESC LIMIT #{most}")
    List<Line> ofBuyer(@Param("user") String user, @Param("most") int most);

    /** Of these items in one of these states, by id from one on. Each state is read in the order of its index, however many there are. */
    @Select(
            """
            <script>
            <foreach collection="items" item="item" open="SELECT * FROM (" separator=" UNION ALL " close=") found">
            <foreach collection="states" item="state" separator=" UNION ALL ">(
            """
                    + LINE
                    + """
             WHERE o.promo_item_id = #{item} AND o.state = #{state} AND o.id &gt; #{after} ORDER BY o.id LIMIT #{most})</foreach></foreach>
            ORDER BY id LIMIT #{most}
            </script>""")
    List<Line> ofItems(
            @Param("items") List<Long> items,
            @Param("states") List<String> states,
            @Param("after") String after,
            @Param("most") int most);

    /** The items that have been on sale under a SKU, the latest of them. */
    @Select("SELECT id FROM promo_item WHERE sku = #{sku} AND published + withdrawn > 0 ORDER BY id DESC LIMIT 20")
    List<Long> items(@Param("sku") String sku);

    record Order(
            String id,
            long promoId,
            String promoName,
            String sku,
            String itemName,
            String userId,
            int userLevel,
            int quantity,
            int refunded,
            long priceMinor,
            String currency,
            String state,
            @Nullable String reason,
            @Nullable String requestId,
            @Nullable String traceId,
            LocalDateTime createdAt,
            LocalDateTime payBefore,
            LocalDateTime updatedAt) {}

    @Select(
            "SELECT o.id, o.promo_id, p.name AS promo_name, o.sku, i.name AS item_name, o.user_id, o.user_level, o.quantity, o.refunded,"
                    + " o.price_minor, o.currency, o.state, o.reason, o.request_id, o.trace_id, o.created_at, o.pay_before, o.updated_at"
                    + " FROM orders o JOIN promo_item i ON i.id = o.promo_item_id JOIN promo p ON p.id = o.promo_id WHERE o.id = #{id}")
    @Nullable
    Order find(@Param("id") String id);

    /**
     * Something that happened to an order.
     *
     * @param what the key of its message
     * @param number units, or the minor unit of money, as {@code what} has it
     * @param word a state, a reason, or an id
     */
    record Event(LocalDateTime at, String what, long number, String word) {}

    /** Everything that the books have of it, in the order of time. Of a payment for several orders, its own share. */
    @Select(
            """
            SELECT at, what, number, word FROM (
              SELECT id AS row_id, created_at AS at, CONCAT('ledger.', event) AS what, ABS(delta_available) + IF(delta_available = 0, ABS(delta_held), 0) AS number,
                     operation_id AS word, 1 AS kind FROM stock_ledger WHERE order_id = #{id}
              UNION ALL
              SELECT 0, p.created_at, 'payment.asked', s.amount_minor, p.id, 2 FROM payment_order s JOIN payment p ON p.id = s.payment_id WHERE s.order_id = #{id}
              UNION ALL
              SELECT e.id, e.received_at, CONCAT('payment.', e.kind), s.amount_minor, CONCAT(e.payment_id, ' ', e.outcome), 3
              FROM payment_order s JOIN payment_event e ON e.payment_id = s.payment_id
              WHERE s.order_id = #{id} AND e.kind IN ('SUCCEEDED', 'FAILED')
              UNION ALL
              SELECT 0, created_at, 'refund.asked', amount_minor, CONCAT(id, ' ', requested_by, ' ', reason), 4 FROM refund WHERE order_id = #{id}
              UNION ALL
              SELECT 0, updated_at, CONCAT('refund.', state), amount_minor, id, 5 FROM refund WHERE order_id = #{id} AND state <> 'DUE'
              UNION ALL
              SELECT id, created_at, 'parked', 0, reason, 6 FROM parked_message WHERE order_id = #{id}
              UNION ALL
              SELECT id, resolved_at, 'resolved', 0, CONCAT_WS(' ', resolution, resolved_by, note), 7 FROM parked_message WHERE order_id = #{id} AND resolved_at IS NOT NULL
            ) trail ORDER BY at, kind, row_id""")
    List<Event> trail(@Param("id") String id);
}
