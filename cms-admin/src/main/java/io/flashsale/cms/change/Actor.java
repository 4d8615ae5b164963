package io.flashsale.cms.change;

import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a change, as the audit log names them.
 *
 * @param why in their own words, where they were asked
 */
public record Actor(String name, @Nullable String why) {

    public Actor(String name) {
        this(name, null);
    }

    public static Actor of(Principal principal) {
        return new Actor(principal.getName());
    }

    public Actor because(String reason) {
        return new Actor(name, reason);
    }
}
