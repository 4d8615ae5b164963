package io.flashsale.cms.image;

import com.baomidou.mybatisplus.annotation.IdType;
import com.baomidou.mybatisplus.annotation.TableId;
import com.baomidou.mybatisplus.annotation.TableName;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** A row of {@code image}. */
@TableName("image")
class ImageRow {

    @TableId(type = IdType.AUTO)
    @Nullable
    Long id;

    String name = "";
    String widths = "";
    String altZh = "";
    String altEn = "";
    String uploadedBy = "";
    LocalDateTime uploadedAt = LocalDateTime.MIN;

    @Nullable
    LocalDateTime publishedAt;

    long id() {
        if (id == null) {
            throw new IllegalStateException("the row has no id yet");
        }
        return id;
    }
}
