package io.flashsale.backend.account;

import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

@Mapper
interface SessionMapper {

    @Insert("INSERT INTO session (id, user_id, created_at, renewed_at, ends_at, token_until) VALUES (#{id}, #{userId},"
            + " UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL #{seconds} SECOND,"
            + " UTC_TIMESTAMP(3) + INTERVAL #{token} SECOND)")
    int open(
            @Param("id") String id,
            @Param("userId") String userId,
            @Param("seconds") long seconds,
            @Param("token") long token);

    /** 1, or 0 if it has ended. */
    @Update("UPDATE session SET renewed_at = UTC_TIMESTAMP(3), ends_at = UTC_TIMESTAMP(3) + INTERVAL #{seconds} SECOND,"
            + " token_until = UTC_TIMESTAMP(3) + INTERVAL #{token} SECOND"
            + " WHERE id = #{id} AND user_id = #{userId} AND ended_at IS NULL AND ends_at > UTC_TIMESTAMP(3)")
    int renew(
            @Param("id") String id,
            @Param("userId") String userId,
            @Param("seconds") long seconds,
            @Param("token") long token);

    @Select("SELECT id FROM session WHERE user_id = #{userId} AND id != #{but} AND ended_at IS NULL"
            + " AND ends_at > UTC_TIMESTAMP(3) FOR UPDATE")
    List<String> liveBut(@Param("userId") String userId, @Param("but") String but);

    /** Those beyond the newest so many. */
    @Select("SELECT id FROM session WHERE user_id = #{userId} AND ended_at IS NULL AND ends_at > UTC_TIMESTAMP(3)"
            + " ORDER BY renewed_at DESC, id LIMIT 1000 OFFSET #{most}")
    List<String> liveBeyond(@Param("userId") String userId, @Param("most") int most);

    @Update("UPDATE session SET ended_at = UTC_TIMESTAMP(3) WHERE id = #{id} AND ended_at IS NULL")
    int end(@Param("id") String id);

    /**
     * The carrier of the blacklist tells Redis, and by it each edge; until no token of the session can be valid any more, and not at all
     * if none is. A version that does not write how long may have renewed it since, and gave tokens for a day where the row says nothing.
     */
    @Insert("INSERT INTO blacklist_entry (kind, value, reason, source, expires_at, created_at)"
            + " SELECT 'session', id, #{reason}, 'account', until, UTC_TIMESTAMP(3) FROM"
            + " (SELECT id, GREATEST(COALESCE(token_until, renewed_at + INTERVAL 1 DAY),"
            + " renewed_at + INTERVAL #{token} SECOND) AS until FROM session WHERE id = #{id}) s"
            + " WHERE until > UTC_TIMESTAMP(3)")
    int revoke(@Param("id") String id, @Param("reason") String reason, @Param("token") long token);

    /** Of a session that has no row. */
    @Insert(
            "INSERT INTO blacklist_entry (kind, value, reason, source, expires_at, created_at) VALUES ('session', #{id},"
                    + " #{reason}, 'account', UTC_TIMESTAMP(3) + INTERVAL #{seconds} SECOND, UTC_TIMESTAMP(3))")
    int revokeFor(@Param("id") String id, @Param("reason") String reason, @Param("seconds") long seconds);

    @Delete("DELETE FROM session WHERE ends_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT 1000")
    int forget();
}
