package io.flashsale.backend.traffic;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;

@Mapper
interface TrafficMapper {

    int FORGOTTEN_AT_ONCE = 1000;

    @Select("SELECT name, subject, measure, window_s, threshold, ban_s, mode, version FROM traffic_rule ORDER BY name")
    List<Rule> rules();

    @Select("SELECT kind, value FROM traffic_allowed")
    List<Subject> allowed();

    /** Whom a rule caught, and up to which second it had counted. */
    record Caught(String rule, String kind, String value, int windowS, int banS, boolean armed, long countedTo) {}

    /** Those that may still be quiet: nothing lasts longer than a day. */
    @Select("SELECT rule, kind, value, window_s, ban_s, armed, counted_to FROM traffic_catch"
            + " WHERE counted_to > #{now} - 86460 AND (armed = FALSE OR counted_to > #{now} - 60)")
    List<Caught> caughtBefore(long now);

    @Select("SELECT COUNT(*) FROM blacklist_entry WHERE source LIKE 'rule:%' AND expires_at > UTC_TIMESTAMP(3)"
            + " AND lifted_at IS NULL AND kind = #{kind}")
    int standing(String kind);

    /** How often rules kept somebody out in the last day. What a person has lifted is forgiven. */
    record Times(String value, int times) {}

    @Select(
            """
            <script>
            SELECT value, COUNT(*) AS times FROM blacklist_entry
            WHERE kind = #{kind} AND value IN
            <foreach item='value' collection='values' open='(' separator=',' close=')'>#{value}</foreach>
              AND source LIKE 'rule:%' AND lifted_at IS NULL AND created_at &gt; UTC_TIMESTAMP(3) - INTERVAL 1 DAY
            GROUP BY value
            </script>
            """)
    List<Times> timesKeptOut(@Param("kind") String kind, @Param("values") Collection<String> values);

    @Insert(
            """
            <script>
            INSERT INTO blacklist_entry (kind, value, reason, source, expires_at, created_at) VALUES
            <foreach item='each' collection='catches' separator=','>
            (#{each.kind}, #{each.value}, #{each.reason}, #{each.source},
             UTC_TIMESTAMP(3) + INTERVAL #{each.banS} SECOND, UTC_TIMESTAMP(3))
            </foreach>
            </script>
            """)
    int keepOut(@Param("catches") List<Catch> catches);

    @Insert(
            """
            <script>
            INSERT INTO traffic_catch
              (rule, kind, value, measured, threshold, window_s, ban_s, armed, counted_to, caught_at) VALUES
            <foreach item='each' collection='catches' separator=','>
            (#{each.rule.name}, #{each.kind}, #{each.value}, #{each.measured}, #{each.rule.threshold}, #{each.rule.windowS},
             #{each.banS}, #{each.armed}, #{each.countedTo}, UTC_TIMESTAMP(3))
            </foreach>
            </script>
            """)
    int record(@Param("catches") List<Catch> catches);

    @Delete("DELETE FROM traffic_catch WHERE caught_at < UTC_TIMESTAMP(3) - INTERVAL 7 DAY ORDER BY caught_at LIMIT "
            + FORGOTTEN_AT_ONCE)
    int forget();
}
