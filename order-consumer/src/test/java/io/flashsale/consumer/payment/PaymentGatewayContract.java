package io.flashsale.consumer.payment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.flashsale.consumer.payment.PaymentGateway.Event;
import io.flashsale.consumer.payment.PaymentGateway.Forged;
import io.flashsale.consumer.payment.PaymentGateway.Found;
import io.flashsale.consumer.payment.PaymentGateway.Kind;
import io.flashsale.consumer.payment.PaymentGateway.Opened;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What every {@link PaymentGateway} promises, tried on its provider. Who writes an adapter extends this and says how the provider is reached
 * and how a shopper decides; the rest is here: a shop that hears the provider's events and can be made deaf to some, and a provider that
 * answers nothing, half, nonsense or with an error.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields
abstract class PaymentGatewayContract {

    private static final Duration HEARD_WITHIN = Duration.ofSeconds(30);

    /** For threads that wait for the two cores they share with everything else. */
    private static final Duration SLACK = Duration.ofMillis(1_000);

    private static final String ANOTHER_KEY = "a-key-that-nobody-shares-0123456789";

    /** An event as it reached the shop. */
    record Delivery(Map<String, String> headers, byte[] body) {}

    private interface Call {
        @Nullable
        Object of(PaymentGateway gateway) throws IOException;
    }

    private final List<Delivery> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger deaf = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer shop;
    private PaymentGateway gateway;

    /**
     * Starts the provider, or finds it.
     *
     * @param events where it is to deliver its events
     */
    abstract void startProvider(URI events) throws IOException;

    abstract void stopProvider();

    /** Where the provider is, for an adapter that is told. */
    abstract URI address();

    /** The key that the provider and the shop share. */
    abstract String key();

    /** The adapter. */
    abstract PaymentGateway gateway(URI address, String key, Clock clock);

    /** A shopper pays. */
    abstract void pay(Opened opened) throws IOException;

    /** A shopper's card is declined. */
    abstract void decline(Opened opened) throws IOException;

    @BeforeAll
    void start() throws IOException {
        shop = serve(exchange -> {
            Map<String, String> headers = new HashMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            heard.add(new Delivery(headers, exchange.getRequestBody().readAllBytes()));
            boolean taken = deaf.getAndUpdate(left -> Math.max(0, left - 1)) == 0;
            exchange.sendResponseHeaders(taken ? 200 : 503, -1);
            exchange.close();
        });
        startProvider(at(shop).resolve("/events"));
        gateway = gateway(address(), key(), Clock.systemUTC());
    }

    @AfterAll
    void stop() {
        stopProvider();
        shop.stop(0);
        threads.shutdownNow();
    }

    @BeforeEach
    void nothingHeard() {
        heard.clear();
        deaf.set(0);
    }

    // --- what the tests say

    private interface Answering {
        void answer(HttpExchange exchange) throws IOException;
    }

