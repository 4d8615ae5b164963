package io.flashsale.backend.reconcile;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

/** The table of findings. */
@Mapper
interface FindingMapper {

    record Finding(
            long id,
            long promoItemId,
            String sku,
            String kind,
            String subject,
            String detail,
            String repair,
            String state,
            int timesSeen,
            @Nullable String decidedBy) {

        Finding approved(String by) {
            return new Finding(id, promoItemId, sku, kind, subject, detail, repair, "APPROVED", timesSeen, by);
        }
    }

    /** One that was approved as it is stays so while it is the same. */
    @Insert(
            """
            INSERT INTO finding (promo_item_id, kind, subject, detail, repair, state, first_seen, last_seen)
            VALUES (#{itemId}, #{kind}, #{subject}, #{detail}, #{repair}, 'OPEN', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
            ON DUPLICATE KEY UPDATE
              state = IF(state = 'APPROVED' AND detail = VALUES(detail), state, 'OPEN'),
              detail = VALUES(detail), last_seen = UTC_TIMESTAMP(3), times_seen = times_seen + 1
            """)
    int see(
            @Param("itemId") long itemId,
            @Param("kind") String kind,
            @Param("subject") String subject,
            @Param("detail") String detail,
            @Param("repair") String repair);

    @Update(
            "UPDATE finding SET state = 'REPAIRED' WHERE promo_item_id = #{itemId} AND kind = #{kind} AND subject = #{subject}")
    int repaired(@Param("itemId") long itemId, @Param("kind") String kind, @Param("subject") String subject);

    /** What was not seen of an item this time has gone by itself; what was said of it is not said of what may come. */
    @Update(
            """
            <script>
            UPDATE finding SET state = 'GONE' WHERE promo_item_id = #{itemId} AND state IN ('OPEN', 'APPROVED')
            <if test='!still.isEmpty()'>
            AND CONCAT(kind, ' ', subject) NOT IN
            <foreach item='one' collection='still' open='(' separator=',' close=')'>#{one}</foreach>
            </if>
            </script>
            """)
    int gone(@Param("itemId") long itemId, @Param("still") Collection<String> still);

    @Update("UPDATE finding SET state = 'APPROVED', decided_by = #{by} WHERE id = #{id} AND state = 'OPEN'")
    int approve(@Param("id") long id, @Param("by") String by);

    String COLUMNS =
            "SELECT f.id, f.promo_item_id, i.sku, f.kind, f.subject, f.detail, f.repair, f.state, f.times_seen, f.decided_by"
                    + " FROM finding f JOIN promo_item i ON i.id = f.promo_item_id ";

    @Select(COLUMNS + "WHERE f.state = 'OPEN' ORDER BY f.id LIMIT 1000")
    List<Finding> open();

    @Select(COLUMNS + "WHERE f.id = #{id}")
    @Nullable
    Finding find(long id);

    /** @param seen the finding's detail as it was read */
    record Judgement(long id, long findingId, String seen, String by) {}

    /** What the CMS wrote down and nobody has carried out, the oldest first. */
    @Select("SELECT id, matter_id, seen, judged_by FROM judgement WHERE matter = 'FINDING' AND waiting = TRUE"
            + " AND verdict = 'APPROVE' AND seen IS NOT NULL ORDER BY id LIMIT 100")
    List<Judgement> judgements();

    @Update(
            """
            UPDATE judgement SET waiting = NULL, carried_at = UTC_TIMESTAMP(3), outcome = #{outcome}
            WHERE id = #{id} AND waiting = TRUE""")
    int carried(@Param("id") long id, @Param("outcome") String outcome);
}
