package io.flashsale.backend.account;

import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;
import org.jspecify.annotations.Nullable;

@Mapper
interface LoginMapper {

    record Login(String userId, String phone, String passwordHash, int level) {}

    String COLUMNS =
            "SELECT l.user_id, l.phone, l.password_hash, b.level FROM login l JOIN buyer b ON b.user_id = l.user_id ";

    @Select(COLUMNS + "WHERE l.phone = #{phone}")
    @Nullable
    Login byPhone(@Param("phone") String phone);

    @Select(COLUMNS + "WHERE l.user_id = #{userId}")
    @Nullable
    Login byUser(@Param("userId") String userId);

    /** @throws org.springframework.dao.DuplicateKeyException if the phone has an account */
    @Insert("INSERT INTO login (user_id, phone, password_hash, created_at, changed_at)"
            + " VALUES (#{userId}, #{phone}, #{hash}, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))")
    int add(@Param("userId") String userId, @Param("phone") String phone, @Param("hash") String hash);

    /** 1 if this is the password still; until the end of the transaction nobody else can change it, or open a session by it. */
    @Select("SELECT COUNT(*) FROM login WHERE user_id = #{userId} AND password_hash = #{hash} FOR UPDATE")
    int hold(@Param("userId") String userId, @Param("hash") String hash);

    @Update("UPDATE login SET password_hash = #{hash}, changed_at = UTC_TIMESTAMP(3) WHERE user_id = #{userId}")
    int change(@Param("userId") String userId, @Param("hash") String hash);
}
