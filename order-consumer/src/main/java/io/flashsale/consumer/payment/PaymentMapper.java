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
            "SELECT p.id, p.provider, p.provider_ref, p.pay_url, p.amount_minor, p.currency, p.received_minor, p.state, p.reason"
                    + " FROM payment p ";

    String SHARES = "SELECT payment_id, order_id, amount_minor, state, reason FROM payment_order ";

    /** What an order costs, and whether it may still be paid. */
    record Price(long amountMinor, String currency, boolean inTime) {}

    @Select(
            "SELECT price_minor * quantity AS amount_minor, currency, pay_before > #{now} AS in_time FROM orders WHERE id = #{orderId}")
    Price price(@Param("orderId") String orderId, @Param("now") String now);

    @Select(COLUMNS + "WHERE p.id = #{id}")
    @Nullable
    Payment find(String id);

    @Select(COLUMNS + "WHERE p.id = #{id} FOR UPDATE")
    @Nullable
    Payment lock(String id);

    /** All that pay for this order, be it alone or with others. */
    @Select(COLUMNS + "JOIN payment_order s ON s.payment_id = p.id WHERE s.order_id = #{orderId} ORDER BY p.id")
    List<Payment> ofOrder(String orderId);

    /** By the orders' ids. Which orders a payment is for never changes. */
    @Select(SHARES + "WHERE payment_id = #{paymentId} ORDER BY order_id")
    List<Share> shares(String paymentId);

    /** What the order was paid by. */
    @Select(SHARES + "WHERE order_id = #{orderId} AND state = 'PAID'")
    @Nullable
    Share paid(String orderId);

    /** Payments of which nothing is known, whose provider is to be asked by now. */
    @Select(COLUMNS + "WHERE p.state = 'CREATED' AND p.next_at <= #{now} ORDER BY p.next_at LIMIT #{most}")
    List<Payment> silent(@Param("now") String now, @Param("most") int most);

    /** The next time is twice as far away each time, up to an hour. */
    @Update(
            "UPDATE payment SET next_at = #{now} + INTERVAL LEAST(3600, 60 * POW(2, LEAST(tries, 6))) SECOND, tries = tries + 1"
                    + " WHERE id = #{id}")
    int looked(@Param("id") String id, @Param("now") String now);

    @Insert("INSERT INTO payment (id, provider, amount_minor, currency, state, created_at, updated_at, next_at)"
            + " VALUES (#{id}, #{provider}, #{amountMinor}, #{currency}, 'CREATED', #{now}, #{now},"
            + " #{now} + INTERVAL 60 SECOND)")
    int create(
            @Param("id") String id,
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

    @Insert("INSERT INTO payment_order (payment_id, order_id, amount_minor, updated_at)"
            + " VALUES (#{id}, #{orderId}, #{amountMinor}, #{now})")
    int createShare(
            @Param("id") String id,
            @Param("orderId") String orderId,
            @Param("amountMinor") long amountMinor,
            @Param("now") String now);

    @Update("UPDATE payment_order SET state = #{to}, reason = #{reason}, updated_at = #{now}"
            + " WHERE payment_id = #{share.paymentId} AND order_id = #{share.orderId} AND state <=> #{share.state}")
    int moveShare(
            @Param("share") Share share,
            @Param("to") Share.State to,
            @Param("reason") @Nullable String reason,
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
