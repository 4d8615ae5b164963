package io.flashsale.backend.account;

import io.flashsale.backend.account.Codes.Purpose;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.web.Refusal;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Accounts that people open themselves, by a phone and a password. No answer tells whether a phone has an account; only the
 * phone is told. Every login is a session of its own, which can be ended at every edge within a second.
 */
@Component
final class Accounts {

    private static final int FIRST_LEVEL = 1;
    private static final String NONE = "";
    private static final String LOGGED_OUT = "logged out";
    /** Sessions of one account, the devices of a household; the one that was not used for longest ends. */
    private static final int MOST_SESSIONS = 10;
    /** A token is signed a little after its row is written, by another clock. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final Duration LOGINS = Duration.ofMinutes(10);
    private static final Duration HOUR = Duration.ofHours(1);

    private final SecureRandom random = new SecureRandom();
    private final LoginMapper logins;
    private final BuyerMapper buyers;
    private final SessionMapper sessions;
    private final Codes codes;
    private final Passwords passwords;
    private final SessionTokens tokens;
    private final Tries tries;
    private final TransactionTemplate transaction;
    private final Duration tokenTtl;
    private final Duration sessionTtl;
    private final int addressTries;
    private final Clock clock;

    Accounts(
            LoginMapper logins,
            BuyerMapper buyers,
            SessionMapper sessions,
            Codes codes,
            Passwords passwords,
            SessionTokens tokens,
            Tries tries,
            PlatformTransactionManager transactions,
            Clock clock,
            Settings settings) {
        this.clock = clock;
        this.logins = logins;
        this.buyers = buyers;
        this.sessions = sessions;
        this.codes = codes;
        this.passwords = passwords;
        this.tokens = tokens;
        this.tries = tries;
        this.transaction = new TransactionTemplate(transactions);
        this.tokenTtl = settings.account().tokenTtl();
        this.sessionTtl = settings.account().sessionTtl();
        this.addressTries = settings.account().addressTries();
    }

    /** A session's token and who it is of. */
    record LoggedIn(SessionTokens.Issued issued, String phone) {}

    Duration sessionTtl() {
        return sessionTtl;
    }

    /** @throws Refusal PHONE_NOT_SERVED for a country that no text goes to, TOO_MANY_TRIES, BUSY if as many texts went as may */
    void sendCode(String phone, Purpose purpose, Address address, Codes.Language language) {
        codes.bound(phone, address);
        codes.send(phone, purpose, logins.byPhone(phone) != null, language);
    }

    /** @throws Refusal BAD_REQUEST, WEAK_PASSWORD, WRONG_CODE, TOO_MANY_TRIES */
    LoggedIn register(String phone, @Nullable String code, @Nullable String password, String address) {
        boundCodes(address);
        String hash = passwords.hash(password, phone);
        Optional<LoggedIn> opened;
        String userId = "u" + Long.toString(random.nextLong(1L << 62), 36);
        try {
            opened = decided(() -> {
                if (!codes.use(phone, Purpose.REGISTER, code)) {
                    return Optional.empty();
                }
                buyers.open(List.of(userId), FIRST_LEVEL);
                logins.add(userId, phone, hash);
                return Optional.of(open(userId, FIRST_LEVEL, phone));
            });
        } catch (DuplicateKeyException taken) {
            // By another code of the same minutes.
            throw wrongCode();
        }
        return used(opened, address);
    }

    /**
     * @param proof that some work was done, or throws; asked for when a phone is tried from everywhere: to refuse would lock its owner out
     * @throws Refusal LOGIN_FAILED, TOO_MANY_TRIES, PROOF_NEEDED
     */
    LoggedIn login(String phone, @Nullable String password, String address, Runnable proof) {
        String pair = phone + "@" + address;
        tries.take("login-address", address, addressTries, LOGINS);
        tries.take("login", pair, 8, LOGINS);
        if (!tries.within("login-phone", phone, 100, HOUR)) {
            proof.run();
        }
        var login = logins.byPhone(phone);
        if (!passwords.matches(password, login == null ? null : login.passwordHash()) || login == null) {
            throw loginFailed();
        }
        LoggedIn opened = decided(() -> logins.hold(login.userId(), login.passwordHash()) == 1
                        ? Optional.of(open(login.userId(), login.level(), phone))
                        : Optional.<LoggedIn>empty())
                .orElseThrow(Accounts::loginFailed);
        tries.forgive("login-address", address, LOGINS);
        tries.forgive("login", pair, LOGINS);
        tries.forgive("login-phone", phone, HOUR);
        return opened;
    }

