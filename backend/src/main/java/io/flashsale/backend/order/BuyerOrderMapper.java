package io.flashsale.backend.order;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

/** Reads order rows; only order-consumer writes them. */
@Mapper
interface BuyerOrderMapper {

    String COLUMNS =
            """
            SELECT id, user_id, sku, quantity, refunded, price_minor, currency, state, reason,
                   (SELECT COALESCE(s.state, p.state) FROM payment_order s JOIN payment p ON p.id = s.payment_id
                    WHERE s.order_id = orders.id AND p.state <> 'FAILED'
                    ORDER BY p.state = 'CREATED', p.created_at DESC, p.id DESC LIMIT 1) AS payment,
                   CAST(ROUND(UNIX_TIMESTAMP(created_at) * 1000) AS SIGNED) AS created_at,
                   CAST(ROUND(UNIX_TIMESTAMP(pay_before) * 1000) AS SIGNED) AS pay_before
            FROM orders
            """;

    @Select(COLUMNS + "WHERE id = #{id}")
    @Nullable
    Row find(String id);

    /** The buyer's orders that wait for payment, then those that were paid; the newest first of each. */
    @Select(
            COLUMNS
                    + """
            WHERE user_id = #{userId} AND state IN ('PENDING_PAYMENT', 'PAID')
            ORDER BY state = 'PAID', created_at DESC, id DESC LIMIT 100
            """)
    List<Row> live(String userId);

    /** How many orders there are, and when one of them changed last. */
    record Change(String userId, long orders, long last) {}

    @Select(
            """
            <script>
            SELECT user_id, COUNT(*) AS orders, CAST(ROUND(UNIX_TIMESTAMP(MAX(updated_at)) * 1000) AS SIGNED) AS last
            FROM orders WHERE user_id IN
            <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>
            GROUP BY user_id
            </script>
            """)
    List<Change> changes(@Param("ids") Collection<String> ids);

    record Row(
            String id,
            String userId,
            String sku,
            int quantity,
            int refunded,
            long priceMinor,
            String currency,
            String state,
            @Nullable String reason,
            @Nullable String payment,
            long createdAt,
            long payBefore) {}
}
