package io.flashsale.consumer.payment;

import io.flashsale.consumer.settings.ConsumerSettings;
import io.flashsale.consumer.settings.SecretFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The provider that comes with Flashsale, a process of its own ({@code payment-sandbox}). Calls carry the shared key; events carry
 * {@code X-Sandbox-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>" under the key>}.
 */
@Component
class SandboxGateway implements PaymentGateway {

    static final String NAME = "sandbox";
    static final String SIGNATURE = "x-sandbox-signature";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(500))
            .build();
    private final URI base;
    private final String key;
    private final JsonMapper json;
    private final Clock clock;

    @Autowired
    SandboxGateway(ConsumerSettings settings, JsonMapper json, Clock clock) {
        this(
                URI.create(demo(settings).payment().url()),
                SecretFile.read("FLASHSALE_PAYMENT_KEY_FILE", settings.payment().keyFile()),
                json,
                clock);
    }

    private static ConsumerSettings demo(ConsumerSettings settings) {
        if (settings.profile() == ConsumerSettings.Profile.PRODUCTION) {
            throw new IllegalStateException(
                    "profile production refuses to start: payments are the sandbox's, where no money moves");
        }
        return settings;
    }

    SandboxGateway(URI base, String key, JsonMapper json, Clock clock) {
        this.base = base;
        this.key = key;
        this.json = json;
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    private record OpenedJson(@Nullable String ref, @Nullable String payURL) {}

    @Override
    public Opened open(String paymentId, long amountMinor, String currency, String description) throws IOException {
        var request = new LinkedHashMap<String, Object>();
        request.put("id", paymentId);
        request.put("amountMinor", amountMinor);
        request.put("currency", currency);
        request.put("description", description);
        var opened = call("/api/payments", request, OpenedJson.class);
        String ref = opened.ref();
        String payUrl = opened.payURL();
        if (ref == null || payUrl == null || ref.length() > 64 || payUrl.length() > 512) {
            throw new IOException("the sandbox answered no payment");
        }
        return new Opened(ref, payUrl);
    }

    @Override
    public void refund(String refundId, String paymentId, long amountMinor, String currency) throws IOException {
        var request = new LinkedHashMap<String, Object>();
        request.put("id", refundId);
        request.put("amountMinor", amountMinor);
        request.put("currency", currency);
        call("/api/payments/" + paymentId + "/refunds", request, Object.class);
    }

    private record RefundJson(@Nullable String id, long amountMinor) {}

    private record ShownJson(
            @Nullable String state, long takenMinor, @Nullable String currency, @Nullable List<RefundJson> refunds) {}

    @Override
    public @Nullable Found look(String paymentId) throws IOException {
        var response = exchange(HttpRequest.newBuilder(base.resolve("/api/payments/" + paymentId)));
        if (response.statusCode() == 404) {
            return null;
        }
        var shown = read(response, ShownJson.class);
        String currency = shown.currency();
        if (shown.state() == null || currency == null) {
            throw new IOException("the sandbox answered no payment");
        }
        var refunds = new ArrayList<Found.Done>();
        for (RefundJson each : shown.refunds() == null ? List.<RefundJson>of() : shown.refunds()) {
            if (each.id() != null) {
                refunds.add(new Found.Done(each.id(), each.amountMinor()));
            }
        }
        return new Found(
                switch (shown.state()) {
                    case "PAID" -> Kind.SUCCEEDED;
                    case "DECLINED" -> Kind.FAILED;
                    default -> null;
                },
                shown.takenMinor(),
                currency,
                refunds);
    }

    private <T> T call(String path, Map<String, Object> body, Class<T> type) throws IOException {
        return read(
                exchange(HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))),
                type);
    }

    /** With a deadline for all of it: the client's own ends with the answer's first line. */
    private HttpResponse<byte[]> exchange(HttpRequest.Builder request) throws IOException {
        var answer = http.sendAsync(
                request.header("Authorization", "Bearer " + key).build(), HttpResponse.BodyHandlers.ofByteArray());
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException silent) {
            answer.cancel(true);
            throw new IOException("the sandbox did not answer within " + PATIENCE.toMillis() + " ms", silent);
        } catch (ExecutionException e) {
            throw new IOException("the sandbox was not reached", e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the sandbox", e);
        }
    }

    private <T> T read(HttpResponse<byte[]> response, Class<T> type) throws IOException {
        if (response.statusCode() / 100 != 2) {
            throw new IOException("the sandbox answered " + response.statusCode());
        }
        try {
            return json.readValue(response.body(), type);
        } catch (JacksonException e) {
            throw new IOException("the sandbox answered something else than JSON", e);
        }
    }

    private record EventJson(
            @Nullable String id,
            @Nullable Kind kind,
            @Nullable String paymentID,
            @Nullable String ref,
            @Nullable String refundID,
            long amountMinor,
            @Nullable String currency) {}

    @Override
    public Event read(Map<String, String> headers, byte[] body) throws Forged {
        verify(headers.getOrDefault(SIGNATURE, ""), body);
        EventJson event;
        try {
            event = json.readValue(body, EventJson.class);
        } catch (JacksonException e) {
            throw new Forged("signed, yet not an event: " + e.getOriginalMessage());
        }
        String id = event.id();
        Kind kind = event.kind();
        String paymentId = event.paymentID();
        String currency = event.currency();
        if (id == null
                || id.length() > 64
                || kind == null
                || paymentId == null
                || currency == null
                || kind == Kind.REFUNDED && event.refundID() == null) {
            throw new Forged("signed, yet an event lacks a field");
        }
        return new Event(id, kind, paymentId, event.ref(), event.refundID(), event.amountMinor(), currency);
    }

    private void verify(String signature, byte[] body) throws Forged {
        String time = null;
        String shown = null;
        for (String part : signature.split(",", 4)) {
            if (part.startsWith("t=")) {
                time = part.substring(2);
            } else if (part.startsWith("v1=")) {
                shown = part.substring(3);
            }
        }
        if (time == null || shown == null || !time.matches("\\d{1,12}")) {
            throw new Forged("no signature");
        }
        byte[] expected = sign(key, time, body);
        if (!MessageDigest.isEqual(expected, shown.getBytes(StandardCharsets.US_ASCII))) {
            throw new Forged("the signature does not fit");
        }
        long age = clock.instant().getEpochSecond() - Long.parseLong(time);
        if (Math.abs(age) > BELIEVED.toSeconds()) {
            throw new Forged("signed " + age + " s ago: a copy, or a clock that is wrong");
        }
    }

    /** The signature as the header has it, in ASCII. */
    static byte[] sign(String key, String time, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(mac.doFinal(body)).getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HmacSHA256", e);
        }
    }
}
