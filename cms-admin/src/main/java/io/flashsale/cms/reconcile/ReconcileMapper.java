package io.flashsale.cms.reconcile;

import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

@Mapper
interface ReconcileMapper {

    /**
     * @param subject an order's id, or {@code -} for the item itself
     * @param repair what approving it does; NONE: it is taken as it is
     */
    record Finding(
            long id,
            String sku,
            String kind,
            String subject,
            String detail,
            String repair,
            LocalDateTime firstSeen,
            LocalDateTime lastSeen) {}

    /** Those that are open, the oldest first. */
    @Select("SELECT f.id, i.sku, f.kind, f.subject, f.detail, f.repair, f.first_seen, f.last_seen"
            + " FROM finding f JOIN promo_item i ON i.id = f.promo_item_id WHERE f.state = 'OPEN'"
            + " ORDER BY f.id LIMIT #{most}")
    List<Finding> findings(@Param("most") int most);

    /** Null unless it waits. */
    @Select("SELECT f.id, i.sku, f.kind, f.subject, f.detail, f.repair, f.first_seen, f.last_seen"
            + " FROM finding f JOIN promo_item i ON i.id = f.promo_item_id WHERE f.id = #{id} AND f.state = 'OPEN'")
    @Nullable
    Finding openFinding(@Param("id") long id);

    /** @param beginning of its body */
    record Parked(
            long id,
            @Nullable String orderId,
            @Nullable String sku,
            String reason,
            LocalDateTime createdAt,
            byte[] beginning,
            long length) {}

    String PARKED =
            "SELECT m.id, m.order_id, i.sku, m.reason, m.created_at, LEFT(m.body, 4096), LENGTH(m.body) FROM parked_message m"
                    + " LEFT JOIN promo_item i ON i.id = m.promo_item_id WHERE m.resolved_at IS NULL ";

    /** Messages that nobody has settled, the oldest first. */
    @Select(PARKED + "ORDER BY m.id LIMIT #{most}")
    List<Parked> parked(@Param("most") int most);

    /** Null unless it waits. */
    @Select(PARKED + "AND m.id = #{id}")
    @Nullable
    Parked openMessage(@Param("id") long id);

    /**
     * What somebody decided.
     *
     * @param seen a finding's detail as it was read; null of a message
     * @param outcome what came of it; null: it waits to be carried out
     * @param sku of the item that it is about; null where that is not known
     */
    record Judgement(
            long id,
            String matter,
            long matterId,
            String verdict,
            @Nullable String seen,
            String why,
            String judgedBy,
            LocalDateTime judgedAt,
            @Nullable String outcome,
            @Nullable String sku) {}

    String JUDGEMENT =
            "SELECT j.id, j.matter, j.matter_id, j.verdict, j.seen, j.why, j.judged_by, j.judged_at, j.outcome, i.sku FROM judgement j"
                    + " LEFT JOIN finding f ON j.matter = 'FINDING' AND f.id = j.matter_id"
                    + " LEFT JOIN parked_message m ON j.matter = 'MESSAGE' AND m.id = j.matter_id"
                    + " LEFT JOIN promo_item i ON i.id = COALESCE(f.promo_item_id, m.promo_item_id) ";

    @Select(JUDGEMENT + "WHERE j.id = #{id}")
    @Nullable
    Judgement judgement(@Param("id") long id);

    /** The newest first. */
    @Select(JUDGEMENT + "ORDER BY j.id DESC LIMIT #{most}")
    List<Judgement> latest(@Param("most") int most);

    /** The newest of each of these matters. */
    @Select(
            "<script>" + JUDGEMENT
                    + """
            WHERE j.id IN (
              SELECT MAX(id) FROM judgement WHERE matter = #{matter} AND matter_id IN
              <foreach item='one' collection='ids' open='(' separator=',' close=')'>#{one}</foreach>
              GROUP BY matter_id)
            </script>
            """)
    List<Judgement> newest(@Param("matter") String matter, @Param("ids") List<Long> ids);

    @Insert(
            """
            INSERT INTO judgement (matter, matter_id, verdict, seen, why, judged_by, judged_at)
            VALUES (#{matter}, #{matterId}, #{verdict}, #{seen}, #{why}, #{by}, UTC_TIMESTAMP(3))""")
    void judge(
            @Param("matter") String matter,
            @Param("matterId") long matterId,
            @Param("verdict") String verdict,
            @Param("seen") @Nullable String seen,
            @Param("why") String why,
            @Param("by") String by);

    @Select("SELECT id FROM judgement WHERE matter = #{matter} AND waiting = TRUE AND matter_id = #{matterId}")
    @Nullable
    Long waiting(@Param("matter") String matter, @Param("matterId") long matterId);
}
