package io.flashsale.cms.promo;

import com.baomidou.mybatisplus.core.conditions.query.QueryWrapper;
import com.baomidou.mybatisplus.core.mapper.BaseMapper;
import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface PromoMapper extends BaseMapper<PromoRow> {

    /** The step itself: one row if the promo was in a state that allows it, none otherwise. */
    @Update(
            """
            <script>
            UPDATE promo SET state = #{to}, updated_at = UTC_TIMESTAMP(3) WHERE id = #{id} AND state IN
            <foreach collection="from" item="state" open="(" separator="," close=")">#{state}</foreach>
            <if test="needed.name() == 'OPEN'">AND review IS NULL</if>
            <if test="needed.name() == 'APPROVED'">AND review = 'APPROVED'</if>
            </script>""")
    int step(
            @Param("id") long id,
            @Param("from") List<PromoState> from,
            @Param("needed") Review.Needed needed,
            @Param("to") PromoState to);

    @Update(
            "UPDATE promo SET review = #{verdict}, reviewed_by = #{by}, reviewed_at = UTC_TIMESTAMP(3), review_note = #{note}"
                    + " WHERE id = #{id}")
    void review(
            @Param("id") long id,
            @Param("verdict") Review.Verdict verdict,
            @Param("by") String by,
            @Param("note") @Nullable String note);

    /** @return 0 if it is not on sale any more, or its end is another one by now */
    @Update(
            """
            UPDATE promo SET closes_at = #{to}, updated_at = UTC_TIMESTAMP(3)
            WHERE id = #{id} AND state IN ('LIVE', 'PAUSED') AND closes_at = #{from}
              AND closes_at > UTC_TIMESTAMP(3) AND #{to} > UTC_TIMESTAMP(3)""")
    int moveEnd(@Param("id") long id, @Param("from") LocalDateTime from, @Param("to") LocalDateTime to);

    @Select("SELECT UTC_TIMESTAMP(3)")
    LocalDateTime now();

    /** Of the file with what is said of it: null before that is published, empty where nobody is shown anything. */
    @Select("SELECT text_name FROM promo WHERE id = #{id}")
    @Nullable
    String textName(@Param("id") long id);

    /** Whether somebody has saved or handed in the draft that it was made from. */
    @Select("SELECT EXISTS (SELECT 1 FROM promo_draft d WHERE d.promo_id = #{id} AND (d.edited_by = #{name}"
            + " OR EXISTS (SELECT 1 FROM promo_draft_author a WHERE a.draft_id = d.id AND a.name = #{name})))")
    boolean wrote(@Param("id") long id, @Param("name") String name);

    /** On sale, paused or scheduled; what opens first comes first. */
    default List<PromoRow> shown() {
        return selectList(new QueryWrapper<PromoRow>()
                .in("state", PromoState.LIVE, PromoState.PAUSED)
                .apply("closes_at > UTC_TIMESTAMP(3)")
                .orderByAsc("opens_at", "id"));
    }

    /** Newest first, those before an id. */
    default List<PromoRow> page(long before, int limit) {
        return selectList(
                new QueryWrapper<PromoRow>().lt("id", before).orderByDesc("id").last("LIMIT " + limit));
    }
}
