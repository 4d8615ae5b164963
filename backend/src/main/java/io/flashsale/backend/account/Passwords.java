package io.flashsale.backend.account;

import com.nulabinc.zxcvbn.Zxcvbn;
import io.flashsale.backend.web.Bulkhead;
import io.flashsale.backend.web.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.stereotype.Component;

/** What is a password, and its hash: bcrypt, of which no more than two are under way at a time. */
@Component
final class Passwords {

    private static final int LEAST_CHARACTERS = 8;
    /** Beyond this bcrypt hears nothing. */
    private static final int MOST_BYTES = 72;
    /** Of zxcvbn's 0 to 4: it takes more than a million guesses. */
    private static final int LEAST_SCORE = 2;

    private static final int STRENGTH = 10;

    private final Zxcvbn judge = new Zxcvbn();
    private final BCryptPasswordEncoder bcrypt = new BCryptPasswordEncoder(STRENGTH);
    private final Bulkhead hashing = new Bulkhead(2, Duration.ofSeconds(1), "account");
    private final String nobodys = encode("nobody's");

    /** @throws Refusal BAD_REQUEST, WEAK_PASSWORD */
    String hash(@Nullable String password, String phone) {
        if (password == null || password.isBlank()) {
            throw Refusal.badRequest("password", "must be there");
        }
        if (password.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw Refusal.badRequest("password", "must have at most " + MOST_BYTES + " bytes");
        }
        if (password.length() < LEAST_CHARACTERS) {
            throw weak("The password must have at least " + LEAST_CHARACTERS + " characters.");
        }
        String national = phone.substring(Math.max(0, phone.length() - 11));
        if (judge.measure(password, List.of(phone, national, "flashsale")).getScore() < LEAST_SCORE) {
            throw weak("The password is too easy to guess. Take several words, or something longer.");
        }
        return hashing.call(() -> encode(password));
    }

    /** @param hash null for an account that is not there, which takes as long */
    boolean matches(@Nullable String password, @Nullable String hash) {
        String given = password == null ? "" : password;
        if (given.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            return false;
        }
        boolean same = hashing.call(() -> bcrypt.matches(given, hash == null ? nobodys : hash));
        return same && hash != null;
    }

    private String encode(String password) {
        return Objects.requireNonNull(bcrypt.encode(password));
    }

    private static Refusal weak(String detail) {
        return Refusal.of(422, "WEAK_PASSWORD", detail);
    }
}
