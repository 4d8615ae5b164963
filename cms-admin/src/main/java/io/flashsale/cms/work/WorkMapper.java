package io.flashsale.cms.work;

import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Options;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface WorkMapper {

    /** One that begins; its id is set when it is kept. */
    final class Begun {

        long id;
        final String kind;
        final String title;
        final String begunBy;
        final int total;

        Begun(String kind, String title, String begunBy, int total) {
            this.kind = kind;
            this.title = title;
            this.begunBy = begunBy;
            this.total = total;
        }
    }

    @Insert("INSERT INTO work (kind, title, begun_by, begun_at, beat_at, total, state)"
            + " VALUES (#{kind}, #{title}, #{begunBy}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), #{total}, 'RUNNING')")
    @Options(useGeneratedKeys = true, keyProperty = "id")
    void begin(Begun work);

    record Stored(
            long id,
            String kind,
            String title,
            String begunBy,
            LocalDateTime begunAt,
            int done,
            int total,
            Work.State state,
            @Nullable String stoppedBy,
            @Nullable String outcome) {}

    @Select(
            "SELECT id, kind, title, begun_by, begun_at, done, total, state, stopped_by, outcome FROM work WHERE id = #{id}")
    @Nullable
    Stored find(@Param("id") long id);

    /** What runs, and what has ended otherwise than well within the last hour; the latest first. */
    @Select(
            "SELECT id, kind, title, begun_by, begun_at, done, total, state, stopped_by, outcome FROM work WHERE kind = #{kind}"
                    + " AND (state = 'RUNNING' OR state <> 'DONE' AND begun_at > UTC_TIMESTAMP(3) - INTERVAL 1 HOUR)"
                    + " ORDER BY id DESC LIMIT 10")
    List<Stored> latest(@Param("kind") String kind);

    /** Where nothing was heard of who does it. Unless it is just being finished: then this waits, and finds it done. */
    @Update("UPDATE work SET state = 'LOST' WHERE id = #{id} AND state = 'RUNNING'"
            + " AND beat_at < UTC_TIMESTAMP(3) - INTERVAL 15 SECOND")
    void giveUp(@Param("id") long id);

    /** Tells how far it is, and hears whether it is to stop; null where it runs no longer. */
    default @Nullable Boolean beat(long id, int done) {
        return heard(id, done) == 0 ? null : stopAsked(id);
    }

    @Update("UPDATE work SET beat_at = UTC_TIMESTAMP(3), done = #{done} WHERE id = #{id} AND state = 'RUNNING'")
    int heard(@Param("id") long id, @Param("done") int done);

    @Select("SELECT stopped_by IS NOT NULL FROM work WHERE id = #{id}")
    @Nullable
    Boolean stopAsked(@Param("id") long id);

    @Update("UPDATE work SET stopped_by = #{who} WHERE id = #{id} AND state = 'RUNNING' AND stopped_by IS NULL")
    int askToStop(@Param("id") long id, @Param("who") String who);

    /** Unless somebody has asked it to stop. */
    @Update("UPDATE work SET state = 'DONE', done = total, outcome = #{page}, beat_at = UTC_TIMESTAMP(3)"
            + " WHERE id = #{id} AND state = 'RUNNING' AND stopped_by IS NULL")
    int done(@Param("id") long id, @Param("page") String page);

    @Update("UPDATE work SET state = #{state}, outcome = #{outcome}, beat_at = UTC_TIMESTAMP(3)"
            + " WHERE id = #{id} AND state = 'RUNNING'")
    void ended(@Param("id") long id, @Param("state") Work.State state, @Param("outcome") @Nullable String outcome);

    @Delete("DELETE FROM work WHERE begun_at < UTC_TIMESTAMP(3) - INTERVAL 30 DAY LIMIT 1000")
    void forgetOld();
}
