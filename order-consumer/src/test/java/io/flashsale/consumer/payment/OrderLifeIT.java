package io.flashsale.consumer.payment;

import static io.flashsale.consumer.testing.Service.field;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.expiry.ExpirySweep;
import io.flashsale.consumer.intake.Redelivery;
import io.flashsale.consumer.parking.ParkedMessages.Parked;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/**
 * Whatever happens to an order, in whatever order and however often: it ends where the first of the events that were lawful leads,
 * every event is answered the second time as the first, and the books agree after each.
 */
@SuppressWarnings("NullAway.Init") // jqwik's container lifecycle sets the fields
class OrderLifeIT {

    private static final long PRICE = 2 * 1999;

    enum Event {
        /** Its message comes from the queue. */
        PLACE,
        /** Its buyer asks where to pay. */
        ASK,
        /** The provider says of the first payment that it succeeded, or failed; or of the last. */
        FIRST_SUCCEEDS,
        FIRST_FAILS,
        LAST_SUCCEEDS,
        CANCEL,
        /** Its time is up, and the sweep passes. */
        EXPIRE,
        /** Redis took its units again for each late payment. */
        RETAKE
    }

    private static TestProvider provider;
    private static ExpirySweep sweep;
    private static Redelivery queue;

    @BeforeContainer
    static void start() throws IOException {
        provider = new TestProvider(Files.createTempDirectory("order-life"));
        sweep = provider.service.bean(ExpirySweep.class);
        queue = provider.service.bean(Redelivery.class);
    }

    @AfterContainer
    static void stop() {
        provider.close();
    }

