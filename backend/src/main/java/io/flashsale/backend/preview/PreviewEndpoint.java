package io.flashsale.backend.preview;

import io.flashsale.backend.web.Bulkhead;
import io.flashsale.backend.web.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code GET /api/previews/{token}}: the promo that a link of the CMS shows, as {@code GET /api/promos/{id}} tells of one that is on sale, and when the
 * link ends. 404 where there is no such link, or its time is over. The token is all that it takes, so nobody on the way keeps the answer.
 */
@RestController
final class PreviewEndpoint {

    private final PreviewMapper previews;
    private final Clock clock;
    private final Bulkhead reading = new Bulkhead(2, Duration.ofMillis(300), "preview");

    PreviewEndpoint(PreviewMapper previews, Clock clock) {
        this.previews = previews;
        this.clock = clock;
    }

    @GetMapping("/api/previews/{token}")
    ResponseEntity<String> show(@PathVariable String token) {
        PreviewMapper.Preview preview = token.matches("[A-Za-z0-9_-]{43}")
                ? reading.call(() -> Optional.ofNullable(previews.find(hash(token))))
                        .orElse(null)
                : null;
        if (preview == null) {
            throw Refusal.of(404, "UNKNOWN_PREVIEW", "There is no such preview, or its time is over.");
        }
        return ResponseEntity.ok()
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"now\":%d,\"ends\":%d,\"promo\":%s}"
                        .formatted(clock.millis(), preview.ends(), preview.document()));
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
