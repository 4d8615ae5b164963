package io.flashsale.cms.live;

import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;

@Mapper
interface LiveMapper {

    /** How often buyers heard what, of all items of a promo. */
    @Select(
            "SELECT c.code, CAST(SUM(c.total) AS SIGNED) AS total FROM answer_count c JOIN promo_item i ON i.id = c.promo_item_id"
                    + " WHERE i.promo_id = #{promo} GROUP BY c.code ORDER BY total DESC, c.code")
    List<Board.Answered> answers(@Param("promo") long promo);

    /** Reads an entry of an index for each order: not each second. */
    @Select("SELECT COUNT(o.id) AS placed, COALESCE(CAST(SUM(o.state = 'PAID') AS SIGNED), 0) AS paid"
            + " FROM promo_item i JOIN orders o ON o.promo_item_id = i.id WHERE i.promo_id = #{promo}")
    Board.Orders orders(@Param("promo") long promo);

    /** A consumer speaks each second; one that was silent for five is not counted, and its queues are then nobody's. */
    @Select(
            "SELECT COUNT(*) AS consumers, IF(COUNT(behind) = COUNT(*) AND COALESCE(SUM(queues) >= MAX(of_queues), TRUE),"
                    + " COALESCE(CAST(SUM(behind) AS SIGNED), 0), NULL) AS behind, COALESCE(MAX(oldest_ms), 0) AS oldest_ms"
                    + " FROM queue_pulse WHERE said_at > UTC_TIMESTAMP(3) - INTERVAL 5 SECOND")
    Board.Queue queue();

    /** Units that are held, and come back by then where nobody pays. */
    @Select("SELECT COALESCE(CAST(SUM(quantity) AS SIGNED), 0) FROM orders"
            + " WHERE state = 'PENDING_PAYMENT' AND pay_before < #{until} AND promo_id = #{promo}")
    long expiring(@Param("promo") long promo, @Param("until") LocalDateTime until);
}
