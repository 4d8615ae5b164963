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

    /** Units that are held, and come back by then where nobody pays. */
    @Select("SELECT COALESCE(CAST(SUM(quantity) AS SIGNED), 0) FROM orders"
            + " WHERE state = 'PENDING_PAYMENT' AND pay_before < #{until} AND promo_id = #{promo}")
    long expiring(@Param("promo") long promo, @Param("until") LocalDateTime until);
}
