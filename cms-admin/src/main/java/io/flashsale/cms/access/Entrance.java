package io.flashsale.cms.access;

import io.flashsale.cms.web.LastResort;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.csrf.CsrfException;

/** To the login, and from there on to where somebody wanted to go. */
final class Entrance
        implements AuthenticationEntryPoint,
                AuthenticationSuccessHandler,
                AuthenticationFailureHandler,
                AccessDeniedHandler {

    /** Of who has logged in; who waits before the login has less (application.properties), so that nobody fills the table for long. */
    static final Duration IDLE = Duration.ofHours(2);

    /** A path of ours; not what a browser takes for another host. */
    private static final Pattern OWN = Pattern.compile("/[A-Za-z0-9._~-][A-Za-z0-9/._~?=&%-]{0,500}");

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException unknown)
            throws IOException {
        String wanted = request.getServletPath();
        boolean kept = request.getMethod().equals("GET") && OWN.matcher(wanted).matches();
        response.sendRedirect("/login" + (kept ? "?next=" + encoded(wanted) : ""));
    }

    @Override
    public void onAuthenticationSuccess(
            HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException {
        request.getSession().setMaxInactiveInterval((int) IDLE.toSeconds());
        response.sendRedirect(own(request.getParameter("next")));
    }

    @Override
    public void onAuthenticationFailure(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException failed)
            throws IOException {
        String why = failed instanceof AuthenticationServiceException ? "busy" : "wrong";
        response.sendRedirect("/login?" + why + "&next=" + encoded(own(request.getParameter("next"))));
    }

    /** A form of a session that has ended, or was another's, is no attempt at anything, and says so. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        boolean late = denied instanceof CsrfException;
        if (late && SecurityContextHolder.getContext().getAuthentication() == null) {
            response.sendRedirect("/login?late");
            return;
        }
        if (late) {
            request.setAttribute(LastResort.CODE, "LATE");
        }
        response.sendError(HttpServletResponse.SC_FORBIDDEN);
    }

    static String own(@Nullable String path) {
        return path != null && OWN.matcher(path).matches() ? path : "/";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
