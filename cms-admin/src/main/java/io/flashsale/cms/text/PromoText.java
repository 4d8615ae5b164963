package io.flashsale.cms.text;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a promo on Chinese and on English pages, as trees; {@code Text} of {@code contract/openapi.yaml}.
 *
 * @param zh nodes; a node is a text, or a list of its name and its children
 */
public record PromoText(List<Object> zh, List<Object> en) {

    /** @param zh on Chinese pages, where it is not the text; null: it is */
    public static PromoText of(String text, @Nullable String zh, @Nullable String en) {
        return new PromoText(Markup.read(zh == null ? text : zh), Markup.read(en == null ? text : en));
    }

    @JsonIgnore
    public boolean isEmpty() {
        return zh.isEmpty() && en.isEmpty();
    }
}
