package io.flashsale.consumer.payment;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import io.flashsale.consumer.testing.Secrets;
import io.flashsale.consumer.testing.Service;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/** A provider that opens payments and takes refunds, and says nothing of its own: the events are the test's. With the consumer that asks it. */
final class TestProvider implements AutoCloseable {

    final Service service;
    volatile int status = 200;
    /** Begins an answer and does not end it. */
    volatile boolean stall;
    /** Of what its events speak. */
    volatile String currency = "CNY";
    /** What looking up a payment answers. */
    final Map<String, String> books = new ConcurrentHashMap<>();
    /** What it was asked, path and body. */
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    private final HttpServer server;
    private final AtomicInteger events = new AtomicInteger();

    TestProvider(Path folder) throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            asked.add(exchange.getRequestURI() + " " + body);
            String known = books.get(exchange.getRequestURI().getPath().replace("/api/payments/", ""));
            if (exchange.getRequestMethod().equals("GET") && known != null) {
                exchange.sendResponseHeaders(200, known.length());
                exchange.getResponseBody().write(known.getBytes(UTF_8));
                exchange.close();
                return;
            }
            if (stall) {
                exchange.sendResponseHeaders(200, 1_000);
                exchange.getResponseBody().flush();
                return;
            }
            byte[] answer = ("{\"ref\":\"ref-%1$x\",\"payURL\":\"http://pay/%1$x\"}".formatted(body.hashCode()))
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        service = new Service(
                folder,
                Map.of(
                        "FLASHSALE_PAYMENT_URL",
                        "http://127.0.0.1:" + server.getAddress().getPort()));
    }

    /** @param brought the reservation of an order that may have no row yet */
    ResponseEntity<Map<String, Object>> ask(OrderPlaced order, String user, @Nullable OrderPlaced brought) {
        return together(user, List.of(order), brought == null ? List.of() : List.of(brought));
    }

    /** @param brought the reservations of those of the orders that may have no row yet */
    ResponseEntity<Map<String, Object>> together(String user, List<OrderPlaced> orders, List<OrderPlaced> brought) {
        String each = orders.stream()
                .map(order -> "{\"orderID\":\"%s\",\"reservation\":%s}"
                        .formatted(order.orderId(), brought.contains(order) ? json(order) : "null"))
                .collect(Collectors.joining(","));
        return service.post("/internal/payments", "{\"userID\":\"%s\",\"orders\":[%s]}".formatted(user, each));
    }

    private static String json(OrderPlaced order) {
        return new String(OrderMessage.encode(order), UTF_8);
    }

    ResponseEntity<Map<String, Object>> cancel(OrderPlaced order, @Nullable OrderPlaced brought) {
        return service.post(
                "/internal/orders/" + order.orderId() + "/cancel",
                "{\"userID\":\"%s\",\"reservation\":%s}"
                        .formatted(order.userId(), brought == null ? "null" : json(brought)));
    }

    /** An event's id that was not used before. */
    String next() {
        return "e" + events.incrementAndGet();
    }

    ResponseEntity<Map<String, Object>> event(String id, String kind, String payment, long amount) {
        return event(
                id,
                kind,
                payment,
                amount,
                Secrets.PAYMENT_KEY,
                service.clock.instant().getEpochSecond());
    }

    ResponseEntity<Map<String, Object>> event(
            String id, String kind, String payment, long amount, String key, long time) {
        return signed(
                "{\"id\":\"%s\",\"kind\":\"%s\",\"paymentID\":\"%s\",\"ref\":\"r\",\"amountMinor\":%d,\"currency\":\"%s\"}"
                        .formatted(id, kind, payment, amount, currency),
                key,
                time);
    }

    /** Says that a refund is done. @return the outcome */
    String refunded(String id, String payment, String refund, long amount) {
        String body =
                "{\"id\":\"%s\",\"kind\":\"REFUNDED\",\"paymentID\":\"%s\",\"refundID\":\"%s\",\"amountMinor\":%d,\"currency\":\"CNY\"}"
                        .formatted(id, payment, refund, amount);
        return Service.field(
                signed(body, Secrets.PAYMENT_KEY, service.clock.instant().getEpochSecond()), "outcome");
    }

    private ResponseEntity<Map<String, Object>> signed(String body, String key, long time) {
        String signature = new String(SandboxGateway.sign(key, Long.toString(time), body.getBytes(UTF_8)), US_ASCII);
        return service.post(
                "/internal/payments/events/sandbox", body, "X-Sandbox-Signature", "t=" + time + ",v1=" + signature);
    }

    /** Of a payment's only order. @param taken what Redis had said */
    String retaken(String payment, boolean taken, long epoch) {
        String order = service.shop.text("SELECT order_id FROM payment_order WHERE payment_id = '" + payment + "'");
        return retaken(payment, order, taken, epoch);
    }

    String retaken(String payment, String order, boolean taken, long epoch) {
        return Service.field(
                service.post(
                        "/internal/payments/" + payment + "/orders/" + order + "/retaken",
                        "{\"taken\":%s,\"epoch\":%d}".formatted(taken, epoch)),
                "outcome");
    }

    @Override
    public void close() {
        service.close();
        server.stop(0);
    }
}
