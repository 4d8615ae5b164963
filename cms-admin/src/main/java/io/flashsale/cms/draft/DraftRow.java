package io.flashsale.cms.draft;

import com.baomidou.mybatisplus.annotation.IdType;
import com.baomidou.mybatisplus.annotation.TableField;
import com.baomidou.mybatisplus.annotation.TableId;
import com.baomidou.mybatisplus.annotation.TableName;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** A row of {@code promo_draft}. */
@TableName("promo_draft")
class DraftRow {

    @TableId(type = IdType.AUTO)
    @Nullable
    Long id;

    @Nullable
    Long promoId;

    @Nullable
    Integer handedIn;

    int version = 1;
    String page = "";
    String name = "";
    String document = "";
    String editedBy = "";
    LocalDateTime editedAt = LocalDateTime.MIN;
    boolean discarded;

    /** What it and its promo come to. */
    @TableField(exist = false)
    Draft.State state = Draft.State.WRITING;

    @TableField(exist = false)
    @Nullable
    String returnedBy;

    @TableField(exist = false)
    @Nullable
    String returnNote;

    long id() {
        if (id == null) {
            throw new IllegalStateException("the row has no id yet");
        }
        return id;
    }
}
