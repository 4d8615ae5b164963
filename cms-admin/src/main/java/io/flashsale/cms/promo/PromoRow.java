package io.flashsale.cms.promo;

import com.baomidou.mybatisplus.annotation.IdType;
import com.baomidou.mybatisplus.annotation.TableId;
import com.baomidou.mybatisplus.annotation.TableName;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A row of {@code promo}. Times are UTC without a zone, as the columns are, so that no driver converts them. */
@TableName("promo")
class PromoRow {

    @TableId(type = IdType.AUTO)
    @Nullable
    Long id;

    String name = "";

    @Nullable
    String nameZh;

    @Nullable
    String nameEn;

    String description = "";

    @Nullable
    String descriptionZh;

    @Nullable
    String descriptionEn;

    /** Of the file that shoppers fetch what is said of it from; set by who publishes that. */
    @Nullable
    String textName;

    String zone = "UTC";

    @Nullable
    Integer expectedBuyers;

    PromoState state = PromoState.DRAFT;
    LocalDateTime opensAt = LocalDateTime.MIN;
    LocalDateTime closesAt = LocalDateTime.MIN;
    LocalDateTime createdAt = LocalDateTime.MIN;
    LocalDateTime updatedAt = LocalDateTime.MIN;

    Review.@Nullable Verdict review;

    @Nullable
    String reviewedBy;

    @Nullable
    LocalDateTime reviewedAt;

    @Nullable
    String reviewNote;

    long id() {
        if (id == null) {
            throw new IllegalStateException("the row has no id yet");
        }
        return id;
    }

    long opens() {
        return opensAt.toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    long closes() {
        return closesAt.toInstant(ZoneOffset.UTC).toEpochMilli();
    }
}
