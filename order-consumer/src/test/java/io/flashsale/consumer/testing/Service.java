package io.flashsale.consumer.testing;

import io.flashsale.slice.WithoutQueue;
import io.flashsale.testkit.RealMySql;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/** The consumer without its queue, in this process, over a database of its own and a clock that the test moves. */
public final class Service implements AutoCloseable {

    private static final String[] TABLES = {
        "payment_event",
        "payment_order",
        "refund",
        "payment",
        "orders",
        "stock_ledger",
        "redis_effect",
        "parked_message",
        "judgement",
        "queue_fence",
        "promo_item"
    };

    public final Shop shop;
    public final TestClock clock;
    public final String address;
    public final RestClient http;
    private final ConfigurableApplicationContext context;

    /** @param folder for its secrets */
    public Service(Path folder, Map<String, ?> settings) {
        shop = Shop.open(RealMySql.shared());
        var environment = new HashMap<String, Object>(Secrets.environment(folder, shop.url(), "127.0.0.1:1", shop));
        environment.put("management.endpoint.health.validate-group-membership", "false");
        environment.putAll(settings);
        context = new SpringApplicationBuilder(WithoutQueue.class)
                .web(WebApplicationType.SERVLET)
                .properties(environment)
                .run();
        clock = (TestClock) bean(Clock.class);
        address = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
        http = RestClient.builder()
                .baseUrl(address)
                .defaultHeader("X-Flashsale-Internal", Secrets.TOKEN)
                .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
                .build();
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** As if nobody had ever bought. */
    public void empty() {
        for (String table : TABLES) {
            shop.run("DELETE FROM " + table);
        }
    }

    /** @param headers names and values in turn */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public ResponseEntity<Map<String, Object>> post(String path, String body, String... headers) {
        var request = http.post().uri(path).contentType(MediaType.APPLICATION_JSON);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return (ResponseEntity) request.body(body).retrieve().toEntity(Map.class);
    }

    /** A field of an answer as text. */
    public static String field(ResponseEntity<Map<String, Object>> answer, String name) {
        var body = answer.getBody();
        return body == null ? "nothing" : String.valueOf(body.get(name));
    }

    @Override
    public void close() {
        context.close();
    }
}
