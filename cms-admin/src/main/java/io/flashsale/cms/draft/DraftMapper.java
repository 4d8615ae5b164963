package io.flashsale.cms.draft;

import com.baomidou.mybatisplus.core.mapper.BaseMapper;
import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface DraftMapper extends BaseMapper<DraftRow> {

    /** {@link Draft.State} in SQL. Whose promo was cancelled, which is ENDED and was never on sale, can be gone on with. */
    String STATE =
            """
            CASE WHEN d.discarded = 1 THEN 'DISCARDED'
              WHEN p.id IS NULL THEN 'WRITING'
              WHEN p.state = 'DRAFT' THEN 'WAITING'
              WHEN p.state = 'ENDED' AND NOT EXISTS
                (SELECT 1 FROM promo_item i WHERE i.promo_id = p.id AND i.published + i.withdrawn > 0) THEN 'WRITING'
              ELSE 'CLOSED' END""";

    /** Who sent back what it was handed in as, and why. */
    String RETURNED =
            """
            IF(p.review = 'RETURNED', p.reviewed_by, NULL) AS returned_by,
            IF(p.review = 'RETURNED', p.review_note, NULL) AS return_note""";

    String OPEN = " AND " + STATE + " IN ('WRITING', 'WAITING')";

    @Select("SELECT d.id, d.promo_id, d.name, d.edited_by, d.edited_at, " + STATE + " AS state, " + RETURNED
            + " FROM promo_draft d LEFT JOIN promo p ON p.id = d.promo_id WHERE TRUE" + OPEN
            + " ORDER BY d.edited_at DESC, d.id DESC LIMIT #{most} OFFSET #{skipped}")
    List<DraftRow> open(@Param("skipped") int skipped, @Param("most") int most);

    @Select("SELECT d.*, " + STATE + " AS state, " + RETURNED
            + " FROM promo_draft d LEFT JOIN promo p ON p.id = d.promo_id WHERE d.id = #{id}")
    @Nullable
    DraftRow find(@Param("id") long id);

    @Select("SELECT id FROM promo_draft WHERE promo_id = #{promo}")
    @Nullable
    Long ofPromo(@Param("promo") long promo);

    /** Before what they save, so that no author is ever unknown; whose save is refused counts too. */
    @Insert("INSERT IGNORE INTO promo_draft_author (draft_id, name) VALUES (#{id}, #{name})")
    void author(@Param("id") long id, @Param("name") String name);

    /** What was written for one promo, a copy of it has too. */
    @Insert("INSERT IGNORE INTO promo_draft_author (draft_id, name) SELECT #{id}, a.name FROM promo_draft d"
            + " JOIN promo_draft_author a ON a.draft_id = d.id WHERE d.promo_id = #{promo}")
    void authorsOf(@Param("id") long id, @Param("promo") long promo);

    /**
     * @param page who saved last may go on from what they do not know to have saved, since the answer was lost
     * @return 0 if it is not open, or was saved since that version
     */
    @Update(
            "UPDATE promo_draft d LEFT JOIN promo p ON p.id = d.promo_id SET d.version = d.version + 1, d.page = #{page},"
                    + " d.name = #{name}, d.document = #{document}, d.edited_by = #{by}, d.edited_at = #{at} WHERE d.id = #{id}"
                    + " AND (d.version = #{version} OR (d.version = #{version} + 1 AND d.page = #{page} AND #{page} <> ''))"
                    + OPEN)
    int save(
            @Param("id") long id,
            @Param("version") int version,
            @Param("page") String page,
            @Param("name") String name,
            @Param("document") String document,
            @Param("by") String by,
            @Param("at") LocalDateTime at);

    /** In the transaction that makes the promo. @return 0 if it was saved or discarded since that version */
    @Update("UPDATE promo_draft SET version = #{version} + 1, handed_in = #{version} + 1, promo_id = #{promo}"
            + " WHERE id = #{id} AND version = #{version} AND discarded = 0")
    int handedIn(@Param("id") long id, @Param("version") int version, @Param("promo") long promo);

    /** @return 0 if it waits to be published, is not open, or was saved since that version */
    @Update("UPDATE promo_draft d LEFT JOIN promo p ON p.id = d.promo_id SET d.version = d.version + 1, d.discarded = 1"
            + " WHERE d.id = #{id} AND d.version = #{version} AND " + STATE + " = 'WRITING'")
    int discard(@Param("id") long id, @Param("version") int version);
}
