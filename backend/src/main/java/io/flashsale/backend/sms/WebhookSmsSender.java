package io.flashsale.backend.sms;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hands texts to a gateway over HTTP: {@code POST} of {@code {"id","to","text","at"}}, signed as
 * {@code X-Flashsale-Signature: <HMAC-SHA256 of the body in hex>}. Any 2xx means that the gateway has it. An {@code id} is sent
 * once; redirects are not followed.
 */
final class WebhookSmsSender implements SmsSender {

    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final URI url;
    private final byte[] key;
    private final Clock clock;
    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    WebhookSmsSender(URI url, String key, Clock clock) {
        this.url = url;
        this.key = key.getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
    }

    @Override
    public void send(String phone, String text) throws SmsFailure {
        byte[] body = json.writeValueAsBytes(Map.of(
                "id",
                UUID.randomUUID().toString(),
                "to",
                phone,
                "text",
                text,
                "at",
                clock.instant().toString()));
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header(
                        "X-Flashsale-Signature",
                        Hashing.hmacSha256(key).hashBytes(body).toString())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        try {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2) {
                throw new SmsFailure("the gateway answered " + status);
            }
        } catch (IOException e) {
            throw new SmsFailure("the gateway did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SmsFailure("interrupted", e);
        }
    }
}
