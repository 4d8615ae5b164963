package io.flashsale.cms.audit;

import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.jspecify.annotations.Nullable;

@Mapper
interface AuditMapper {

    /** @param detail JSON */
    record Line(
            long id,
            LocalDateTime createdAt,
            String actor,
            String action,
            String subject,
            String detail,
            @Nullable String address) {}

    /** Newest first, those before an id; of an actor or a subject where they are not empty. */
    @Select(
            """
            <script>
            SELECT id, created_at, actor, action, subject, detail, address FROM audit_log WHERE id &lt; #{before}
            <if test="actor != ''">AND actor = #{actor}</if>
            <if test="subject != ''">AND subject = #{subject}</if>
            ORDER BY id DESC LIMIT #{most}
            </script>""")
    List<Line> before(
            @Param("before") long before,
            @Param("actor") String actor,
            @Param("subject") String subject,
            @Param("most") int most);
}
