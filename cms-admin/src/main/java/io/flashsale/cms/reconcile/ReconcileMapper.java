package io.flashsale.cms.reconcile;

import java.time.LocalDateTime;
import java.util.List;
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

    record Parked(long id, @Nullable String orderId, @Nullable String sku, String reason, LocalDateTime createdAt) {}

    /** Messages that nobody has settled, the oldest first. */
    @Select(
            "SELECT m.id, m.order_id, i.sku, m.reason, m.created_at FROM parked_message m"
                    + " LEFT JOIN promo_item i ON i.id = m.promo_item_id WHERE m.resolved_at IS NULL ORDER BY m.id LIMIT #{most}")
    List<Parked> parked(@Param("most") int most);
}
