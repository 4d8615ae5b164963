package io.flashsale.cms.people;

import com.baomidou.mybatisplus.annotation.IdType;
import com.baomidou.mybatisplus.annotation.TableId;
import com.baomidou.mybatisplus.annotation.TableName;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** A row of {@code admin_user}. Times are UTC without a zone. */
@TableName("admin_user")
class PersonRow {

    @TableId(type = IdType.AUTO)
    @Nullable
    Long id;

    String name = "";
    String passwordHash = "";
    Role role = Role.EDITOR;
    Person.State state = Person.State.ACTIVE;
    boolean mustChange = true;
    int stamp;
    int failed;

    @Nullable
    LocalDateTime lockedUntil;

    @Nullable
    LocalDateTime lastLogin;

    LocalDateTime createdAt = LocalDateTime.MIN;

    long id() {
        if (id == null) {
            throw new IllegalStateException("the row has no id yet");
        }
        return id;
    }
}