    /** A new password by a code, for who forgot the old one; ends all sessions. @throws Refusal as register */
    LoggedIn reset(String phone, @Nullable String code, @Nullable String password, String address) {
        boundCodes(address);
        String hash = passwords.hash(password, phone);
        var login = logins.byPhone(phone);
        Optional<LoggedIn> opened = decided(() -> {
            if (!codes.use(phone, Purpose.RESET, code) || login == null) {
                return Optional.empty();
            }
            change(login.userId(), hash, NONE);
            return Optional.of(open(login.userId(), login.level(), phone));
        });
        return used(opened, address);
    }

    /** A new password by the old one; ends all other sessions. @throws Refusal BAD_REQUEST, WEAK_PASSWORD, LOGIN_FAILED */
    void change(Session session, @Nullable String current, @Nullable String password) {
        var login = require(session);
        tries.take("password", login.userId(), 8, LOGINS);
        if (!passwords.matches(current, login.passwordHash())) {
            throw loginFailed();
        }
        String hash = passwords.hash(password, login.phone());
        boolean changed = decided(() -> {
            if (logins.hold(login.userId(), login.passwordHash()) != 1) {
                return false;
            }
            change(login.userId(), hash, session.sessionId());
            return true;
        });
        if (!changed) {
            throw loginFailed();
        }
        tries.forgive("password", login.userId(), LOGINS);
    }

    /** The session goes on for as long again, with a new token. @throws Refusal UNAUTHENTICATED if it has ended */
    LoggedIn renew(Session lapsed) {
        var login = require(lapsed);
        if (sessions.renew(lapsed.sessionId(), lapsed.userId(), sessionTtl.toSeconds(), tokenSeconds()) != 1) {
            throw Refusal.unauthenticated();
        }
        return new LoggedIn(tokens.issue(login.userId(), login.level(), lapsed.sessionId(), tokenTtl), login.phone());
    }

    /**
     * Also one that nobody logged in for, which has no row.
     *
     * @param revoked whether that one is known to have ended; asked of nothing else, so that a logout needs no Redis
     */
    void end(Session session, Predicate<Session> revoked) {
        String id = session.sessionId();
        if (logins.byUser(session.userId()) != null) {
            decided(() -> sessions.end(id) == 1 && sessions.revoke(id, LOGGED_OUT, tokenSeconds()) == 1);
        } else if (clock.instant().isBefore(session.expiresAt()) && !revoked.test(session)) {
            Duration left = Duration.between(clock.instant(), session.expiresAt());
            sessions.revokeFor(id, LOGGED_OUT, left.plus(MARGIN).toSeconds());
        }
    }

    /** None for a session that nobody logged in for: of a load plan, or of the demo. */
    Optional<String> phoneOf(Session session) {
        return Optional.ofNullable(logins.byUser(session.userId())).map(LoginMapper.Login::phone);
    }

    private LoginMapper.Login require(Session session) {
        var login = logins.byUser(session.userId());
        if (login == null) {
            throw Refusal.unauthenticated();
        }
        return login;
    }

    /** In a transaction that holds the login. */
    private LoggedIn open(String userId, int level, String phone) {
        String id = UUID.randomUUID().toString();
        sessions.open(id, userId, sessionTtl.toSeconds(), tokenSeconds());
        for (String old : sessions.liveBeyond(userId, MOST_SESSIONS)) {
            sessions.end(old);
            sessions.revoke(old, "another device", tokenSeconds());
        }
        return new LoggedIn(tokens.issue(userId, level, id, tokenTtl), phone);
    }

    private void change(String userId, String hash, String kept) {
        logins.change(userId, hash);
        for (String id : sessions.liveBut(userId, kept)) {
            sessions.end(id);
            sessions.revoke(id, "new password", tokenSeconds());
        }
    }

    private long tokenSeconds() {
        return tokenTtl.plus(MARGIN).toSeconds();
    }

    /** By the phone each code has its five tries, and whoever asks without one tries nothing: that must not lock its owner out. */
    private void boundCodes(String address) {
        tries.take("use-code", address, addressTries, HOUR);
    }

    private LoggedIn used(Optional<LoggedIn> opened, String address) {
        LoggedIn loggedIn = opened.orElseThrow(Accounts::wrongCode);
        tries.forgive("use-code", address, HOUR);
        return loggedIn;
    }

    private <T> T decided(Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(status -> work.get()));
    }

    private static Refusal wrongCode() {
        return Refusal.of(422, "WRONG_CODE", "The code is wrong, was used, or its time is over. Ask for a new one.");
    }

    private static Refusal loginFailed() {
        return Refusal.of(401, "LOGIN_FAILED", "The phone and the password do not go together.");
    }

    static Purpose purpose(@Nullable String text) {
        try {
            return Purpose.valueOf(String.valueOf(text).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("purpose", "must be register or reset");
        }
    }
}
