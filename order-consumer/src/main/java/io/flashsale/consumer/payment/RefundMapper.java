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
            "SELECT id, order_id, payment_id, quantity, asked_units, restock, amount_minor, currency, reason, requested_by, request_id, state"
                    + " FROM refund ";

    @Select(COLUMNS + "WHERE order_id = #{orderId} AND request_id = #{requestId}")
    @Nullable
    Refund ofRequest(@Param("orderId") String orderId, @Param("requestId") String requestId);

    @Select(COLUMNS + "WHERE id = #{id}")
    @Nullable
    Refund find(String id);

    @Select(COLUMNS + "WHERE order_id = #{orderId} ORDER BY created_at, id")
    List<Refund> ofOrder(String orderId);

    /** Of one state, those whose time has come. */
    @Select(COLUMNS + "WHERE state = #{state} AND next_at <= #{now} ORDER BY next_at LIMIT #{most}")
    List<Refund> due(@Param("state") Refund.State state, @Param("now") String now, @Param("most") int most);

    /** Again later: after so many seconds, and twice as long each time, up to an hour. */
    @Update("UPDATE refund SET next_at = #{now} + INTERVAL LEAST(3600, #{seconds} * POW(2, LEAST(tries, 12))) SECOND,"
            + " tries = tries + 1 WHERE id = #{id}")
    int later(@Param("id") String id, @Param("seconds") int seconds, @Param("now") String now);

    @Insert("INSERT INTO audit_log (actor, action, subject, detail, created_at)"
            + " VALUES (#{actor}, 'ORDER_REFUNDED', #{subject}, #{detail}, #{now})")
    int audit(
            @Param("actor") String actor,
            @Param("subject") String subject,
            @Param("detail") String detail,
            @Param("now") String now);

    @Insert(
            "INSERT INTO refund (id, order_id, payment_id, quantity, asked_units, restock, amount_minor, currency, reason,"
                    + " requested_by, request_id, state, created_at, updated_at, next_at) VALUES (#{refund.id}, #{refund.orderId},"
                    + " #{refund.paymentId}, #{refund.quantity}, #{refund.askedUnits}, #{refund.restock}, #{refund.amountMinor},"
                    + " #{refund.currency}, #{refund.reason}, #{refund.requestedBy}, #{refund.requestId}, #{refund.state}, #{now}, #{now},"
                    + " #{now})")
    int create(@Param("refund") Refund refund, @Param("now") String now);

    @Update(
            "UPDATE refund SET state = 'SENT', updated_at = #{now}, tries = 0, next_at = #{now} + INTERVAL 60 SECOND WHERE id = #{id} AND state = 'DUE'")
    int sent(@Param("id") String id, @Param("now") String now);

    @Update("UPDATE refund SET state = 'DONE', updated_at = #{now} WHERE id = #{id} AND state <> 'DONE'")
    int done(@Param("id") String id, @Param("now") String now);
}
