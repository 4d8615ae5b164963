package io.flashsale.backend.payment;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

/** Reads payments; only order-consumer writes them. */
@Mapper
interface PaymentQueries {

    /**
     * The standing of a buyer who wants to pay. Whom a rule keeps out for a while may pay what they have: that somebody asks too fast is
     * no reason to take it away.
     */
    record Standing(@Nullable String state, boolean blacklisted, int asked) {}

    @Select(
            """
            SELECT (SELECT b.state FROM buyer b WHERE b.user_id = #{userId}) AS state,
                   EXISTS (SELECT 1 FROM blacklist_entry e WHERE e.kind = 'account' AND e.value = #{userId}
                           AND e.source NOT LIKE 'rule:%' AND e.lifted_at IS NULL AND (e.expires_at IS NULL OR e.expires_at > UTC_TIMESTAMP(3))) AS blacklisted,
                   (SELECT COUNT(DISTINCT p.id) FROM orders o JOIN payment_order s ON s.order_id = o.id
                    JOIN payment p ON p.id = s.payment_id
                    WHERE o.user_id = #{userId} AND p.created_at > UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE) AS asked
            """)
    Standing standing(String userId);

    record Late(String paymentId, String orderId, long itemId) {}

    /**
     * Orders whose payments came late, but for those whose units are still on their way back to Redis (they rest for up to two seconds), and
     * those of some items.
     */
    @Select(
            """
            <script>
            SELECT s.payment_id, s.order_id, o.promo_item_id AS item_id
            FROM payment_order s JOIN orders o ON o.id = s.order_id
            WHERE s.state = 'LATE'
              AND NOT EXISTS (SELECT 1 FROM redis_effect e WHERE e.applied_at IS NULL AND e.kind = 'RELEASE'
                              AND e.promo_item_id = o.promo_item_id AND e.payload = CONCAT('{"orderId":"', o.id, '"}'))
            <if test='!without.isEmpty()'>
            AND o.promo_item_id NOT IN
            <foreach item='id' collection='without' open='(' separator=',' close=')'>#{id}</foreach>
            </if>
            ORDER BY s.updated_at LIMIT #{most}
            </script>
            """)
    List<Late> late(@Param("most") int most, @Param("without") Collection<Long> without);
}
