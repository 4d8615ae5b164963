package io.flashsale.backend.account;

import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface CodeMapper {

    /** @param usable that its time is not over, and it was neither used nor tried too often */
    record Code(long id, @Nullable String digest, boolean usable) {}

    @Insert("INSERT INTO one_time_code (phone, purpose, digest, created_at, expires_at) VALUES (#{phone}, #{purpose},"
            + " #{digest}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL #{seconds} SECOND)")
    int add(
            @Param("phone") String phone,
            @Param("purpose") String purpose,
            @Param("digest") @Nullable String digest,
            @Param("seconds") long seconds);

    /** The newest, which replaced those before it; until the end of the transaction nobody else reads it so. */
    @Select("SELECT id, digest, (used_at IS NULL AND tries < #{mostTries} AND expires_at > UTC_TIMESTAMP(3)) AS usable"
            + " FROM one_time_code WHERE phone = #{phone} AND purpose = #{purpose} ORDER BY id DESC LIMIT 1 FOR UPDATE")
    @Nullable
    Code newest(@Param("phone") String phone, @Param("purpose") String purpose, @Param("mostTries") int mostTries);

    @Update("UPDATE one_time_code SET tries = tries + 1 WHERE id = #{id}")
    int tried(@Param("id") long id);

    @Update("UPDATE one_time_code SET used_at = UTC_TIMESTAMP(3) WHERE id = #{id}")
    int used(@Param("id") long id);

    @Delete("DELETE FROM one_time_code WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT 1000")
    int forget();
}
