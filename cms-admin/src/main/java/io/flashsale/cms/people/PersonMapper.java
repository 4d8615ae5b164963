package io.flashsale.cms.people;

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
interface PersonMapper extends BaseMapper<PersonRow> {

    default @Nullable PersonRow named(String name) {
        return selectOne(new QueryWrapper<PersonRow>().eq("name", name));
    }

    default List<PersonRow> all() {
        return selectList(new QueryWrapper<PersonRow>().orderByAsc("name"));
    }

    /** The row is locked until the transaction ends. */
    @Select("SELECT * FROM admin_user WHERE id = #{id} FOR UPDATE")
    @Nullable
    PersonRow lock(@Param("id") long id);

    /** Locks those that could do everything, so that of two who leave at once one stays. */
    @Select("SELECT id FROM admin_user WHERE role = 'ADMINISTRATOR' AND state = 'ACTIVE' ORDER BY id FOR UPDATE")
    List<Long> lockAdministrators();

    @Update(
            """
            UPDATE admin_user SET password_hash = #{hash}, must_change = #{mustChange}, stamp = stamp + 1, failed = 0, locked_until = NULL
            WHERE id = #{id}""")
    void password(@Param("id") long id, @Param("hash") String hash, @Param("mustChange") boolean mustChange);

    @Update("UPDATE admin_user SET role = #{role}, state = #{state}, stamp = stamp + 1 WHERE id = #{id}")
    void become(@Param("id") long id, @Param("role") Role role, @Param("state") Person.State state);

    /** One more wrong password; the last that is allowed locks, and begins the count anew. Tries while it is locked change nothing. */
    @Update(
            """
            UPDATE admin_user SET
              locked_until = IF(failed + 1 >= #{most}, #{until}, NULL),
              failed = IF(failed + 1 >= #{most}, 0, failed + 1)
            WHERE id = #{id} AND (locked_until IS NULL OR locked_until <= #{now})""")
    void failed(
            @Param("id") long id,
            @Param("most") int most,
            @Param("now") LocalDateTime now,
            @Param("until") LocalDateTime until);

    /** One row where the account is open now, and its password is still the one that was read; none otherwise. */
    @Update(
            """
            UPDATE admin_user SET failed = 0, locked_until = NULL, last_login = #{now}
            WHERE id = #{id} AND stamp = #{stamp} AND state = 'ACTIVE' AND (locked_until IS NULL OR locked_until <= #{now})""")
    int entered(@Param("id") long id, @Param("stamp") int stamp, @Param("now") LocalDateTime now);
}
