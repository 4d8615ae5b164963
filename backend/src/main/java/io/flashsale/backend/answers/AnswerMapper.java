package io.flashsale.backend.answers;

import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;

/** Totals by item and code, which only grow. */
@Mapper
interface AnswerMapper {

    record Total(long itemId, String code, long total) {}

    /** A total that is not greater than what is there changes nothing. */
    @Insert(
            """
            <script>
            INSERT INTO answer_count (promo_item_id, incarnation, code, total) VALUES
            <foreach item='each' collection='totals' separator=','>
            (#{each.itemId}, #{incarnation}, #{each.code}, #{each.total})
            </foreach>
            ON DUPLICATE KEY UPDATE total = GREATEST(answer_count.total, VALUES(total))
            </script>
            """)
    int keep(@Param("incarnation") String incarnation, @Param("totals") List<Total> totals);

    @Insert(
            """
            INSERT INTO edge_incarnation (incarnation, counted_at)
            VALUES (#{incarnation}, TIMESTAMPADD(MICROSECOND, #{millis} * 1000, CAST('1970-01-01' AS DATETIME(3))))
            ON DUPLICATE KEY UPDATE counted_at = GREATEST(edge_incarnation.counted_at, VALUES(counted_at))""")
    int counted(@Param("incarnation") String incarnation, @Param("millis") long millis);
}
