package io.flashsale.cms.access;

import io.flashsale.cms.people.Person;
import java.io.Serializable;
import java.security.Principal;
import java.time.Instant;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Who a session is of, as it was when it began; {@link PersonGuard} looks at each request whether that still holds.
 *
 * @param mustChange nothing is open to them but the page on which they choose a password
 */
public record SignedIn(long personId, String name, int stamp, boolean mustChange, Instant since)
        implements Principal, Serializable {

    private static final long serialVersionUID = 1L;

    static SignedIn of(Person person, Instant since) {
        return new SignedIn(person.id(), person.name(), person.stamp(), person.mustChange(), since);
    }

    @Override
    public String getName() {
        return name;
    }

    /** As the person's role has it now. */
    UsernamePasswordAuthenticationToken authentication(Person person) {
        return UsernamePasswordAuthenticationToken.authenticated(
                this, null, AuthorityUtils.createAuthorityList("ROLE_" + person.role()));
    }

    static void grant(UsernamePasswordAuthenticationToken authentication) {
        var context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(authentication);
        SecurityContextHolder.setContext(context);
    }
}
