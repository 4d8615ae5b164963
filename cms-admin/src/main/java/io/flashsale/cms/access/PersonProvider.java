package io.flashsale.cms.access;

import io.flashsale.cms.people.People;
import io.flashsale.cms.people.Person;
import io.flashsale.cms.web.Refusal;
import java.time.Clock;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** A name and a password. What is wrong with them is not said: neither who works here, nor whose account rests. */
final class PersonProvider implements AuthenticationProvider {

    private final People people;
    private final Clock clock;

    PersonProvider(People people, Clock clock) {
        this.people = people;
        this.clock = clock;
    }

    @Override
    public Authentication authenticate(Authentication given) {
        try {
            Person person = people.enter(given.getName(), String.valueOf(given.getCredentials()))
                    .orElseThrow(() -> new BadCredentialsException("not this name with this password"));
            return SignedIn.of(person, clock.instant()).authentication(person);
        } catch (Refusal | DataAccessException away) {
            throw new AuthenticationServiceException("nobody can be looked up", away);
        }
    }

    @Override
    public boolean supports(Class<?> kind) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(kind);
    }
}
