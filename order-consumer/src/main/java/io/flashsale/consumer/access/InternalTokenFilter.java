package io.flashsale.consumer.access;

import io.flashsale.consumer.settings.ConsumerSettings;
import io.flashsale.consumer.settings.SecretFile;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets in who shows the internal token. Everything needs it but health and metrics, so a path that is spelled in a way nobody thought of is
 * closed. What is logged for it has the trace id that the edge gave the buyer's question, as the field {@code trace.id}.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class InternalTokenFilter extends OncePerRequestFilter {

    private static final String HEADER = "X-Flashsale-Internal";

    private final byte[] token;

    InternalTokenFilter(ConsumerSettings settings) {
        this.token = SecretFile.read("FLASHSALE_INTERNAL_TOKEN_FILE", settings.internalTokenFile())
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getRequestURI();
        return path.equals("/livez") || path.equals("/readyz") || path.equals("/health") || path.equals("/metrics");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String shown = request.getHeader(HEADER);
        if (shown != null && MessageDigest.isEqual(token, shown.getBytes(StandardCharsets.UTF_8))) {
            logged(request, response, chain);
            return;
        }
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        response.setContentType("application/problem+json");
        response.getOutputStream()
                .write("{\"status\":401,\"title\":\"Unauthorized\",\"code\":\"UNAUTHENTICATED\"}"
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static void logged(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String trace = request.getHeader("X-Trace-Id");
        if (trace == null) {
            chain.doFilter(request, response);
            return;
        }
        try (var field = MDC.putCloseable("trace.id", trace)) {
            chain.doFilter(request, response);
        }
    }
}
