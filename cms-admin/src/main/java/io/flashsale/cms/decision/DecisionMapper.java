package io.flashsale.cms.decision;

import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

@Mapper
interface DecisionMapper {

    /** @param ends when the entry of the blacklist does, in ms; 0: when it is lifted; null: none kept them out */
    record Answer(
            String traceId,
            String code,
            @Nullable String sku,
            @Nullable String userId,
            @Nullable String address,
            @Nullable Long ends,
            String node,
            LocalDateTime decidedAt) {}

    @Select(
            "SELECT trace_id, code, sku, user_id, address, ends, node, decided_at FROM decision WHERE trace_id = #{trace}")
    List<Answer> ofTrace(String trace);

    @Select("SELECT trace_id, code, sku, user_id, address, ends, node, decided_at FROM decision WHERE user_id = #{user}"
            + " ORDER BY id DESC LIMIT #{most}")
    List<Answer> ofUser(@Param("user") String user, @Param("most") int most);

    @Select(
            "SELECT trace_id, code, sku, user_id, address, ends, node, decided_at FROM decision WHERE address = #{address}"
                    + " ORDER BY id DESC LIMIT #{most}")
    List<Answer> ofAddress(@Param("address") String address, @Param("most") int most);

    /** Orders that were accepted under a trace id: one, but for two answers that share a worker's chance number. */
    @Select("SELECT id FROM orders WHERE trace_id = #{trace} ORDER BY id LIMIT 10")
    List<String> orders(String trace);

    /** An entry of the blacklist that stood at the time. */
    record Entry(
            String kind,
            String value,
            String reason,
            String source,
            LocalDateTime createdAt,
            @Nullable LocalDateTime expiresAt,
            @Nullable LocalDateTime liftedAt) {}

    @Select(
            """
            <script>
            SELECT kind, value, reason, source, created_at, expires_at, lifted_at FROM blacklist_entry
            WHERE ((kind = 'account' AND value = #{user})
                OR (kind = 'address' AND value = #{address})
                <if test='!networks.isEmpty()'>
                OR (kind = 'network' AND value IN
                    <foreach item='each' collection='networks' open='(' separator=',' close=')'>#{each}</foreach>)
                </if>)
              AND created_at &lt;= #{at} + INTERVAL 1 SECOND
              AND (lifted_at IS NULL OR lifted_at &gt; #{at} - INTERVAL 2 SECOND)
              AND (expires_at IS NULL OR expires_at &gt; #{at} - INTERVAL 2 SECOND)
            ORDER BY id
            </script>
            """)
    List<Entry> standing(
            @Param("user") @Nullable String user,
            @Param("address") @Nullable String address,
            @Param("networks") Collection<String> networks,
            @Param("at") LocalDateTime at);
}
