package io.flashsale.backend.account;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;

/** The session's cookie: for our pages only, and out of their scripts' reach. */
final class Cookies {

    private Cookies() {}

    /** @param age null: until the browser is closed */
    static String of(HttpServletRequest request, String token, @Nullable Duration age) {
        boolean tls = "https"
                .equals(String.valueOf(request.getHeader("X-Forwarded-Proto")).toLowerCase(Locale.ROOT));
        var cookie = ResponseCookie.from(Sessions.COOKIE, token)
                .httpOnly(true)
                .sameSite("Lax")
                .secure(tls)
                .path("/");
        if (age != null) {
            cookie.maxAge(age);
        }
        return cookie.build().toString();
    }
}
