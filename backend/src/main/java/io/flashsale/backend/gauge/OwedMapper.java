package io.flashsale.backend.gauge;

import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Select;

/** What MySQL says of work that waits. */
@Mapper
interface OwedMapper {

    /** @param oldestMs how long the oldest has been due; 0 without any */
    record Effects(long due, double oldestMs) {}

    record Findings(String kind, long open) {}

    @Select(
            """
            SELECT COUNT(*) AS due,
                   COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(not_before), UTC_TIMESTAMP(3)) / 1000, 0) AS oldest_ms
            FROM redis_effect WHERE applied_at IS NULL AND not_before <= UTC_TIMESTAMP(3)
            """)
    Effects effects();

    @Select("SELECT kind, COUNT(*) AS open FROM finding WHERE state = 'OPEN' GROUP BY kind")
    List<Findings> findings();

    /** Its clock, in milliseconds since 1970. */
    @Select("SELECT CAST(ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS SIGNED)")
    long now();
}
