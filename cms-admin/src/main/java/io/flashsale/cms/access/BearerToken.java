package io.flashsale.cms.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.web.filter.OncePerRequestFilter;

/** Knows the local operator, {@code ./flashsale}, by the token in the header. */
final class BearerToken extends OncePerRequestFilter {

    /** Of whoever holds the token; no person has it. */
    static final String AUTHORITY = "OPERATOR_TOKEN";

    private static final String PREFIX = "Bearer ";

    /** As the audit log names it. */
    private static final String NAME = "operator";

    private final OperatorToken token;

    BearerToken(OperatorToken token) {
        this.token = token;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header != null && header.startsWith(PREFIX) && token.is(header.substring(PREFIX.length()))) {
            SignedIn.grant(UsernamePasswordAuthenticationToken.authenticated(
                    NAME, null, AuthorityUtils.createAuthorityList(AUTHORITY)));
        }
        chain.doFilter(request, response);
    }
}
