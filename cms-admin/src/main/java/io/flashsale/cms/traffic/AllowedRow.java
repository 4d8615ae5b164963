package io.flashsale.cms.traffic;

import com.baomidou.mybatisplus.annotation.IdType;
import com.baomidou.mybatisplus.annotation.TableField;
import com.baomidou.mybatisplus.annotation.TableId;
import com.baomidou.mybatisplus.annotation.TableName;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/** A row of {@code traffic_allowed}: somebody whom no rule catches. */
@TableName("traffic_allowed")
class AllowedRow {

    @TableId(type = IdType.AUTO)
    @Nullable
    Long id;

    String kind = "";

    @TableField("`value`")
    String value = "";

    String reason = "";
    String source = "";
    LocalDateTime createdAt = LocalDateTime.MIN;
}
