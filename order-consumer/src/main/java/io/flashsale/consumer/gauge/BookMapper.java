package io.flashsale.consumer.gauge;

import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;

/** Counts what waits, along indexes. */
@Mapper
interface BookMapper {

    record Units(String sku, long published, long available, long held, long sold) {}

    /** @param oldestMs how long the oldest has waited; 0 without any */
    record Waiting(long count, double oldestMs) {}

    /** What is on sale first, as the backend says it of Redis. */
    @Select("SELECT i.sku, i.published, i.available, i.held, i.sold FROM promo_item i JOIN promo p ON p.id = i.promo_id"
            + " WHERE i.live = 1 ORDER BY p.opens_at > UTC_TIMESTAMP(3), i.id LIMIT #{most}")
    List<Units> units(int most);

    /** Holds that should have ended. */
    @Select(
            "SELECT COUNT(*) AS count, COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(pay_before), #{now}) / 1000, 0) AS oldest_ms"
                    + " FROM orders FORCE INDEX (orders_deadline) WHERE state = 'PENDING_PAYMENT' AND pay_before <= #{now}")
    Waiting overdueHolds(@Param("now") String now);

    /** Messages that could not become orders and wait for a person. */
    @Select(
            "SELECT COUNT(*) AS count, COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(created_at), #{now}) / 1000, 0) AS oldest_ms"
                    + " FROM parked_message WHERE resolved_at IS NULL")
    Waiting parked(@Param("now") String now);

    /** Money that is on its way back. */
    @Select(
            "SELECT COUNT(*) AS count, COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(created_at), #{now}) / 1000, 0) AS oldest_ms"
                    + " FROM refund WHERE state IN ('DUE', 'SENT')")
    Waiting refunds(@Param("now") String now);
}
