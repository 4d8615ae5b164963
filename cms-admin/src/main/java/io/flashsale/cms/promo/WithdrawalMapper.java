package io.flashsale.cms.promo;

import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface WithdrawalMapper {

    String COLUMNS =
            """
            w.id, w.promo_item_id, w.sku, w.units, w.reason, w.requested_by, w.request_id, w.state, w.refusal, w.verdict,
            w.verdict_epoch
            """;

    /** @throws org.springframework.dao.DuplicateKeyException if the request has been made */
    @Insert(
            """
            INSERT INTO withdrawal (promo_item_id, sku, units, reason, requested_by, request_id, state, created_at, updated_at)
            VALUES (#{itemId}, #{sku}, #{units}, #{reason}, #{by}, #{requestId}, 'ASKED', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))""")
    void ask(
            @Param("itemId") long itemId,
            @Param("sku") String sku,
            @Param("units") int units,
            @Param("reason") String reason,
            @Param("by") String by,
            @Param("requestId") String requestId);

    @Select("SELECT " + COLUMNS + " FROM withdrawal w WHERE w.request_id = #{requestId}")
    @Nullable
    WithdrawalRow find(@Param("requestId") String requestId);

    /** Those that Redis has passed a verdict on which still counts. */
    @Select("SELECT " + COLUMNS
            + " FROM withdrawal w JOIN promo_item i ON i.id = w.promo_item_id"
            + " WHERE w.state = 'ASKED' AND w.verdict_epoch = i.epoch ORDER BY w.id LIMIT #{most}")
    List<WithdrawalRow> judged(@Param("most") int most);

    /** @return 0 if it has ended already, or waits for another epoch's verdict */
    @Update(
            """
            UPDATE withdrawal SET state = #{state}, refusal = #{refusal}, updated_at = UTC_TIMESTAMP(3)
            WHERE id = #{id} AND state = 'ASKED' AND verdict_epoch = #{epoch}""")
    int end(
            @Param("id") long id,
            @Param("epoch") long epoch,
            @Param("state") String state,
            @Param("refusal") @Nullable String refusal);
}
