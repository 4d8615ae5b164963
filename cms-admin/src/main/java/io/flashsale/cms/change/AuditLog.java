package io.flashsale.cms.change;

import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.jspecify.annotations.Nullable;

/** Append-only: there is no statement here that changes or deletes a row, and the account has no right to. */
@Mapper
interface AuditLog {

    @Insert(
            """
            INSERT INTO audit_log (actor, action, subject, detail, address, created_at)
            VALUES (#{actor}, #{action}, #{subject}, #{detail}, #{address}, UTC_TIMESTAMP(3))""")
    void append(
            @Param("actor") String actor,
            @Param("action") String action,
            @Param("subject") String subject,
            @Param("detail") String detail,
            @Param("address") @Nullable String address);
}
