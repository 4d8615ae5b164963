package io.flashsale.backend.account;

import io.flashsale.backend.account.Accounts.LoggedIn;
import io.flashsale.backend.web.Bulkhead;
import io.flashsale.backend.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * Register, log in and out, and what belongs to it. Answers set or clear the cookie; a client that is no browser is also told the token,
 * as {@code sessionID}.
 */
@RestController
final class AccountEndpoints {

    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final Accounts accounts;
    private final Challenges challenges;
    private final Codes codes;
    private final Sessions sessions;
    private final Bulkhead passwords = new Bulkhead(4, PATIENCE, "account");
    /** What hashes no password does not wait for what does. */
    private final Bulkhead others = new Bulkhead(4, PATIENCE, "account");

    AccountEndpoints(Accounts accounts, Challenges challenges, Codes codes, Sessions sessions) {
        this.accounts = accounts;
        this.challenges = challenges;
        this.codes = codes;
        this.sessions = sessions;
    }

    record AskForCode(
            @Nullable String phone,
            @Nullable String purpose,
            @Nullable String language,
            @Nullable String challenge,
            @Nullable String proof) {}

    record Register(@Nullable String phone, @Nullable String code, @Nullable String password) {}

    /** The challenge and its proof only where they were asked for. */
    record Login(
            @Nullable String phone, @Nullable String password, @Nullable String challenge, @Nullable String proof) {}

    record Password(
            @Nullable String phone, @Nullable String code, @Nullable String current, @Nullable String password) {}

    @PostMapping("/api/challenge")
    ResponseEntity<Challenges.Challenge> challenge() {
        return noStore(200).body(challenges.open(codes.many()));
    }

    @PostMapping(path = "/api/otp", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Map<String, Object>> code(@RequestBody AskForCode asked, HttpServletRequest request) {
        Sessions.requireSameOrigin(request);
        String phone = Phones.parse(asked.phone());
        var purpose = Accounts.purpose(asked.purpose());
        challenges.use(asked.challenge(), asked.proof());
        others.call(() -> {
            accounts.sendCode(phone, purpose, Address.of(request), Codes.Language.of(asked.language()));
            return phone;
        });
        var body = new LinkedHashMap<String, Object>();
        body.put("phone", Phones.masked(phone));
        body.put("expiresInSeconds", codes.ttlSeconds());
        body.put("againInSeconds", Codes.BETWEEN_TEXTS.toSeconds());
        return noStore(202).body(body);
    }

    @PostMapping(path = "/api/register", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Map<String, Object>> register(@RequestBody Register asked, HttpServletRequest request) {
        Sessions.requireSameOrigin(request);
        String phone = Phones.parse(asked.phone());
        return loggedIn(
                201,
                request,
                passwords,
                () -> accounts.register(
                        phone,
                        asked.code(),
                        asked.password(),
                        Address.of(request).narrow()));
    }

    @PostMapping(path = "/api/login", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Map<String, Object>> login(@RequestBody Login asked, HttpServletRequest request) {
        Sessions.requireSameOrigin(request);
        String phone = Phones.parse(asked.phone());
        return loggedIn(
                200,
                request,
                passwords,
                () -> accounts.login(
                        phone,
                        asked.password(),
                        Address.of(request).narrow(),
                        () -> challenges.use(asked.challenge(), asked.proof())));
    }

    /** By a code, or by the password that it replaces. */
    @PostMapping(path = "/api/password", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Map<String, Object>> password(@RequestBody Password asked, HttpServletRequest request) {
        Sessions.requireSameOrigin(request);
        if (asked.current() == null) {
            String phone = Phones.parse(asked.phone());
            return loggedIn(
                    200,
                    request,
                    passwords,
                    () -> accounts.reset(
                            phone,
                            asked.code(),
                            asked.password(),
                            Address.of(request).narrow()));
        }
        Session session = sessions.requireForChange(request);
        passwords.call(() -> {
            accounts.change(session, asked.current(), asked.password());
            return session;
        });
        return noStore(200).body(Map.of("userID", session.userId()));
    }

    @GetMapping("/api/session")
    ResponseEntity<Map<String, Object>> session(HttpServletRequest request) {
        Session session = sessions.require(request);
        var body = new LinkedHashMap<String, Object>();
        body.put("userID", session.userId());
        body.put("userLevel", session.level());
        body.put("expiresAt", session.expiresAt().toString());
        others.call(() -> accounts.phoneOf(session)).ifPresent(phone -> body.put("phone", Phones.masked(phone)));
        return noStore(200).body(body);
    }

    /** A new token for a session that has not ended, though the token's time may be over. */
    @PostMapping("/api/session")
    ResponseEntity<Map<String, Object>> renew(HttpServletRequest request) {
        Sessions.requireSameOrigin(request);
        Session lapsed = sessions.findLapsed(request);
        if (lapsed == null) {
            throw Refusal.unauthenticated();
        }
        return loggedIn(200, request, others, () -> accounts.renew(lapsed));
    }

    @PostMapping("/api/logout")
    ResponseEntity<Void> logout(HttpServletRequest request) {
        Sessions.requireSameOrigin(request);
        Session session = sessions.findLapsed(request);
        if (session != null) {
            others.call(() -> {
                accounts.end(session, sessions::revoked);
                return session;
            });
        }
        return ResponseEntity.noContent()
                .header(HttpHeaders.SET_COOKIE, Cookies.of(request, "", Duration.ZERO))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private ResponseEntity<Map<String, Object>> loggedIn(
            int status, HttpServletRequest request, Bulkhead bulkhead, Supplier<LoggedIn> work) {
        LoggedIn opened = bulkhead.call(work);
        Session session = opened.issued().session();
        var body = new LinkedHashMap<String, Object>();
        body.put("userID", session.userId());
        body.put("userLevel", session.level());
        body.put("phone", Phones.masked(opened.phone()));
        body.put("expiresAt", session.expiresAt().toString());
        body.put("expiresInSeconds", opened.issued().goodFor().toSeconds());
        if (request.getHeader("Sec-Fetch-Site") == null) {
            body.put("sessionID", opened.issued().token());
        }
        return noStore(status)
                .header(
                        HttpHeaders.SET_COOKIE,
                        Cookies.of(request, opened.issued().token(), accounts.sessionTtl()))
                .body(body);
    }

    private static ResponseEntity.BodyBuilder noStore(int status) {
        return ResponseEntity.status(status).header(HttpHeaders.CACHE_CONTROL, "no-store");
    }
}
