package io.flashsale.backend.account;

import io.flashsale.backend.stock.RedisLink;
import io.flashsale.backend.web.Refusal;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds out who asks: by {@code Authorization: Bearer}, or by the {@code session} cookie. */
@Component
public final class Sessions {

    static final String COOKIE = "session";

    private final SessionTokens tokens;
    private final RedisLink link;
    private final Clock clock;

    Sessions(SessionTokens tokens, RedisLink link, Clock clock) {
        this.tokens = tokens;
        this.link = link;
        this.clock = clock;
    }

    /** For reading. @throws Refusal UNAUTHENTICATED */
    public Session require(HttpServletRequest request) {
        Session session = find(request);
        if (session == null || revoked(session)) {
            throw Refusal.unauthenticated();
        }
        return session;
    }

    /** For changes: who is known by a cookie must come from our own pages. @throws Refusal UNAUTHENTICATED, BAD_REQUEST */
    public Session requireForChange(HttpServletRequest request) {
        Session session = require(request);
        if (bearer(request) == null) {
            requireSameOrigin(request);
        }
        return session;
    }

    public @Nullable Session find(HttpServletRequest request) {
        String token = token(request);
        return token == null ? null : tokens.verify(token);
    }

    /** For renewal: whose token's time may be over, and who may be revoked; it is for the caller to say whether the session has ended. */
    @Nullable
    Session findLapsed(HttpServletRequest request) {
        String token = token(request);
        return token == null ? null : tokens.verifyLapsed(token);
    }

    /** A page of somebody else's cannot log its visitor in, or out. @throws Refusal BAD_REQUEST */
    static void requireSameOrigin(HttpServletRequest request) {
        if (!sameOrigin(request)) {
            throw Refusal.badRequest("Origin", "a request that is known by its cookie must come from the same origin");
        }
    }

    private static @Nullable String token(HttpServletRequest request) {
        String token = bearer(request);
        return token == null ? cookie(request) : token;
    }

    /** The edge refuses blacklisted accounts and sessions too; a session that was revoked reads nothing either. */
    boolean revoked(Session session) {
        String expires = RedisLink.await(link.commands().hget("fs:blacklist:session", session.sessionId()));
        return expires != null && (expires.equals("0") || Long.parseLong(expires) > clock.millis());
    }

    private static @Nullable String bearer(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? header.substring(7).strip()
                : null;
    }

    private static @Nullable String cookie(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return null;
        }
        for (Cookie cookie : cookies) {
            if (COOKIE.equals(cookie.getName())) {
                return cookie.getValue();
            }
        }
        return null;
    }

    /** Browsers send Origin with every DELETE; what sends neither header is not a browser that somebody lured. */
    static boolean sameOrigin(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return false;
        }
        String origin = request.getHeader("Origin");
        if (origin == null) {
            return true;
        }
        try {
            return new URI(origin).getAuthority() != null
                    && new URI(origin).getAuthority().equalsIgnoreCase(request.getHeader("Host"));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
