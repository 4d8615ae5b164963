package io.flashsale.cms.access;

import io.flashsale.cms.people.People;
import io.flashsale.cms.people.Person;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends a session whose person has another password, role or state than when it began, or that has lasted for too long; so what an
 * administrator changes holds from the next request on. And leads whoever must choose a password to where that is done.
 */
final class PersonGuard extends OncePerRequestFilter {

    /** A working day, and the night of a sale. */
    private static final Duration LONGEST = Duration.ofHours(12);

    private static final Set<String> OPEN_BEFORE_CHANGE = Set.of("/password", "/logout", "/error");

    private final People people;
    private final Clock clock;

    PersonGuard(People people, Clock clock) {
        this.people = people;
        this.clock = clock;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        SignedIn signedIn = signedIn();
        if (signedIn != null) {
            Optional<Person> person = people.find(signedIn.personId()).filter(p -> holds(signedIn, p));
            if (person.isEmpty()) {
                end(request);
            } else if (signedIn.mustChange() && !OPEN_BEFORE_CHANGE.contains(request.getServletPath())) {
                response.sendRedirect("/password");
                return;
            } else {
                request.setAttribute("person", person.get());
            }
        }
        chain.doFilter(request, response);
    }

    private static @Nullable SignedIn signedIn() {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null && authentication.getPrincipal() instanceof SignedIn signedIn ? signedIn : null;
    }

    private boolean holds(SignedIn signedIn, Person person) {
        return person.state() == Person.State.ACTIVE
                && person.stamp() == signedIn.stamp()
                && signedIn.since().plus(LONGEST).isAfter(clock.instant());
    }

    private static void end(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
        SecurityContextHolder.clearContext();
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getServletPath().startsWith("/assets/")
                || request.getServletPath().startsWith("/webjars/");
    }
}
