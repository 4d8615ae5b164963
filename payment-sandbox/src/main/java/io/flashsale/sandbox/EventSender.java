package io.flashsale.sandbox;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Delivers events until the shop takes them: each signed anew, {@code t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">}. */
@Component
class EventSender {

    private final Books books;
    private final SandboxSettings settings;
    private final JsonMapper json;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();

    EventSender(Books books, SandboxSettings settings, JsonMapper json) {
        this.books = books;
        this.settings = settings;
        this.json = json;
    }

    @Scheduled(fixedDelay = 100)
    void send() throws InterruptedException {
        for (Books.Event event : books.due()) {
            try {
                int status = deliver(event);
                books.tried(event, Integer.toString(status), status / 100 == 2);
            } catch (IOException e) {
                books.tried(event, e.getClass().getSimpleName(), false);
            }
        }
    }

    private int deliver(Books.Event event) throws IOException, InterruptedException {
        var body = new LinkedHashMap<String, Object>();
        body.put("id", event.id());
        body.put("kind", event.kind());
        body.put("paymentID", event.paymentId());
        body.put("ref", event.ref());
        if (event.refundId() != null) {
            body.put("refundID", event.refundId());
        }
        body.put("amountMinor", event.amountMinor());
        body.put("currency", event.currency());
        byte[] bytes = json.writeValueAsBytes(body);
        String time = Long.toString(System.currentTimeMillis() / 1000);
        var request = HttpRequest.newBuilder(URI.create(settings.eventUrl()))
                .timeout(Duration.ofSeconds(5))
                .header("Content-Type", "application/json")
                .header("X-Sandbox-Signature", "t=" + time + ",v1=" + sign(settings.key(), time, bytes))
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    static String sign(String key, String time, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HmacSHA256", e);
        }
    }
}
