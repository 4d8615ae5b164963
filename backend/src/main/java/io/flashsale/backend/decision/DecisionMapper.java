package io.flashsale.backend.decision;

import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;

@Mapper
interface DecisionMapper {

    /** Each is kept once, whoever tells of it how often. */
    @Insert(
            """
            <script>
            INSERT IGNORE INTO decision (trace_id, code, sku, user_id, address, ends, node, decided_at) VALUES
            <foreach item='each' collection='decisions' separator=','>
            (#{each.traceId}, #{each.code}, #{each.sku}, #{each.userId}, #{each.address}, #{each.ends}, #{each.node},
             TIMESTAMPADD(MICROSECOND, #{each.at} * 1000, CAST('1970-01-01' AS DATETIME(3))))
            </foreach>
            </script>
            """)
    int keep(@Param("decisions") List<Decision> decisions);

    @Delete(
            "DELETE FROM decision WHERE decided_at < UTC_TIMESTAMP(3) - INTERVAL #{days} DAY ORDER BY decided_at LIMIT #{most}")
    int forgetOlder(@Param("days") int days, @Param("most") int most);

    /** All but the newest {@code kept}. */
    @Delete("DELETE FROM decision WHERE id <= (SELECT newest FROM (SELECT MAX(id) AS newest FROM decision) d) - #{kept}"
            + " ORDER BY id LIMIT #{most}")
    int forgetBut(@Param("kept") long kept, @Param("most") int most);
}
