package io.flashsale.backend.blacklist;

import java.util.Collection;
import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface BlacklistMapper {

    record Row(long id, String kind, String value) {}

    @Select("SELECT EXISTS (SELECT 1 FROM blacklist_entry WHERE change_seq IS NULL)")
    boolean owesAny();

    /** Until the transaction ends nobody else can change one of these rows. */
    @Select("SELECT id, kind, value FROM blacklist_entry WHERE change_seq IS NULL ORDER BY id LIMIT #{most} FOR UPDATE")
    List<Row> lockOwed(int most);

    /** The connection's, so in a transaction; 1 if it has it. A backend that dies loses it. */
    @Select("SELECT GET_LOCK(CONCAT(DATABASE(), '.blacklist'), 5)")
    @Nullable
    Integer lock();

    @Select("SELECT RELEASE_LOCK(CONCAT(DATABASE(), '.blacklist'))")
    @Nullable
    Integer unlock();

    /** What stands about a value over all of its rows; {@code expires} 0: until lifted. */
    record Standing(String kind, String value, long expires) {}

    @Select(
            """
            <script>
            SELECT kind, value,
                   CAST(MIN(CASE WHEN expires_at IS NULL THEN 0 ELSE 1 END)
                        * MAX(COALESCE(ROUND(UNIX_TIMESTAMP(expires_at) * 1000), 0)) AS SIGNED) AS expires
            FROM blacklist_entry
            WHERE lifted_at IS NULL AND (expires_at IS NULL OR expires_at &gt; UTC_TIMESTAMP(3))
              AND kind = #{kind} AND value IN
            <foreach item='value' collection='values' open='(' separator=',' close=')'>#{value}</foreach>
            GROUP BY kind, value
            </script>
            """)
    List<Standing> standing(@Param("kind") String kind, @Param("values") Collection<String> values);

    @Update(
            """
            <script>
            UPDATE blacklist_entry SET change_seq = #{seq} WHERE change_seq IS NULL AND id IN
            <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>
            </script>
            """)
    int markCarried(@Param("ids") Collection<Long> ids, @Param("seq") long seq);

    /** Carried rows of ended sessions that no edge needs any more. */
    @Select("SELECT id, kind, value FROM blacklist_entry WHERE source = 'account' AND change_seq IS NOT NULL"
            + " AND expires_at < UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE LIMIT #{most} FOR UPDATE")
    List<Row> lockExpired(int most);

    /** Carried rows of whom a rule kept out, when no answer is kept any more that they explain. */
    @Select("SELECT id, kind, value FROM blacklist_entry WHERE source LIKE 'rule:%' AND change_seq IS NOT NULL"
            + " AND expires_at < UTC_TIMESTAMP(3) - INTERVAL 8 DAY LIMIT #{most} FOR UPDATE")
    List<Row> lockForgiven(int most);

    @Delete(
            """
            <script>
            DELETE FROM blacklist_entry WHERE id IN
            <foreach item='id' collection='ids' open='(' separator=',' close=')'>#{id}</foreach>
            </script>
            """)
    int forget(@Param("ids") Collection<Long> ids);

    /** All values that stand, a page at a time by (kind, value). */
    @Select(
            """
            <script>
            SELECT kind, value,
                   CAST(MIN(CASE WHEN expires_at IS NULL THEN 0 ELSE 1 END)
                        * MAX(COALESCE(ROUND(UNIX_TIMESTAMP(expires_at) * 1000), 0)) AS SIGNED) AS expires
            FROM blacklist_entry
            WHERE lifted_at IS NULL AND (expires_at IS NULL OR expires_at &gt; UTC_TIMESTAMP(3))
              AND kind = #{kind}
              <if test='after != null'>AND value &gt; #{after}</if>
            GROUP BY kind, value ORDER BY value LIMIT #{most}
            </script>
            """)
    List<Standing> page(@Param("kind") String kind, @Param("after") @Nullable String after, @Param("most") int most);
}
