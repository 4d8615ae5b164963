package io.flashsale.backend.account;

import io.flashsale.backend.config.Settings;
import io.flashsale.backend.stock.RedisLink;
import io.flashsale.backend.web.Refusal;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Proofs of work. A challenge is {@code <random>.<expiry>.<bits>.<seal>}; its proof is a decimal number with which SHA-256 of
 * {@code <challenge>:<proof>} begins with so many zero bits. Each is good for one use. Nothing is kept of a challenge until it is
 * proved, so asking for many costs the asker alone.
 */
@Component
final class Challenges {

    private static final Duration GOOD_FOR = Duration.ofMinutes(5);
    private static final String USE = "challenge";
    private static final int HARDER = 3;

    private final SecureRandom random = new SecureRandom();
    private final Seal seal;
    private final RedisLink link;
    private final Clock clock;
    private final int least;

    Challenges(Seal seal, RedisLink link, Clock clock, Settings settings) {
        this.seal = seal;
        this.link = link;
        this.clock = clock;
        this.least = settings.account().proofBits();
    }

    record Challenge(String challenge, int bits, Instant expiresAt) {}

    /** @param hard eight times the work */
    Challenge open(boolean hard) {
        int bits = least + (hard ? HARDER : 0);
        byte[] bytes = new byte[12];
        random.nextBytes(bytes);
        long expires = clock.instant().plus(GOOD_FOR).getEpochSecond();
        String body = HexFormat.of().formatHex(bytes) + "." + expires + "." + bits;
        return new Challenge(body + "." + seal.of(USE, body), bits, Instant.ofEpochSecond(expires));
    }

    /** @throws Refusal PROOF_NEEDED if this proves nothing, or was used */
    void use(@Nullable String challenge, @Nullable String proof) {
        if (challenge == null || proof == null || challenge.length() > 200 || !proof.matches("[0-9]{1,19}")) {
            throw proofNeeded();
        }
        String[] parts = challenge.split("\\.", -1);
        if (parts.length != 4
                || !seal.isOf(parts[3], USE, parts[0] + "." + parts[1] + "." + parts[2])
                || Long.parseLong(parts[1]) <= clock.instant().getEpochSecond()
                || zeroBits(challenge + ":" + proof) < Integer.parseInt(parts[2])) {
            throw proofNeeded();
        }
        String first = RedisLink.await(link.commands()
                .set("fs:proved:" + parts[0], "", SetArgs.Builder.nx().ex(GOOD_FOR)));
        if (first == null) {
            throw proofNeeded();
        }
    }

    private static Refusal proofNeeded() {
        return Refusal.of(403, "PROOF_NEEDED", "This needs the proof of a new challenge: see POST /api/challenge.");
    }

    private static int zeroBits(String text) {
        byte[] hash = com.google.common.hash.Hashing.sha256()
                .hashString(text, StandardCharsets.US_ASCII)
                .asBytes();
        int zeros = 0;
        for (byte each : hash) {
            if (each != 0) {
                return zeros + Integer.numberOfLeadingZeros(each & 0xff) - 24;
            }
            zeros += 8;
        }
        return zeros;
    }
}
