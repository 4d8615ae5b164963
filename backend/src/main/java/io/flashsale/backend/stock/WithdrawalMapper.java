package io.flashsale.backend.stock;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/** Withdrawals that were asked for, and what Redis said of them. */
@Mapper
interface WithdrawalMapper {

    /**
     * A withdrawal that Redis has not been asked for under the item's present epoch.
     *
     * @param kept whether Redis holds the item, or soon will
     */
    record Asked(long id, long promoItemId, String sku, long units, long epoch, boolean kept) {}

    /** One statement, so that the epoch is one under which the withdrawal was not booked yet. */
    @Select(
            "<script>SELECT w.id, w.promo_item_id, w.sku, w.units, i.epoch, COALESCE("
                    + ItemMapper.KEPT
                    + """
            , 0) AS kept
            FROM withdrawal w JOIN promo_item i ON i.id = w.promo_item_id JOIN promo p ON p.id = i.promo_id
            WHERE w.state = 'ASKED' AND (w.verdict_epoch IS NULL OR w.verdict_epoch &lt; i.epoch)
            <if test='!without.isEmpty()'>
            AND w.promo_item_id NOT IN
            <foreach item='id' collection='without' open='(' separator=',' close=')'>#{id}</foreach>
            </if>
            ORDER BY w.id LIMIT #{most}
            </script>
            """)
    List<Asked> asked(
            @Param("keptSeconds") long keptSeconds,
            @Param("most") int most,
            @Param("without") Collection<Long> without);

    /** The first verdict of an epoch stays; Redis has no other. */
    @Update("UPDATE withdrawal SET verdict = #{verdict}, verdict_epoch = #{epoch}"
            + " WHERE id = #{id} AND state = 'ASKED' AND (verdict_epoch IS NULL OR verdict_epoch < #{epoch})")
    int answer(@Param("id") long id, @Param("verdict") String verdict, @Param("epoch") long epoch);
}
