package io.flashsale.backend.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.slf4j.MDC;

/** What is logged for a question of a buyer has the trace id that the edge gave it, as the field {@value #FIELD}. */
public final class TraceFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    public static final String HEADER = "X-Trace-Id";
    public static final String FIELD = "trace.id";

    private static final Pattern ID = Pattern.compile("[0-9a-f]{16,32}");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String id = request.getHeader(HEADER);
        if (id == null || !ID.matcher(id).matches()) {
            chain.doFilter(request, response);
            return;
        }
        try (var field = MDC.putCloseable(FIELD, id)) {
            chain.doFilter(request, response);
        }
    }
}
