package io.flashsale.backend.order;

import io.flashsale.backend.config.Secrets;
import io.flashsale.backend.config.Settings;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Asks order-consumer, the one writer of order rows, to change one. */
@Component
class ConsumerClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(500))
            .build();
    private final URI base;
    private final String token;
    private final JsonMapper json;

    ConsumerClient(Settings settings, Secrets secrets, JsonMapper json) {
        this.base = settings.consumerUrl();
        this.token = secrets.internalToken();
        this.json = json;
    }

    /** @param reservation what to insert first if the order has no row yet */
    record Cancellation(String userID, @Nullable OrderPlaced reservation) {}

    /** The consumer's answer, passed on as it is: its problems have our codes. */
    record Answer(int status, String contentType, byte[] body) {}

    Answer cancel(String orderId, Cancellation cancellation) throws IOException {
        var request = HttpRequest.newBuilder(base.resolve("/internal/orders/" + orderId + "/cancel"))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("X-Flashsale-Internal", token)
                .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(cancellation)))
                .build();
        try {
            var response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse("application/json"),
                    response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for order-consumer", e);
        }
    }
}
