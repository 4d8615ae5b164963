package io.flashsale.cms.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Before anything reads a form: one with files is written to the disk as it is read, so who has not logged in sends none, and one that is too
 * large is told so.
 */
final class UploadGuard extends OncePerRequestFilter {

    /** As application.properties has it: beyond it the form cannot be read, its token neither. */
    private static final long MOST_BYTES = 12L * 1024 * 1024;

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain rest)
            throws ServletException, IOException {
        String type = request.getContentType();
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("multipart/")) {
            rest.doFilter(request, response);
            return;
        }
        Authentication person = SecurityContextHolder.getContext().getAuthentication();
        if (person == null || !person.isAuthenticated() || person instanceof AnonymousAuthenticationToken) {
            response.sendRedirect("/login?late");
        } else if (request.getContentLengthLong() > MOST_BYTES) {
            boolean list = request.getRequestURI().startsWith("/lists");
            response.sendRedirect(list ? "/lists?refused=LIST_BYTES" : "/images?refused=IMAGE_BYTES");
        } else {
            rest.doFilter(request, response);
        }
    }
}
