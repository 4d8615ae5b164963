package io.flashsale.backend.account;

import io.flashsale.backend.config.Settings;
import io.flashsale.backend.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/demo-session}: a fresh demo buyer, logged in. In the demo profile only; elsewhere it is not there. */
@RestController
final class DemoSessionEndpoint {

    private static final int LEVEL = 1;

    private final SecureRandom random = new SecureRandom();
    private final BuyerMapper buyers;
    private final SessionTokens tokens;
    private final boolean offered;

    DemoSessionEndpoint(BuyerMapper buyers, SessionTokens tokens, Settings settings) {
        this.buyers = buyers;
        this.tokens = tokens;
        this.offered = settings.demoSessions();
    }

    @PostMapping("/api/demo-session")
    ResponseEntity<Map<String, Object>> open(HttpServletRequest request) {
        if (!offered) {
            throw Refusal.of(404, "NOT_FOUND", "There is nothing here.");
        }
        String userId = "demo-" + Long.toString(random.nextLong(36L * 36 * 36 * 36 * 36 * 36 * 36 * 36), 36);
        buyers.open(List.of(userId), LEVEL);
        var issued = tokens.issue(userId, LEVEL);
        var body = new LinkedHashMap<String, Object>();
        body.put("userID", userId);
        body.put("userLevel", LEVEL);
        body.put("sessionID", issued.token());
        body.put("expiresAt", issued.session().expiresAt().toString());
        return ResponseEntity.ok()
                .header(HttpHeaders.SET_COOKIE, Cookies.of(request, issued.token(), null))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(body);
    }
}
