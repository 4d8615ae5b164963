package io.flashsale.consumer.payment;

import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface RefundMapper {

    String COLUMNS =
            "SELECT id, order_id, payment_id, quantity, restock, amount_minor, currency, reason, requested_by, request_id, state"
                    + " FROM refund ";

    @Select(COLUMNS + "WHERE order_id = #{orderId} AND request_id = #{requestId}")
    @Nullable
    Refund ofRequest(@Param("orderId") String orderId, @Param("requestId") String requestId);

    @Select(COLUMNS + "WHERE order_id = #{orderId} ORDER BY created_at, id")
    List<Refund> ofOrder(String orderId);

    @Select(COLUMNS + "WHERE state = 'DUE' ORDER BY updated_at LIMIT #{most}")
    List<Refund> due(@Param("most") int most);

    @Insert(
            "INSERT INTO refund (id, order_id, payment_id, quantity, restock, amount_minor, currency, reason, requested_by, request_id,"
                    + " state, created_at, updated_at) VALUES (#{refund.id}, #{refund.orderId}, #{refund.paymentId}, #{refund.quantity},"
                    + " #{refund.restock}, #{refund.amountMinor}, #{refund.currency}, #{refund.reason}, #{refund.requestedBy},"
                    + " #{refund.requestId}, #{refund.state}, #{now}, #{now})")
    int create(@Param("refund") Refund refund, @Param("now") String now);

    @Update("UPDATE refund SET state = 'SENT', updated_at = #{now} WHERE id = #{id} AND state = 'DUE'")
    int sent(@Param("id") String id, @Param("now") String now);

    @Update("UPDATE refund SET state = 'DONE', updated_at = #{now} WHERE id = #{id} AND state <> 'DONE'")
    int done(@Param("id") String id, @Param("now") String now);
}