    private HttpServer serve(Answering how) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(threads);
        server.createContext("/", how::answer);
        server.start();
        return server;
    }

    private static URI at(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static String id() {
        return "1-" + UUID.randomUUID().toString().substring(0, 18) + "-1";
    }

    private Found found(String payment) throws IOException {
        return Objects.requireNonNull(gateway.look(payment));
    }

    private String paid(long amount, String currency) throws IOException {
        String payment = id();
        pay(gateway.open(payment, amount, currency, "an order"));
        return payment;
    }

    /** Deliveries of an event about a payment, as many as are wanted. */
    private List<Delivery> heard(String payment, Kind kind, int deliveries) {
        List<Delivery> found = new ArrayList<>();
        Awaitility.await(kind + " of " + payment + " is heard")
                .atMost(HEARD_WITHIN)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    found.clear();
                    for (Delivery each : heard) {
                        Event event = gateway.read(each.headers(), each.body());
                        if (event.paymentId().equals(payment) && event.kind() == kind) {
                            found.add(each);
                        }
                    }
                    return found.size() >= deliveries;
                });
        return found;
    }

    private Event event(String payment, Kind kind) throws Forged {
        Delivery delivery = heard(payment, kind, 1).get(0);
        return gateway.read(delivery.headers(), delivery.body());
    }

    private static void assertForged(PaymentGateway by, Map<String, String> headers, byte[] body) {
        assertThatThrownBy(() -> by.read(headers, body)).isInstanceOf(Forged.class);
    }

    private static void assertUnknown(String what, ThrowingCallable call) {
        long began = System.nanoTime();
        assertThatThrownBy(call).as(what).isInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .as("%s: how long it took", what)
                .isLessThan(PaymentGateway.PATIENCE.plus(SLACK));
    }

    // --- names

    @Test
    void its_name_fits_the_column_and_the_path_of_its_events() {
        assertThat(gateway.name()).matches("[a-z0-9-]{1,32}");
    }

    // --- opening

    @Test
    void a_payment_is_opened_once_and_found_by_whoever_asks_again() throws IOException {
        String payment = id();
        Opened first = gateway.open(payment, 3998, "CNY", "an order");
        assertThat(first.ref()).isNotBlank().hasSizeLessThanOrEqualTo(64);
        assertThat(first.payUrl()).matches("https?://.+").hasSizeLessThanOrEqualTo(512);
        assertThat(gateway.open(payment, 3998, "CNY", "an order")).isEqualTo(first);
        pay(first);
        assertThat(gateway.open(payment, 3998, "CNY", "an order"))
                .as("after it was paid")
                .isEqualTo(first);
        assertThat(found(payment).amountMinor()).as("taken once").isEqualTo(3998);
        assertThat(gateway.open(id(), 3998, "CNY", "an order").ref())
                .as("another payment of the same")
                .isNotEqualTo(first.ref());
    }

    @Test
    void the_amount_and_currency_that_were_asked_for_are_what_is_taken_and_told() throws Exception {
        record Money(long amount, String currency) {}
        for (var money : List.of(new Money(1, "CNY"), new Money(1_234_567_890_123L, "EUR"))) {
            String payment = paid(money.amount(), money.currency());
            Found found = found(payment);
            assertThat(new Money(found.amountMinor(), found.currency())).isEqualTo(money);
            Event event = event(payment, Kind.SUCCEEDED);
            assertThat(new Money(event.amountMinor(), event.currency())).isEqualTo(money);
        }
    }

    @Test
    void an_id_that_stands_for_another_amount_or_currency_opens_nothing() throws IOException {
        String payment = id();
        Opened opened = gateway.open(payment, 100, "CNY", "an order");
        assertUnknown("another amount", () -> gateway.open(payment, 101, "CNY", "an order"));
        assertUnknown("another currency", () -> gateway.open(payment, 100, "EUR", "an order"));
        pay(opened);
        assertThat(found(payment)).isEqualTo(new Found(Kind.SUCCEEDED, 100, "CNY", List.of()));
    }

    // --- looking

    @Test
    void a_look_tells_what_is_unknown_open_paid_and_declined() throws IOException {
        String payment = id();
        assertThat(gateway.look(payment)).as("never opened").isNull();
        Opened opened = gateway.open(payment, 100, "CNY", "an order");
        assertThat(found(payment)).as("open").isEqualTo(new Found(null, 0, "CNY", List.of()));
        pay(opened);
        assertThat(found(payment)).as("paid").isEqualTo(new Found(Kind.SUCCEEDED, 100, "CNY", List.of()));
        String declined = id();
        decline(gateway.open(declined, 100, "CNY", "an order"));
        assertThat(found(declined)).as("declined").isEqualTo(new Found(Kind.FAILED, 0, "CNY", List.of()));
    }

    // --- refunds

    @Test
    void a_refund_is_made_once_however_often_it_is_asked_for() throws Exception {
        String payment = paid(100, "CNY");
        String refund = payment + "-r1";
        gateway.refund(refund, payment, 100, "CNY");
        gateway.refund(refund, payment, 100, "CNY");
        Event event = event(payment, Kind.REFUNDED);
        assertThat(event.refundId()).isEqualTo(refund);
        assertThat(event.amountMinor()).isEqualTo(100);
        assertThat(event.currency()).isEqualTo("CNY");
        assertThat(found(payment))
                .isEqualTo(new Found(Kind.SUCCEEDED, 100, "CNY", List.of(new Found.Done(refund, 100))));
    }

    @Test
    void parts_go_back_one_by_one_and_never_more_than_was_taken() throws Exception {
        String payment = paid(100, "CNY");
        gateway.refund(payment + "-r1", payment, 30, "CNY");
        heard(payment, Kind.REFUNDED, 1);
        assertThat(found(payment).refunds()).containsExactly(new Found.Done(payment + "-r1", 30));
        askAgain(payment, payment + "-r1", 40);
        assertUnknown("more than is left", () -> gateway.refund(payment + "-r2", payment, 71, "CNY"));
        gateway.refund(payment + "-r3", payment, 70, "CNY");
        heard(payment, Kind.REFUNDED, 2);
        Found found = found(payment);
        assertThat(found.refunds())
                .containsExactlyInAnyOrder(new Found.Done(payment + "-r1", 30), new Found.Done(payment + "-r3", 70));
        assertThat(found.amountMinor())
                .as("what was taken stays what was taken")
                .isEqualTo(100);
    }

    /** Under an id that stands for another amount: refused or answered like the first, as the provider likes. */
    private void askAgain(String payment, String refund, long amount) {
        try {
            gateway.refund(refund, payment, amount, "CNY");
        } catch (IOException refused) {
            assertThat(refused).isNotNull();
        }
    }

    @Test
    void what_was_not_paid_is_not_given_back() throws IOException {
        String payment = id();
        Opened opened = gateway.open(payment, 100, "CNY", "an order");
        assertUnknown("not paid yet", () -> gateway.refund(payment + "-r1", payment, 100, "CNY"));
        assertUnknown("never opened", () -> gateway.refund("1-none-r1", "1-none", 100, "CNY"));
        decline(opened);
        assertUnknown("declined", () -> gateway.refund(payment + "-r1", payment, 100, "CNY"));
        assertThat(found(payment).refunds()).isEmpty();
    }

    @Test
    void who_asks_at_once_with_others_asks_for_the_same() throws Exception {
        String payment = id();
        List<Object> answers = atOnce(() -> gateway.open(payment, 100, "CNY", "an order"));
        assertThat(answers).containsOnly(gateway.open(payment, 100, "CNY", "an order"));
        pay(gateway.open(payment, 100, "CNY", "an order"));
        atOnce(() -> {
            gateway.refund(payment + "-r1", payment, 40, "CNY");
            return payment;
        });
        gateway.refund(payment + "-r1", payment, 40, "CNY");
        heard(payment, Kind.REFUNDED, 1);
        assertThat(found(payment).refunds()).containsExactly(new Found.Done(payment + "-r1", 40));
    }

    /** What several callers at once are answered; who is told nothing certain has lost a race, and may ask again. */
    private List<Object> atOnce(Callable<Object> call) throws Exception {
        List<Object> answers = new ArrayList<>();
        for (var done : threads.invokeAll(Collections.nCopies(6, call))) {
            try {
                answers.add(done.get());
            } catch (ExecutionException e) {
                assertThat(e.getCause()).isInstanceOf(IOException.class);
            }
        }
        assertThat(answers).isNotEmpty();
        return answers;
    }

    // --- events

    @Test
    void an_event_says_of_which_payment_it_is_and_what_came_of_it() throws Exception {
        String payment = id();
        Opened opened = gateway.open(payment, 100, "CNY", "an order");
        pay(opened);
        Event event = event(payment, Kind.SUCCEEDED);
        assertThat(event.ref()).isEqualTo(opened.ref());
        assertThat(event.refundId()).isNull();
        assertThat(event.id()).isNotBlank().hasSizeLessThanOrEqualTo(64);
        String declined = id();
        decline(gateway.open(declined, 100, "CNY", "an order"));
        assertThat(event(declined, Kind.FAILED).id()).isNotEqualTo(event.id());
    }

    @Test
    void what_was_not_taken_is_delivered_again_under_the_same_event_id() throws Exception {
        deaf.set(1);
        String payment = paid(100, "CNY");
        List<Delivery> twice = heard(payment, Kind.SUCCEEDED, 2);
        Event first = gateway.read(twice.get(0).headers(), twice.get(0).body());
        Event second = gateway.read(twice.get(1).headers(), twice.get(1).body());
        assertThat(second).isEqualTo(first);
        gateway.refund(payment + "-r1", payment, 40, "CNY");
        gateway.refund(payment + "-r2", payment, 60, "CNY");
        List<String> ids = new ArrayList<>();
        for (Delivery each : heard(payment, Kind.REFUNDED, 2)) {
            ids.add(gateway.read(each.headers(), each.body()).id());
        }
        assertThat(ids).as("two refunds are two events").doesNotHaveDuplicates().doesNotContain(first.id());
    }

    @Test
    void an_event_without_the_providers_signature_or_with_one_byte_changed_is_forged() throws IOException {
        Delivery real = heard(paid(100, "CNY"), Kind.SUCCEEDED, 1).get(0);
        assertForged(gateway, Map.of(), real.body());
        assertForged(gateway(address(), ANOTHER_KEY, Clock.systemUTC()), real.headers(), real.body());
        for (int at = 0; at < real.body().length; at++) {
            byte[] altered = real.body().clone();
            altered[at] ^= 1;
            assertForged(gateway, real.headers(), altered);
        }
        byte[] longer = java.util.Arrays.copyOf(real.body(), real.body().length + 1);
        longer[longer.length - 1] = ' ';
        assertForged(gateway, real.headers(), longer);
        Delivery other = heard(paid(200, "CNY"), Kind.SUCCEEDED, 1).get(0);
        assertForged(gateway, other.headers(), real.body());
    }

    @Test
    void an_event_is_believed_for_five_minutes_and_not_from_the_future() throws Exception {
        Delivery real = heard(paid(100, "CNY"), Kind.SUCCEEDED, 1).get(0);
        for (long sign : new long[] {1, -1}) {
            Duration near = PaymentGateway.BELIEVED.minusSeconds(30).multipliedBy(sign);
            Duration far = PaymentGateway.BELIEVED.plusSeconds(30).multipliedBy(sign);
            PaymentGateway believing = gateway(address(), key(), Clock.offset(Clock.systemUTC(), near));
            assertThat(believing.read(real.headers(), real.body()).kind()).isEqualTo(Kind.SUCCEEDED);
            assertForged(gateway(address(), key(), Clock.offset(Clock.systemUTC(), far)), real.headers(), real.body());
        }
    }

    // --- providers that do not answer

    private static final Map<String, Call> CALLS = Map.of(
            "open", gateway -> gateway.open("1-a-1", 100, "CNY", "an order"),
            "refund",
                    gateway -> {
                        gateway.refund("1-a-r1", "1-a-1", 100, "CNY");
                        return null;
                    },
            "look", gateway -> gateway.look("1-a-1"));

    private void assertAllUnknown(String what, URI at) {
        PaymentGateway troubled = gateway(at, key(), Clock.systemUTC());
        CALLS.forEach((name, call) -> assertUnknown(name + ": " + what, () -> call.of(troubled)));
    }

    private void assertAllUnknown(String what, Answering how) throws IOException {
        HttpServer provider = serve(how);
        try {
            assertAllUnknown(what, at(provider));
        } finally {
            provider.stop(0);
        }
    }

    private static Answering answer(int status, String body) {
        return exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, body.isEmpty() ? -1 : body.length());
            exchange.getResponseBody().write(body.getBytes(UTF_8));
            exchange.close();
        };
    }

    @Test
    void a_provider_that_is_not_there_or_keeps_silent_is_unknown_in_time() throws IOException {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertAllUnknown("nobody listens", URI.create("http://127.0.0.1:" + free));
        assertAllUnknown("no answer", exchange -> {});
        assertAllUnknown("half an answer", exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write("{\"ref\":\"r\"".getBytes(UTF_8));
            exchange.getResponseBody().flush();
        });
        assertAllUnknown("hangs up", HttpExchange::close);
    }

    @Test
    void a_provider_in_trouble_is_unknown_and_nothing_of_it_is_a_failure() throws IOException {
        for (int status : new int[] {302, 400, 401, 409, 429, 500, 502, 503}) {
            assertAllUnknown("status " + status, answer(status, "{\"code\":\"TROUBLE\"}"));
        }
        assertAllUnknown("a page", answer(200, "<html>be right back</html>"));
        PaymentGateway stranger = gateway(address(), ANOTHER_KEY, Clock.systemUTC());
        CALLS.forEach((name, call) -> assertUnknown(name + ": another key", () -> call.of(stranger)));
    }
}
