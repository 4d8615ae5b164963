package io.flashsale.cms.access;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Says in a page that stands alone that the database is away: who asks cannot be looked up then, and every other page would try to.
 * Before the filter of the sessions, which are in the database.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StoreAway extends OncePerRequestFilter {

    private static final Logger log = LoggerFactory.getLogger(StoreAway.class);

    private static final byte[] PAGE =
            """
            <!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Flashsale</title>
            <h1>The database is away</h1>
            <p>Nobody can be looked up at the moment. Look whether your change was made, then try again. Sales go on without the CMS.</p>
            <p lang="zh-CN">数据库暂时不可用，无法查询您的账户。请先确认修改是否已生效，再重试。销售不受后台影响。</p>
            """
                    .getBytes(StandardCharsets.UTF_8);

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            chain.doFilter(request, response);
        } catch (DataAccessException | TransactionException away) {
            if (response.isCommitted()) {
                throw away;
            }
            log.error("no page without the database: {}", away.toString());
            response.reset();
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            response.setHeader("Retry-After", "2");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
            response.setContentType("text/html;charset=utf-8");
            response.getOutputStream().write(PAGE);
        }
    }
}
