package io.flashsale.cms.traffic;

import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

@Mapper
interface TrafficMapper {

    @Select(
            """
            SELECT r.name, r.subject, r.measure, r.window_s, r.threshold, r.ban_s, r.mode, r.version,
                   (SELECT COUNT(*) FROM traffic_catch c
                    WHERE c.rule = r.name AND c.caught_at > UTC_TIMESTAMP(3) - INTERVAL 1 DAY) AS caught
            FROM traffic_rule r ORDER BY r.name""")
    List<RuleView> rules();

    /** @return 0 where there is no such rule, or it has another version */
    @Update(
            """
            UPDATE traffic_rule SET window_s = #{windowS}, threshold = #{threshold}, ban_s = #{banS}, mode = #{mode},
                   version = version + 1
            WHERE name = #{name} AND version = #{version}""")
    int change(
            @Param("name") String name,
            @Param("version") int version,
            @Param("windowS") int windowS,
            @Param("threshold") int threshold,
            @Param("banS") int banS,
            @Param("mode") String mode);

    @Select("SELECT rule, kind, value, measured, threshold, window_s, ban_s, armed, caught_at FROM traffic_catch"
            + " ORDER BY id DESC LIMIT #{most}")
    List<CatchView> catches(int most);
}
