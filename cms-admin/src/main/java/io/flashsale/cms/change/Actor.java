package io.flashsale.cms.change;

import io.flashsale.cms.web.Refusal;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a change, as the audit log names them.
 *
 * @param why in their own words, where they were asked
 * @param from the address that their request came from; null where there is none
 */
public record Actor(String name, @Nullable String why, @Nullable String from) {

    private static final int MOST_OF_A_REASON = 200;

    public Actor(String name) {
        this(name, null, Changes.address());
    }

    public static Actor of(Principal principal) {
        return new Actor(principal.getName());
    }

    /** @throws Refusal 400 REASON_MISSING where it is not 1 to 200 characters */
    public Actor because(String reason) {
        String words = reason.strip();
        if (words.isEmpty() || words.length() > MOST_OF_A_REASON) {
            throw Refusal.invalid(
                    "REASON_MISSING", "why", "A reason of 1 to " + MOST_OF_A_REASON + " characters is needed.");
        }
        return new Actor(name, words, from);
    }
}
