package io.flashsale.backend.stock;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

/** Reads promo items, and marks what of them was carried to Redis. */
@Mapper
interface ItemMapper {

    String LIMITS =
            """
            CONCAT(COALESCE(CAST(i.quantity_limit AS CHAR), '-'), COALESCE((
                SELECT CONCAT(';', GROUP_CONCAT(CONCAT(y.user_level, '=', y.quantity_limit) ORDER BY y.user_level SEPARATOR ';'))
                FROM policy y WHERE y.sku = i.sku), ''))""";

    String COLUMNS =
            """
            i.id, i.sku, i.name, i.name_zh, i.name_en,
            p.id AS promo_id, p.name AS promo_name, p.name_zh AS promo_name_zh, p.name_en AS promo_name_en,
            NULLIF(p.text_name, '') AS promo_text,
            CASE WHEN i.live = 1 THEN p.state ELSE 'ENDED' END AS state,
            CAST(ROUND(UNIX_TIMESTAMP(p.opens_at) * 1000) AS SIGNED) AS opens,
            CAST(ROUND(UNIX_TIMESTAMP(p.closes_at) * 1000) AS SIGNED) AS closes,
            i.hold_seconds * 1000 AS hold_ms, i.price_minor, i.list_price_minor, i.currency,
            m.name AS image_name, m.widths AS image_widths, m.alt_zh AS image_zh, m.alt_en AS image_en,
            i.min_level, i.list_id, b.account AS bucket_account, b.sku AS bucket_sku, i.quantity_limit,
            """
                    + LIMITS
                    + """
             AS limits,
            i.published, i.available, i.held, i.sold, i.restocked, i.withdrawn, i.epoch, i.version, COALESCE(i.live, 0) AS live
            """;

    String FROM =
            """
             FROM promo_item i JOIN promo p ON p.id = i.promo_id
            LEFT JOIN promo_bucket b ON b.promo_id = i.promo_id
            LEFT JOIN image m ON m.id = i.image_id AND m.published_at IS NOT NULL
            """;

    String KEPT =
            """
            (i.live = 1
               OR (i.epoch > 0 AND (i.held > 0
                   OR p.closes_at > UTC_TIMESTAMP(3) - INTERVAL #{keptSeconds} SECOND
                   OR p.updated_at > UTC_TIMESTAMP(3) - INTERVAL #{keptSeconds} SECOND)))
            """;

    /** What Redis must hold: live items, and ended ones that still owe something or ended within the time that is kept; what is on sale first. */
    @Select("SELECT " + COLUMNS + FROM + "WHERE " + KEPT + " ORDER BY live DESC, p.opens_at > UTC_TIMESTAMP(3), i.id")
    List<Item> kept(long keptSeconds);

    /** Of those, the newest published one of each SKU. */
    @Select("SELECT " + COLUMNS + FROM + "WHERE " + KEPT
            + " AND i.id IN (SELECT MAX(n.id) FROM promo_item n WHERE n.epoch > 0 GROUP BY n.sku)")
    List<Item> newest(long keptSeconds);

    @Select("SELECT " + COLUMNS + FROM + "WHERE i.id = #{id}")
    @Nullable
    Item byId(long id);

    /** The newest published item of a SKU. */
    @Select("SELECT " + COLUMNS + FROM + "WHERE i.sku = #{sku} AND i.epoch > 0 ORDER BY i.id DESC LIMIT 1")
    @Nullable
    Item bySku(String sku);

    @Update("UPDATE promo_item SET epoch = epoch + 1 WHERE id = #{id} AND epoch = #{epoch}")
    int raiseEpoch(@Param("id") long id, @Param("epoch") long epoch);

    @Select("SELECT epoch FROM promo_item WHERE id = #{id}")
    @Nullable
    Long epoch(long id);

    @Select("SELECT broker, queue_id, promo_item_id, epoch FROM queue_fence WHERE promo_item_id = #{id}")
    List<Fence> fences(long id);

    record Fence(String broker, int queueId, long promoItemId, long epoch) {}

    @Select(
            """
            <script>
            SELECT e.id, e.promo_item_id, e.version, e.kind, e.payload, i.sku, i.epoch, COALESCE(i.live, 0) AS live
            FROM redis_effect e JOIN promo_item i ON i.id = e.promo_item_id
            WHERE e.applied_at IS NULL AND e.not_before &lt;= UTC_TIMESTAMP(3)
            <if test='!without.isEmpty()'>
            AND e.promo_item_id NOT IN
            <foreach item='id' collection='without' open='(' separator=',' close=')'>#{id}</foreach>
            </if>
            ORDER BY e.id LIMIT #{most}
            </script>
            """)
    List<Effect> dueEffects(@Param("most") int most, @Param("without") Collection<Long> without);

    /** What MySQL owes Redis of an item whose epoch is {@code epoch} at present. */
    record Effect(
            long id,
            long promoItemId,
            long version,
            String kind,
            String payload,
            String sku,
            long epoch,
            boolean live) {}

    @Update(
            """
            <script>
            UPDATE redis_effect SET applied_at = UTC_TIMESTAMP(3) WHERE applied_at IS NULL AND id IN
            <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>
            </script>
            """)
    int markApplied(@Param("ids") Collection<Long> ids);

    @Update(
            """
            UPDATE redis_effect SET applied_at = UTC_TIMESTAMP(3)
            WHERE promo_item_id = #{id} AND version <= #{version} AND applied_at IS NULL
            """)
    int markInstalled(@Param("id") long id, @Param("version") long version);

    @Select("SELECT EXISTS (SELECT 1 FROM redis_effect WHERE promo_item_id = #{id} AND applied_at IS NULL"
            + " AND not_before <= UTC_TIMESTAMP(3))")
    boolean effectIsDue(long id);

    @Select("SELECT nonce FROM lease WHERE node = #{node}")
    @Nullable
    String nonce(String node);

    @Update(
            """
            INSERT INTO lease (node, nonce, granted_at) VALUES (#{node}, #{nonce}, UTC_TIMESTAMP(3))
            ON DUPLICATE KEY UPDATE nonce = #{nonce}, granted_at = UTC_TIMESTAMP(3)
            """)
    int storeNonce(@Param("node") String node, @Param("nonce") String nonce);
}
