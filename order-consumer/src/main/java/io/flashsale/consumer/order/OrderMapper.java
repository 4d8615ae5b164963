package io.flashsale.consumer.order;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface OrderMapper {

    String COLUMNS = "id, promo_item_id, sku, user_id, quantity, refunded, state, trace_id";

    @Select("SELECT " + COLUMNS + " FROM orders WHERE id = #{id} FOR UPDATE")
    @Nullable
    OrderRow lock(@Param("id") String id);

    /** Along the primary key, so that the locks come in the order of the ids; an order that somebody else has in hand is left to him. */
    @Select("<script>SELECT " + COLUMNS + " FROM orders FORCE INDEX (PRIMARY) WHERE id IN"
            + " <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>"
            + " AND state = 'PENDING_PAYMENT' AND pay_before &lt;= #{now} ORDER BY id FOR UPDATE SKIP LOCKED</script>")
    List<OrderRow> lockOverdue(@Param("ids") Collection<String> ids, @Param("now") String now);

    /** Locks nothing: who acts on it looks again under the locks. */
    @Select("<script>SELECT " + COLUMNS + " FROM orders FORCE INDEX (orders_deadline)"
            + " WHERE state = 'PENDING_PAYMENT' AND pay_before &lt;= #{now}"
            + " <if test='!without.isEmpty()'>AND promo_item_id NOT IN"
            + " <foreach item='id' collection='without' open='(' separator=',' close=')'>#{id}</foreach></if>"
            + " ORDER BY pay_before LIMIT #{most}</script>")
    List<OrderRow> overdue(
            @Param("now") String now, @Param("most") int most, @Param("without") Collection<Long> without);

    @Select(
            "SELECT id FROM orders WHERE user_id = #{userId} AND promo_item_id = #{itemId} AND request_id = #{requestId}")
    @Nullable
    String boundTo(@Param("userId") String userId, @Param("itemId") long itemId, @Param("requestId") String requestId);

    @Update("UPDATE orders SET state = 'PAID', reason = NULL, updated_at = #{now} WHERE id = #{id} AND state = #{from}")
    int pay(@Param("id") String id, @Param("from") OrderState from, @Param("now") String now);

    /** State and reason first: they are made of what {@code refunded} was. */
    @Update("UPDATE orders SET state = IF(refunded + #{units} = quantity, 'REFUND_PENDING', state),"
            + " reason = IF(refunded + #{units} = quantity, #{reason}, reason),"
            + " refunded = refunded + #{units}, updated_at = #{now}"
            + " WHERE id = #{id} AND state = 'PAID' AND refunded + #{units} <= quantity")
    int refund(
            @Param("id") String id,
            @Param("units") int units,
            @Param("reason") String reason,
            @Param("now") String now);

    @Update("UPDATE orders SET state = 'REFUNDED', updated_at = #{now} WHERE id = #{id} AND state = 'REFUND_PENDING'")
    int refunded(@Param("id") String id, @Param("now") String now);

    @Update("<script>UPDATE orders SET state = #{to}, reason = #{reason}, updated_at = #{now}"
            + " WHERE state = 'PENDING_PAYMENT' AND id IN"
            + " <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach></script>")
    int end(
            @Param("ids") Collection<String> ids,
            @Param("to") OrderState to,
            @Param("reason") String reason,
            @Param("now") String now);
}
