package io.flashsale.cms.blacklist;

import com.baomidou.mybatisplus.annotation.IdType;
import com.baomidou.mybatisplus.annotation.TableId;
import com.baomidou.mybatisplus.annotation.TableName;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** A row of {@code blacklist_entry}. The backend carries those whose {@code change_seq} is null to Redis, and sets it. */
@TableName("blacklist_entry")
class EntryRow {

    @TableId(type = IdType.AUTO)
    @Nullable
    Long id;

    String kind = "";

    @com.baomidou.mybatisplus.annotation.TableField("`value`")
    String value = "";

    String reason = "";
    String source = "";

    @Nullable
    LocalDateTime expiresAt;

    LocalDateTime createdAt = LocalDateTime.MIN;

    @Nullable
    LocalDateTime liftedAt;

    @Nullable
    Long changeSeq;

    long id() {
        if (id == null) {
            throw new IllegalStateException("the row has no id yet");
        }
        return id;
    }
}
