package io.flashsale.backend.order;

import io.flashsale.backend.config.Secrets;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.web.Refusal;
import io.flashsale.backend.web.TraceFilter;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Asks order-consumer, the one writer of order rows, to change something. */
@Component
public class ConsumerClient {

    private static final Logger LOG = LoggerFactory.getLogger(ConsumerClient.class);

    /** It may ask a payment provider itself, and waits 1.5 s for that. */
    private static final Duration TIMEOUT = Duration.ofMillis(2_500);

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
    public record Change(String userID, @Nullable OrderPlaced reservation) {}

    /**
     * The consumer's answer, to be passed on as it is: its problems have our codes.
     *
     * @param service whose absence the buyer is told of
     * @throws Refusal BUSY if there was none, or one that is no buyer's business
     */
    public ResponseEntity<byte[]> post(String path, Object body, String service) {
        return post(path, json.writeValueAsBytes(body), Map.of(), service);
    }

    /** With a body and headers that somebody else wrote. */
    public ResponseEntity<byte[]> post(String path, byte[] body, Map<String, String> headers, String service) {
        var request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("X-Flashsale-Internal", token)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        String trace = MDC.get(TraceFilter.FIELD);
        if (trace != null) {
            request.header(TraceFilter.HEADER, trace);
        }
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() >= 500 || response.statusCode() == 401) {
                LOG.warn("order-consumer answered {} to {}", response.statusCode(), path);
                throw Refusal.busy(service);
            }
            return ResponseEntity.status(response.statusCode())
                    .header(
                            HttpHeaders.CONTENT_TYPE,
                            response.headers().firstValue("Content-Type").orElse("application/json"))
                    .body(response.body());
        } catch (IOException e) {
            LOG.warn("order-consumer was not reached: {}", e.toString());
            throw Refusal.busy(service);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.busy(service);
        }
    }
}
