package io.flashsale.cms.people;

import io.flashsale.cms.web.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.stereotype.Component;

/** Hashes of passwords, two at a time: each takes a processor for a tenth of a second, which others need as well. */
@Component
class Passwords {

    static final int SHORTEST = 12;

    /** What bcrypt reads of a password. */
    private static final int MOST_BYTES = 72;

    private static final int DIFFERENT = 6;
    private static final int WAIT_SECONDS = 3;

    /** Without those that are taken for each other. */
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

    private static final int MADE_LENGTH = 20;

    private final SecureRandom random = new SecureRandom();
    private final BCryptPasswordEncoder encoder = new BCryptPasswordEncoder(10, random);
    private final Semaphore trying = new Semaphore(2);
    /** Of those who are here already: however many try to come in, a new password is made. */
    private final Semaphore making = new Semaphore(1);

    private final String nobodys = hash(made());

    /** A hundred bits, in groups that can be read out. */
    String made() {
        var text = new StringBuilder();
        for (int i = 0; i < MADE_LENGTH; i++) {
            text.append(i > 0 && i % 5 == 0 ? "-" : "").append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    String hash(String password) {
        return inTurn(making, () -> Objects.requireNonNull(encoder.encode(password)));
    }

    /** Takes as long where there is no hash: how long an answer takes tells nobody who works here. */
    boolean matches(String password, @Nullable String hash) {
        if (password.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            return false;
        }
        return inTurn(trying, () -> encoder.matches(password, hash == null ? nobodys : hash)) && hash != null;
    }

    /** @throws Refusal PASSWORD_… with what is wrong with it */
    void require(String password, String name) {
        if (password.codePointCount(0, password.length()) < SHORTEST) {
            throw refused("PASSWORD_SHORT", "The password must have at least " + SHORTEST + " characters.");
        }
        if (password.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw refused("PASSWORD_LONG", "The password must have at most " + MOST_BYTES + " bytes.");
        }
        if (password.codePoints().distinct().count() < DIFFERENT) {
            throw refused("PASSWORD_SIMPLE", "The password must have at least " + DIFFERENT + " different characters.");
        }
        if (password.toLowerCase(Locale.ROOT).contains(name)) {
            throw refused("PASSWORD_NAME", "The password must not have your name in it.");
        }
    }

    private static Refusal refused(String code, String sentence) {
        return Refusal.invalid(code, "password", sentence);
    }

    private static <T> T inTurn(Semaphore places, Supplier<T> work) {
        try {
            if (!places.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw Refusal.busy("CROWDED", "Too many are logging in at the moment.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.busy("CROWDED", "The service is going down.");
        }
        try {
            return work.get();
        } finally {
            places.release();
        }
    }
}