    @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
    void an_order_ends_where_the_first_lawful_event_leads(@ForAll("lives") List<Event> events, @ForAll int copies) {
        provider.service.empty();
        var real = new Real();
        var expected = new Expected();
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            String answer = real.happens(event, i);
            expected.happens(event);
            if ((copies >> i & 1) == 1) {
                assertThat(real.happens(event, i))
                        .as("%s said again, after %s", event, events.subList(0, i))
                        .isEqualTo(answer);
            }
            assertThat(real.state()).as("after %s", events.subList(0, i + 1)).isEqualTo(expected.state);
            assertThat(real.payments())
                    .as("payments after %s", events.subList(0, i + 1))
                    .isEqualTo(expected.payments);
            assertThat(real.ledger())
                    .as("ledger after %s", events.subList(0, i + 1))
                    .isEqualTo(expected.ledger);
            assertThat(provider.service.shop.wrongs())
                    .as("after %s", events.subList(0, i + 1))
                    .isEmpty();
        }
    }

    /** Endings are rare, or everything else would only ever meet an order that has ended. */
    @Provide
    static Arbitrary<List<Event>> lives() {
        return Arbitraries.frequency(
                        Tuple.of(2, Event.PLACE),
                        Tuple.of(5, Event.ASK),
                        Tuple.of(3, Event.FIRST_SUCCEEDS),
                        Tuple.of(3, Event.FIRST_FAILS),
                        Tuple.of(3, Event.LAST_SUCCEEDS),
                        Tuple.of(1, Event.CANCEL),
                        Tuple.of(1, Event.EXPIRE),
                        Tuple.of(2, Event.RETAKE))
                .list()
                .ofMinSize(1)
                .ofMaxSize(16);
    }

    /** The order in the service, as it is seen in MySQL. */
    private static final class Real {
        private final OrderPlaced order;

        Real() {
            var shop = provider.service.shop;
            order = shop.order(shop.item(10), "u1", 2, "r1", provider.service.clock.instant());
        }

        /** @return what was answered, where somebody is */
        String happens(Event event, int number) {
            return switch (event) {
                case PLACE -> {
                    queue.deliver(new Parked(
                            "m-" + order.orderId(),
                            "flashsale-orders",
                            0,
                            1,
                            order.orderId(),
                            order.promoItemId(),
                            OrderMessage.encode(order),
                            ""));
                    yield "";
                }
                case ASK -> {
                    var answer = provider.ask(order, "u1", order);
                    yield answer.getStatusCode().value() + " " + field(answer, "paymentID");
                }
                case FIRST_SUCCEEDS -> said("SUCCEEDED", ids().isEmpty() ? null : ids().get(0), number);
                case FIRST_FAILS -> said("FAILED", ids().isEmpty() ? null : ids().get(0), number);
                case LAST_SUCCEEDS -> said("SUCCEEDED", ids().isEmpty() ? null : ids().get(ids().size() - 1), number);
                case CANCEL -> {
                    var answer = provider.cancel(order, order);
                    yield answer.getStatusCode().value() + " " + field(answer, "state");
                }
                case EXPIRE -> {
                    provider.service.clock.advance(Duration.ofMinutes(31));
                    sweep.sweep();
                    yield "";
                }
                case RETAKE -> {
                    for (String id : shopColumn(
                            "SELECT payment_id FROM payment_order WHERE state = 'LATE' ORDER BY payment_id")) {
                        provider.retaken(id, true, 1);
                    }
                    yield "";
                }
            };
        }

        private String said(String kind, @Nullable String payment, int number) {
            return payment == null
                    ? ""
                    : field(provider.event(order.orderId() + number, kind, payment, PRICE), "outcome");
        }

        private static List<String> shopColumn(String sql) {
            return provider.service.shop.column(sql);
        }

        private List<String> ids() {
            return shopColumn("SELECT id FROM payment ORDER BY id");
        }

        String state() {
            List<String> state = shopColumn("SELECT state FROM orders");
            return state.isEmpty() ? "NONE" : state.get(0);
        }

        List<String> payments() {
            return shopColumn(
                    "SELECT COALESCE(s.state, p.state) FROM payment p JOIN payment_order s ON s.payment_id = p.id"
                            + " ORDER BY p.id");
        }

        List<String> ledger() {
            return shopColumn("SELECT event FROM stock_ledger WHERE order_id IS NOT NULL ORDER BY id");
        }
    }

    /** The same order in a few lines. */
    private static final class Expected {
        private String state = "NONE";
        private boolean overdue;
        private final List<String> payments = new ArrayList<>();
        private final List<String> ledger = new ArrayList<>();

        void happens(Event event) {
            switch (event) {
                case PLACE -> place();
                case ASK -> {
                    if (!overdue) {
                        place();
                    }
                    if (state.equals("PENDING_PAYMENT") && !overdue && !payments.contains("CREATED")) {
                        payments.add("CREATED");
                    }
                }
                case FIRST_SUCCEEDS -> succeeds(0);
                case LAST_SUCCEEDS -> succeeds(payments.size() - 1);
                case FIRST_FAILS -> {
                    if (!payments.isEmpty() && payments.get(0).equals("CREATED")) {
                        payments.set(0, "FAILED");
                    }
                }
                case CANCEL -> {
                    place();
                    if (state.equals("PENDING_PAYMENT")) {
                        becomes("CANCELLED", "CANCELLED");
                    }
                }
                case EXPIRE -> {
                    overdue = true;
                    if (state.equals("PENDING_PAYMENT")) {
                        becomes("EXPIRED", "EXPIRED");
                    }
                }
                case RETAKE -> {
                    for (int i = 0; i < payments.size(); i++) {
                        if (payments.get(i).equals("LATE")) {
                            boolean first = state.equals("EXPIRED");
                            payments.set(i, first ? "PAID" : "REFUND_DUE");
                            if (first) {
                                becomes("PAID", "RETAKEN");
                            }
                        }
                    }
                }
            }
        }

        private void place() {
            if (state.equals("NONE")) {
                becomes("PENDING_PAYMENT", "HELD");
            }
        }

        private void succeeds(int payment) {
            if (payment < 0
                    || payment >= payments.size()
                    || !List.of("CREATED", "FAILED").contains(payments.get(payment))) {
                return;
            }
            payments.set(
                    payment,
                    Map.of("PENDING_PAYMENT", "PAID", "EXPIRED", "LATE").getOrDefault(state, "REFUND_DUE"));
            if (state.equals("PENDING_PAYMENT")) {
                becomes("PAID", "PAID");
            }
        }

        private void becomes(String next, String event) {
            state = next;
            ledger.add(event);
        }
    }
}
