package io.flashsale.backend.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flashsale.backend.config.Secrets;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The door of {@code /internal/**}: the edge's token opens {@code /internal/orders} and {@code /internal/changes}, the internal one everything else. Compared in constant
 * time.
 */
final class InternalGate extends HttpFilter {
    private static final long serialVersionUID = 1L;

    static final String EDGE_HEADER = "X-Flashsale-Edge";
    static final String INTERNAL_HEADER = "X-Flashsale-Internal";

    private static final Set<String> EDGES = Set.of("/internal/orders", "/internal/changes");

    private static final byte[] REFUSED = ("{\"type\":\"about:blank\",\"title\":\"UNAUTHENTICATED\",\"status\":401,"
                    + "\"detail\":\"This path needs its token.\",\"code\":\"UNAUTHENTICATED\"}")
            .getBytes(UTF_8);

    private final transient byte[] edgeToken;
    private final transient byte[] internalToken;

    InternalGate(Secrets secrets) {
        edgeToken = secrets.edgeToken().getBytes(UTF_8);
        internalToken = secrets.internalToken().getBytes(UTF_8);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean edges = EDGES.contains(request.getServletPath()) && request.getPathInfo() == null;
        boolean open = edges
                ? same(edgeToken, request.getHeader(EDGE_HEADER))
                : same(internalToken, request.getHeader(INTERNAL_HEADER));
        if (open) {
            chain.doFilter(request, response);
            return;
        }
        response.setStatus(401);
        response.setContentType("application/problem+json");
        response.setContentLength(REFUSED.length);
        response.getOutputStream().write(REFUSED);
    }

    private static boolean same(byte[] token, @Nullable String given) {
        return given != null && MessageDigest.isEqual(token, given.getBytes(UTF_8));
    }
}
