package io.flashsale.backend.stock;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.ResultType;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.mapping.ResultSetType;
import org.apache.ibatis.session.ResultHandler;
import org.jspecify.annotations.Nullable;

/** Reads what a rebuild installs: who may buy, the orders of an item, and the messages that may become some. */
@Mapper
interface OrderMapper {

    /** Streams the orders that Redis must know. Rejected ones never had their units in the truth. */
    @Select(
            """
            SELECT id, user_id, user_level, quantity, request_id, seq, trace_id, state,
                   CAST(ROUND(UNIX_TIMESTAMP(created_at) * 1000) AS SIGNED) AS created,
                   CAST(ROUND(UNIX_TIMESTAMP(pay_before) * 1000) AS SIGNED) AS pay_before
            FROM orders
            WHERE promo_item_id = #{itemId} AND state <> 'REJECTED'
            """)
    @Options(resultSetType = ResultSetType.FORWARD_ONLY, fetchSize = Integer.MIN_VALUE)
    @ResultType(Order.class)
    void stream(@Param("itemId") long itemId, ResultHandler<Order> handler);

    record Order(
            String id,
            String userId,
            int userLevel,
            int quantity,
            @Nullable String requestId,
            long seq,
            @Nullable String traceId,
            String state,
            long created,
            long payBefore) {}

    /** Streams who is on a list. */
    @Select("SELECT user_id FROM eligibility_member WHERE list_id = #{listId}")
    @Options(resultSetType = ResultSetType.FORWARD_ONLY, fetchSize = Integer.MIN_VALUE)
    @ResultType(Member.class)
    void streamMembers(@Param("listId") long listId, ResultHandler<Member> handler);

    record Member(String userId) {}

    /** Bodies of messages that nobody has settled, the oldest first. */
    @Select("SELECT body FROM parked_message WHERE resolved_at IS NULL AND promo_item_id = #{itemId} ORDER BY id")
    List<Parked> parked(long itemId);

    record Parked(byte[] body) {}

    /** Those of the ids that have a row. */
    @Select(
            """
            <script>
            SELECT id FROM orders WHERE id IN
            <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>
            </script>
            """)
    List<String> present(@Param("ids") Collection<String> ids);
}
