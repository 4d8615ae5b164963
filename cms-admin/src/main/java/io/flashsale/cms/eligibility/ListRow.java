package io.flashsale.cms.eligibility;

import com.baomidou.mybatisplus.annotation.IdType;
import com.baomidou.mybatisplus.annotation.TableId;
import com.baomidou.mybatisplus.annotation.TableName;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** A row of {@code eligibility_list}. */
@TableName("eligibility_list")
class ListRow {

    @TableId(type = IdType.AUTO)
    @Nullable
    Long id;

    String name = "";
    int members;
    String keptBy = "";
    LocalDateTime keptAt = LocalDateTime.MIN;

    long id() {
        if (id == null) {
            throw new IllegalStateException("the row has no id yet");
        }
        return id;
    }
}
