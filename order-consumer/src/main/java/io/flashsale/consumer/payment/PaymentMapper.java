package io.flashsale.consumer.payment;

import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface PaymentMapper {

    String COLUMNS =
            "SELECT id, order_id, provider, provider_ref, pay_url, amount_minor, currency, received_minor, state, reason FROM payment ";

    /** What the order costs, and whether it may still be paid at {@code now}. */
    record Price(long amountMinor, String currency, boolean inTime) {}

    @Select(
            "SELECT price_minor * quantity AS amount_minor, currency, pay_before > #{now} AS in_time FROM orders WHERE id = #{orderId}")
    Price price(@Param("orderId") String orderId, @Param("now") String now);

    @Select(COLUMNS + "WHERE id = #{id}")
    @Nullable
    Payment find(String id);

    @Select(COLUMNS + "WHERE id = #{id} FOR UPDATE")
    @Nullable
    Payment lock(String id);

    @Select(COLUMNS + "WHERE order_id = #{orderId} ORDER BY id")
    List<Payment> ofOrder(String orderId);

    /** Payments of which nothing is known, whose provider is to be asked by now. */
    @Select(COLUMNS + "WHERE state = 'CREATED' AND next_at <= #{now} ORDER BY next_at LIMIT #{most}")
    List<Payment> silent(@Param("now") String now, @Param("most") int most);

    /** The next time is twice as far away each time, up to an hour. */
    @Update(
            "UPDATE payment SET next_at = #{now} + INTERVAL LEAST(3600, 60 * POW(2, LEAST(tries, 6))) SECOND, tries = tries + 1"
                    + " WHERE id = #{id}")
    int looked(@Param("id") String id, @Param("now") String now);

    @Insert(
            "INSERT INTO payment (id, order_id, provider, amount_minor, currency, state, created_at, updated_at, next_at)"
                    + " VALUES (#{id}, #{orderId}, #{provider}, #{amountMinor}, #{currency}, 'CREATED', #{now}, #{now},"
                    + " #{now} + INTERVAL 60 SECOND)")
    int create(
            @Param("id") String id,
            @Param("orderId") String orderId,
            @Param("provider") String provider,
            @Param("amountMinor") long amountMinor,
            @Param("currency") String currency,
            @Param("now") String now);

    @Update("UPDATE payment SET provider_ref = #{ref}, pay_url = #{payUrl}, updated_at = #{now} WHERE id = #{id}")
    int opened(
            @Param("id") String id, @Param("ref") String ref, @Param("payUrl") String payUrl, @Param("now") String now);

    @Update(
            "UPDATE payment SET state = #{to}, reason = #{reason}, received_minor = COALESCE(#{received}, received_minor),"
                    + " updated_at = #{now} WHERE id = #{id} AND state = #{from}")
    int move(
            @Param("id") String id,
            @Param("from") Payment.State from,
            @Param("to") Payment.State to,
            @Param("reason") @Nullable String reason,
            @Param("received") @Nullable Long received,
            @Param("now") String now);

    @Select("SELECT outcome FROM payment_event WHERE provider = #{provider} AND event_id = #{eventId}")
    @Nullable
    String outcome(@Param("provider") String provider, @Param("eventId") String eventId);

    @Insert(
            "INSERT INTO payment_event (provider, event_id, payment_id, kind, amount_minor, currency, received_at, outcome)"
                    + " VALUES (#{provider}, #{eventId}, #{paymentId}, #{kind}, #{amountMinor}, #{currency}, #{now}, #{outcome})")
    int keep(
            @Param("provider") String provider,
            @Param("eventId") String eventId,
            @Param("paymentId") String paymentId,
            @Param("kind") PaymentGateway.Kind kind,
            @Param("amountMinor") long amountMinor,
            @Param("currency") String currency,
            @Param("outcome") String outcome,
            @Param("now") String now);
}
