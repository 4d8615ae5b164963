package io.flashsale.sandbox;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * What the shop calls, with {@code Authorization: Bearer <key>}. {@code POST /api/payments} with {@code {"id","amountMinor","currency",
 * "description"}}: {@code {"ref","payURL"}}, 409 if the id is another payment's. {@code POST /api/payments/{id}/refunds} with
 * {@code {"id","amountMinor"}}: 202, 404 where there is not so much to give back. {@code GET /api/payments/{id}}: its state, what was taken and given back, and how its events were delivered.
 */
@RestController
class ShopApi {

    record Open(
            @NotNull @Pattern(regexp = "[A-Za-z0-9_-]{1,64}") String id,
            @Min(0) @Max(100_000_000_000_000L) long amountMinor,
            @NotNull @Pattern(regexp = "[A-Z]{3}") String currency,
            @NotNull @Size(max = 255) String description) {}

    record Refund(
            @NotNull @Pattern(regexp = "[A-Za-z0-9_-]{1,80}") String id,
            @Min(0) @Max(100_000_000_000_000L) long amountMinor) {}

    record Opened(String ref, String payURL) {}

    record Shown(
            String id,
            String state,
            long takenMinor,
            String currency,
            List<Books.Refund> refunds,
            List<Books.Delivery> events) {}

    private final Books books;
    private final SandboxSettings settings;
    private final byte[] authorization;

    ShopApi(Books books, SandboxSettings settings) {
        this.books = books;
        this.settings = settings;
        this.authorization = ("Bearer " + settings.key()).getBytes(StandardCharsets.UTF_8);
    }

    private boolean isShop(@Nullable String shown) {
        return shown != null && MessageDigest.isEqual(authorization, shown.getBytes(StandardCharsets.UTF_8));
    }

    private static ResponseEntity<?> stranger() {
        return ResponseEntity.status(HttpStatus.UNAUTHORIZED).body(Map.of("code", "UNAUTHENTICATED"));
    }

    @PostMapping("/api/payments")
    ResponseEntity<?> open(
            @RequestHeader(name = "Authorization", required = false) @Nullable String shown,
            @RequestBody @Valid Open open) {
        if (!isShop(shown)) {
            return stranger();
        }
        var payment = books.open(open.id(), open.amountMinor(), open.currency(), open.description());
        return payment == null
                ? ResponseEntity.status(HttpStatus.CONFLICT).body(Map.of("code", "ANOTHER_PAYMENT"))
                : ResponseEntity.ok(new Opened(payment.ref(), settings.publicUrl() + "/pay/" + payment.ref()));
    }

    @PostMapping("/api/payments/{id}/refunds")
    ResponseEntity<?> refund(
            @RequestHeader(name = "Authorization", required = false) @Nullable String shown,
            @PathVariable String id,
            @RequestBody @Valid Refund refund) {
        if (!isShop(shown)) {
            return stranger();
        }
        return books.refund(refund.id(), id, refund.amountMinor())
                ? ResponseEntity.accepted().body(Map.of("state", "ACCEPTED"))
                : ResponseEntity.status(HttpStatus.NOT_FOUND).body(Map.of("code", "UNKNOWN_PAYMENT"));
    }

    @GetMapping("/api/payments/{id}")
    ResponseEntity<?> show(
            @RequestHeader(name = "Authorization", required = false) @Nullable String shown, @PathVariable String id) {
        if (!isShop(shown)) {
            return stranger();
        }
        var payment = books.find(id);
        return payment == null
                ? ResponseEntity.status(HttpStatus.NOT_FOUND).body(Map.of("code", "UNKNOWN_PAYMENT"))
                : ResponseEntity.ok(new Shown(
                        payment.id(),
                        payment.state(),
                        payment.takenMinor(),
                        payment.currency(),
                        books.refunds(id),
                        books.deliveries(id)));
    }
}
