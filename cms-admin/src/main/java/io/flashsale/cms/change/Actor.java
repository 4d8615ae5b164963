package io.flashsale.cms.change;

import java.security.Principal;

/** Who makes a change, as the audit log names them. */
public record Actor(String name) {

    public static Actor of(Principal principal) {
        return new Actor(principal.getName());
    }
}
