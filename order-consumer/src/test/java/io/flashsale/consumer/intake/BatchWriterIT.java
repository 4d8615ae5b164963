package io.flashsale.consumer.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.flashsale.consumer.expiry.ExpirySweep;
import io.flashsale.consumer.order.Rejection;
import io.flashsale.consumer.store.Utc;
import io.flashsale.consumer.testing.Orders;
import io.flashsale.consumer.testing.Service;
import io.flashsale.consumer.testing.Shop;
import io.flashsale.consumer.testing.TestClock;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.EpochMarker;
import io.flashsale.contract.OrderMessage.Fence;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/** Deliveries, sweeps and cancels against a real database, with the service's own narrow grants. */
class BatchWriterIT {

    private static final Delivery.Queue Q0 = new Delivery.Queue("flashsale-orders", "flashsale", 0);
    private static final Delivery.Queue Q1 = new Delivery.Queue("flashsale-orders", "flashsale", 1);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    private static Shop shop;
    private static Service service;
    private static BatchWriter writer;
    private static ExpirySweep sweep;
    private static TestClock clock;
    private static RestClient http;
    private static String address;
    private static final AtomicLong offsets = new AtomicLong();

    @BeforeAll
    static void start() {
        service = new Service(folder, Map.of());
        shop = service.shop;
        writer = service.bean(BatchWriter.class);
        sweep = service.bean(ExpirySweep.class);
        clock = service.clock;
        address = service.address;
        http = service.http;
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void anEmptyShop() {
        service.empty();
    }

    @AfterEach
    void theBooksAgree() {
        assertThat(shop.wrongs()).isEmpty();
    }

    @Test
    void a_connection_reads_what_is_committed_and_gives_up_on_a_server_that_is_silent() throws Exception {
        try (var connection = service.bean(DataSource.class).getConnection()) {
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(connection.getNetworkTimeout()).isEqualTo(5_000);
        }
    }

    @Test
    void placed_orders_land_with_ledger_and_counters() {
        long item = shop.item(10);
        OrderPlaced order = shop.order(item, "u1", 3, "r1", clock.instant());
        writer.write(deliver(Q0, order));

        assertThat(shop.state(order)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.text("SELECT CONCAT_WS(' ', available, held, sold, version) FROM promo_item"))
                .isEqualTo("7 3 0 0");
        assertThat(shop.text(
                        "SELECT CONCAT_WS(' ', user_id, user_level, quantity, price_minor, currency, promo_version, request_id, epoch,"
                                + " seq, trace_id, created_at, pay_before) FROM orders"))
                .isEqualTo(String.join(
                        " ",
                        "u1 1 3 1999 CNY 1 r1 1",
                        Long.toString(order.seq()),
                        order.traceId(),
                        Utc.text(order.reservedAt()),
                        Utc.text(order.payBefore())));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void any_order_and_number_of_deliveries_in_any_batches_by_two_writers_at_once_make_each_order_once(long seed)
            throws Exception {
        var random = new Random(seed);
        long first = shop.item(400);
        long second = shop.item(400);
        List<OrderPlaced> orders = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            orders.add(shop.order(
                    random.nextBoolean() ? first : second,
                    "u" + i,
                    1 + random.nextInt(2),
                    i % 3 == 0 ? null : "r" + i,
                    clock.instant()));
        }
        List<Callable<BatchWriter.Tally>> writes = new ArrayList<>();
        for (int consumer = 0; consumer < 2; consumer++) {
            List<Delivery> deliveries = new ArrayList<>();
            for (OrderPlaced order : orders) {
                for (int copy = 1 + random.nextInt(5); copy > 0; copy--) {
                    deliveries.addAll(deliver(random.nextBoolean() ? Q0 : Q1, order));
                }
            }
            Collections.shuffle(deliveries, random);
            while (!deliveries.isEmpty()) {
                var batch = deliveries.subList(0, Math.min(deliveries.size(), 1 + random.nextInt(60)));
                List<Delivery> copy = List.copyOf(batch);
                writes.add(() -> untilDone(copy));
                batch.clear();
            }
        }
        Collections.shuffle(writes, random);
        inParallel(2, writes);

        assertThat(shop.orderCount()).isEqualTo(150);
        assertThat(shop.number("SELECT COUNT(*) FROM orders WHERE state = 'PENDING_PAYMENT'"))
                .isEqualTo(150);
        assertThat(shop.number("SELECT COUNT(*) FROM stock_ledger WHERE event = 'HELD'"))
                .isEqualTo(150);
    }

    @Test
    void the_database_itself_refuses_a_second_row_or_ledger_line_or_request_key() {
        long item = shop.item(10);
        OrderPlaced order = shop.order(item, "u1", 1, "r1", clock.instant());
        writer.write(deliver(Q0, order));
        assertThatThrownBy(() -> shop.run("INSERT INTO orders SELECT * FROM orders"))
                .hasStackTraceContaining("Duplicate");
        assertThatThrownBy(
                        () -> shop.run(
                                "INSERT INTO orders SELECT CONCAT(id, 'x'), promo_id, promo_item_id, sku, user_id, user_level, quantity, price_minor,"
                                        + " currency, promo_version, state, reason, request_id, epoch, seq, trace_id, created_at, pay_before, updated_at, refunded FROM orders"))
                .hasStackTraceContaining("orders_request");
        assertThatThrownBy(
                        () -> shop.run(
                                "INSERT INTO stock_ledger (operation_id, promo_item_id, sku, event, delta_available, delta_held, delta_sold, created_at)"
                                        + " SELECT operation_id, promo_item_id, sku, event, 0, 0, 0, created_at FROM stock_ledger WHERE event = 'HELD'"))
                .hasStackTraceContaining("stock_ledger_operation");
    }

    @Test
    void orders_beyond_the_ceiling_are_rejected_singly_and_the_item_is_to_be_rebuilt() {
        long item = shop.item(5);
        List<OrderPlaced> orders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            orders.add(shop.order(item, "u" + i, 2, "r" + i, clock.instant()));
        }
        orders.add(shop.order(item, "u9", 1, "r9", clock.instant()));
        BatchWriter.Tally tally = writer.write(deliver(Q0, orders.toArray(OrderPlaced[]::new)));

        assertThat(tally.rejected()).isEqualTo(Map.of(Rejection.STOCK_CEILING, 2));
        assertThat(orders.stream().map(shop::state))
                .containsExactly(
                        "PENDING_PAYMENT",
                        "PENDING_PAYMENT",
                        "REJECTED STOCK_CEILING",
                        "REJECTED STOCK_CEILING",
                        "PENDING_PAYMENT");
        assertThat(shop.column("SELECT CONCAT_WS(' ', kind, version, payload, applied_at) FROM redis_effect"))
                .containsExactly("REBUILD 1 {}");

        writer.write(deliver(Q0, orders.toArray(OrderPlaced[]::new)));
        assertThat(shop.number("SELECT COUNT(*) FROM redis_effect"))
                .as("a redelivery asks for nothing")
                .isEqualTo(1);
    }

    @Test
    void an_order_whose_request_key_is_anothers_is_rejected_and_binds_none() {
        long item = shop.item(10);
        OrderPlaced first = shop.order(item, "u1", 1, "r1", clock.instant());
        OrderPlaced bystander = shop.order(item, "u2", 1, "r1", clock.instant());
        writer.write(deliver(Q0, first));
        OrderPlaced second = shop.order(item, "u1", 1, "r1", clock.instant());
        writer.write(deliver(Q0, second, bystander));

        assertThat(shop.state(first)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.state(second)).isEqualTo("REJECTED REQUEST_BOUND");
        assertThat(shop.state(bystander)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.column("SELECT kind FROM redis_effect")).containsExactly("REBUILD");
    }

    @Test
    void of_two_orders_with_one_request_key_in_one_batch_the_lower_id_wins() {
        long item = shop.item(10);
        OrderPlaced lower = shop.order(item, "u1", 1, "r1", clock.instant());
        OrderPlaced higher = shop.order(item, "u1", 1, "r1", clock.instant());
        writer.write(deliver(Q0, higher, lower));
        assertThat(shop.state(lower)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.state(higher)).isEqualTo("REJECTED REQUEST_BOUND");
    }

    @Test
    void poisoned_messages_are_parked_once_and_the_others_flow() {
        long item = shop.item(100);
        OrderPlaced good = shop.order(item, "u1", 1, null, clock.instant());
        OrderPlaced alsoGood = shop.order(item, "u2", 1, null, clock.instant());
        OrderPlaced tooLong = Orders.ofUser(shop.order(item, "x", 1, null, clock.instant()), "u".repeat(65));
        OrderPlaced notAscii = Orders.ofUser(shop.order(item, "x", 1, null, clock.instant()), "ü");
        OrderPlaced otherSku = Orders.ofSku(shop.order(item, "x", 1, null, clock.instant()), "SKU_OTHER");
        OrderPlaced unknownItem = unknownItem(good);
        OrderPlaced future = Orders.ofEpoch(shop.order(item, "x", 1, null, clock.instant()), 9);
        List<Delivery> batch = new ArrayList<>();
        batch.add(raw("{", "1-zz"));
        batch.addAll(deliver(Q0, good, tooLong, otherSku));
        batch.add(raw(new String(OrderMessage.encode(good), UTF_8).replace("\"v\":1", "\"v\":7"), good.orderId()));
        batch.addAll(deliver(Q0, notAscii, unknownItem, future, alsoGood));

        BatchWriter.Tally tally = writer.write(batch);
        assertThat(tally.placed()).isEqualTo(2);
        assertThat(tally.parked()).isEqualTo(7);
        assertThat(shop.column("SELECT id FROM orders ORDER BY id"))
                .containsExactly(good.orderId(), alsoGood.orderId());
        assertThat(shop.column("SELECT reason FROM parked_message ORDER BY queue_offset"))
                .satisfiesExactly(
                        why -> assertThat(why).contains("not a message"),
                        why -> assertThat(why).contains("user_id"),
                        why -> assertThat(why).contains("not of SKU SKU_OTHER"),
                        why -> assertThat(why).contains("version 7"),
                        why -> assertThat(why).contains("user_id"),
                        why -> assertThat(why).contains("is not known"),
                        why -> assertThat(why).contains("epoch 9 has not begun"));
        assertThat(shop.number("SELECT COUNT(*) FROM parked_message WHERE promo_item_id = " + item))
                .as("a rebuild finds them by item")
                .isEqualTo(5);

        writer.write(batch);
        assertThat(shop.number("SELECT COUNT(*) FROM parked_message"))
                .as("parked once")
                .isEqualTo(7);
        assertThat(shop.orderCount()).isEqualTo(2);
    }

    @Test
    void what_is_logged_of_an_order_that_cannot_be_written_names_it_and_its_trace() {
        OrderPlaced order = shop.order(shop.item(1), "x", 1, null, clock.instant());
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        var log = (Logger) LoggerFactory.getLogger(BatchWriter.class);
        log.addAppender(lines);
        try {
            writer.write(deliver(Q0, Orders.ofUser(order, "u".repeat(65))));
        } finally {
            log.detachAppender(lines);
        }
        assertThat(lines.list).singleElement().satisfies(line -> assertThat(line.getKeyValuePairs())
                .containsExactly(
                        new KeyValuePair("order.id", order.orderId()), new KeyValuePair("trace.id", order.traceId())));
    }

    @Test
    void an_order_id_that_is_another_orders_is_parked_not_taken_for_a_redelivery() {
        long item = shop.item(10);
        OrderPlaced order = shop.order(item, "u1", 1, null, clock.instant());
        writer.write(deliver(Q0, order, Orders.ofUser(order, "u2")));
        writer.write(deliver(Q0, Orders.ofUser(order, "u3")));
        assertThat(shop.text("SELECT user_id FROM orders")).isEqualTo("u1");
        assertThat(shop.column("SELECT reason FROM parked_message"))
                .containsExactly("its order id belongs to another order", "its order id belongs to another order");
    }

    @Test
    void a_parked_order_that_comes_again_and_can_be_read_now_settles_what_was_parked() {
        OrderPlaced early = unknownItem(shop.order(shop.item(1), "u1", 1, null, clock.instant()));
        writer.write(deliver(Q0, early));
        assertThat(shop.number("SELECT COUNT(*) FROM parked_message WHERE resolved_at IS NULL"))
                .isEqualTo(1);

        shop.run("UPDATE promo_item SET id = " + early.promoItemId() + ", epoch = 3");
        shop.run("UPDATE stock_ledger SET promo_item_id = " + early.promoItemId());
        // Its epoch is over and the marker has passed, but it was counted as held at the rebuild: it is not stale.
        writer.write(List.of(marker(Q0, early.promoItemId(), 3)));
        writer.write(deliver(Q0, early));
        assertThat(shop.state(early)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.number("SELECT COUNT(*) FROM parked_message WHERE resolved_at IS NULL"))
                .isZero();
    }

    @Test
    void behind_a_marker_an_older_epochs_order_is_rejected_and_before_it_taken() {
        long item = shop.item(10);
        shop.run("UPDATE promo_item SET epoch = 2");
        OrderPlaced before = shop.order(item, "u1", 1, null, clock.instant());
        OrderPlaced behind = shop.order(item, "u2", 1, "r2", clock.instant());
        OrderPlaced later = shop.order(item, "u3", 1, null, clock.instant());
        OrderPlaced otherQueue = shop.order(item, "u4", 1, null, clock.instant());
        OrderPlaced newEpoch = Orders.ofEpoch(shop.order(item, "u2", 1, "r2", clock.instant()), 2);
        List<Delivery> batch = new ArrayList<>(deliver(Q0, before));
        batch.add(marker(Q0, item, 2));
        batch.addAll(deliver(Q0, behind, newEpoch));
        batch.addAll(deliver(Q1, otherQueue));
        writer.write(batch);
        writer.write(deliver(Q0, later, before));

        assertThat(shop.state(before)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.state(behind)).isEqualTo("REJECTED STALE_EPOCH");
        assertThat(shop.state(later)).isEqualTo("REJECTED STALE_EPOCH");
        assertThat(shop.state(otherQueue)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.state(newEpoch))
                .as("its key is free, the stale order binds none")
                .isEqualTo("PENDING_PAYMENT");
        assertThat(shop.column("SELECT CONCAT_WS(' ', broker, queue_id, epoch) FROM queue_fence"))
                .containsExactly("flashsale 0 2");
        assertThat(shop.number("SELECT COUNT(*) FROM redis_effect")).isZero();
    }

    @Test
    void a_fence_never_goes_back() {
        long item = shop.item(1);
        writer.write(List.of(marker(Q0, item, 5)));
        String passed = shop.text("SELECT passed_at FROM queue_fence");
        clock.advance(Duration.ofSeconds(1));
        writer.write(List.of(marker(Q0, item, 4), marker(Q0, item, 5)));
        assertThat(shop.text("SELECT epoch FROM queue_fence")).isEqualTo("5");
        assertThat(shop.text("SELECT passed_at FROM queue_fence")).isEqualTo(passed);
    }

    @Test
    void overdue_orders_expire_with_a_release_that_rests_a_random_while() {
        long item = shop.item(50);
        List<OrderPlaced> orders = shop.orders(item, 30, clock.instant());
        OrderPlaced young = shop.order(item, "young", 1, null, clock.instant().plusSeconds(60));
        writer.write(deliver(Q0, orders.toArray(OrderPlaced[]::new)));
        writer.write(deliver(Q0, young));
        assertThat(sweep.sweep()).isZero();

        clock.advance(Duration.ofMinutes(30));
        assertThat(sweep.sweep()).isEqualTo(30);
        assertThat(shop.state(orders.get(0))).isEqualTo("EXPIRED HOLD_EXPIRED");
        assertThat(shop.state(young)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.number("SELECT COUNT(DISTINCT version) FROM redis_effect WHERE kind = 'RELEASE'"))
                .isEqualTo(30);
        assertThat(shop.column("SELECT TIMESTAMPDIFF(MICROSECOND, created_at, not_before) DIV 1000 FROM redis_effect"))
                .extracting(Long::parseLong)
                .allSatisfy(rest -> assertThat(rest).isBetween(1_500L, 2_000L))
                .satisfies(
                        rests -> assertThat(rests.stream().distinct().count()).isGreaterThan(5));
        clock.advance(Duration.ofMinutes(-30));
    }

    @Test
    void an_item_whose_counters_are_broken_keeps_nobody_elses_orders_from_expiring() {
        long broken = shop.item(10);
        long sound = shop.item(10);
        OrderPlaced stuck = shop.order(broken, "u1", 2, null, clock.instant());
        OrderPlaced fine = shop.order(sound, "u2", 2, null, clock.instant());
        writer.write(deliver(Q0, stuck, fine));
        shop.run("UPDATE promo_item SET held = 1, available = 9 WHERE id = " + broken);
        clock.advance(Duration.ofMinutes(31));
        assertThat(sweep.sweep()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(-31));
        assertThat(shop.state(fine)).isEqualTo("EXPIRED HOLD_EXPIRED");
        assertThat(shop.state(stuck)).isEqualTo("PENDING_PAYMENT");
        shop.run("UPDATE promo_item SET held = 2, available = 8 WHERE id = " + broken);
    }

    @Test
    void a_whole_batch_of_orders_that_cannot_end_keeps_nobody_elses_from_expiring() {
        long broken = shop.item(300);
        long sound = shop.item(10);
        List<OrderPlaced> stuck = shop.orders(broken, 250, clock.instant());
        OrderPlaced fine = shop.order(sound, "u2", 2, null, clock.instant().plusSeconds(1));
        writer.write(deliver(Q0, stuck.toArray(OrderPlaced[]::new)));
        writer.write(deliver(Q0, fine));
        shop.run("UPDATE promo_item SET held = 1, available = 299 WHERE id = " + broken);
        clock.advance(Duration.ofMinutes(31));
        assertThat(sweep.sweep()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(-31));
        assertThat(shop.state(fine)).isEqualTo("EXPIRED HOLD_EXPIRED");
        shop.run("UPDATE promo_item SET held = 250, available = 50 WHERE id = " + broken);
    }

    @Test
    void a_cancel_gives_the_units_back_once() {
        long item = shop.item(10);
        OrderPlaced order = shop.order(item, "u1", 4, null, clock.instant());
        writer.write(deliver(Q0, order));
        assertThat(cancel(order, "u1", null)).satisfies(answer -> {
            assertThat(answer.getStatusCode().value()).isEqualTo(200);
            assertThat(answer.getBody())
                    .isEqualTo(Map.of("orderID", order.orderId(), "state", "CANCELLED", "changed", true));
        });
        assertThat(cancel(order, "u1", null).getBody()).containsEntry("changed", false);
        assertThat(shop.state(order)).isEqualTo("CANCELLED BUYER_CANCELLED");
        assertThat(shop.text("SELECT CONCAT_WS(' ', available, held, version) FROM promo_item"))
                .isEqualTo("10 0 1");
    }

    @Test
    void another_buyers_order_and_no_order_are_alike() {
        long item = shop.item(10);
        OrderPlaced order = shop.order(item, "u1", 1, null, clock.instant());
        writer.write(deliver(Q0, order));
        OrderPlaced none = shop.order(item, "u1", 1, null, clock.instant());
        assertThat(cancel(order, "u2", null).getStatusCode().value()).isEqualTo(404);
        assertThat(cancel(none, "u2", null).getStatusCode().value()).isEqualTo(404);
        assertThat(cancel(none, "u2", none).getStatusCode().value()).isEqualTo(404);
        assertThat(cancel(order, "u2", null).getBody())
                .isEqualTo(Map.of(
                        "title",
                        "Not Found",
                        "status",
                        404,
                        "detail",
                        "There is no such order.",
                        "code",
                        "UNKNOWN_ORDER",
                        "instance",
                        "/internal/orders/" + order.orderId() + "/cancel"));
    }

    @Test
    void a_cancel_before_the_message_takes_its_place_and_the_message_then_takes_no_stock() {
        long item = shop.item(10);
        OrderPlaced order = shop.order(item, "u1", 2, "r1", clock.instant());
        assertThat(cancel(order, "u1", order).getBody()).containsEntry("changed", true);
        BatchWriter.Tally tally = writer.write(deliver(Q0, order));
        assertThat(tally.seenBefore()).isEqualTo(1);
        assertThat(shop.state(order)).isEqualTo("CANCELLED BUYER_CANCELLED");
        assertThat(shop.text("SELECT CONCAT_WS(' ', available, held) FROM promo_item"))
                .isEqualTo("10 0");
    }

    @Test
    void a_cancel_with_a_reservation_of_another_epoch_changes_nothing() {
        long item = shop.item(10);
        OrderPlaced order = shop.order(item, "u1", 2, "r1", clock.instant());
        shop.run("UPDATE promo_item SET epoch = 2");
        var answer = cancel(order, "u1", order);
        assertThat(answer.getStatusCode().value()).isEqualTo(409);
        assertThat(answer.getBody()).containsEntry("code", "RESERVATION_UNUSABLE");
        assertThat(shop.orderCount()).isZero();
    }

    @Test
    void an_expired_order_cannot_be_cancelled() {
        long item = shop.item(10);
        OrderPlaced order = shop.order(item, "u1", 2, "r1", clock.instant().minus(Duration.ofHours(1)));
        writer.write(deliver(Q0, order));
        sweep.sweep();
        var answer = cancel(order, "u1", null);
        assertThat(answer.getStatusCode().value()).isEqualTo(409);
        assertThat(answer.getBody()).containsEntry("code", "NOT_CANCELLABLE").containsEntry("state", "EXPIRED");
    }

    @Test
    void a_cancel_without_token_or_with_nonsense_is_refused() {
        var bare = RestClient.builder()
                .baseUrl(address)
                .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
                .build();
        assertThat(bare.post()
                        .uri("/internal/orders/1-a/cancel")
                        .retrieve()
                        .toBodilessEntity()
                        .getStatusCode()
                        .value())
                .isEqualTo(401);
        for (String body : List.of(
                "",
                "{",
                "[]",
                "{\"userID\":\"\"}",
                "{}",
                "{\"userID\":\"a\",\"reservation\":{}}",
                "{\"userID\":\"a\",\"reservation\":{\"type\":\"ORDER_PLACED\",\"v\":1}}")) {
            assertThat(post("/internal/orders/1-a/cancel", body).getStatusCode().value())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(post("/internal/orders/;--/cancel", "{\"userID\":\"a\"}")
                        .getStatusCode()
                        .value())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void of_expiry_and_cancels_at_once_exactly_one_wins(long seed) throws Exception {
        var random = new Random(seed);
        long item = shop.item(100);
        List<OrderPlaced> orders = shop.orders(item, 40, clock.instant().minus(Duration.ofMinutes(29)));
        writer.write(deliver(Q0, orders.toArray(OrderPlaced[]::new)));
        clock.advance(Duration.ofMinutes(2));
        List<Callable<Integer>> race = new ArrayList<>();
        for (OrderPlaced order : orders) {
            race.add(() -> cancel(order, order.userId(), null).getStatusCode().value());
            race.add(() -> cancel(order, order.userId(), order).getStatusCode().value());
        }
        for (int i = 0; i < 10; i++) {
            race.add(random.nextInt(race.size()), sweep::sweep);
        }
        Collections.shuffle(race, random);
        inParallel(4, race);
        sweep.sweep();
        clock.advance(Duration.ofMinutes(-2));
        assertThat(shop.text("SELECT CONCAT_WS(' ', available, held) FROM promo_item"))
                .isEqualTo("100 0");
        assertThat(shop.number("SELECT COUNT(*) FROM stock_ledger WHERE event IN ('CANCELLED', 'EXPIRED')"))
                .isEqualTo(40);
    }

    /** Writers, cancels, sweeps, top-ups and rebuilds at once, over few items and few request keys, with time passing. */
    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104})
    void after_any_commands_at_once_the_ledger_sums_to_the_counters(long seed) throws Exception {
        var random = new Random(seed);
        List<Long> items = List.of(shop.item(30), shop.item(30), shop.item(5));
        List<OrderPlaced> orders = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            orders.add(shop.order(
                    items.get(random.nextInt(items.size())),
                    "u" + random.nextInt(20),
                    1 + random.nextInt(2),
                    random.nextInt(4) == 0 ? null : "r" + random.nextInt(30),
                    clock.instant().minus(Duration.ofMinutes(random.nextInt(60)))));
        }
        List<Callable<Object>> commands = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            switch (random.nextInt(10)) {
                case 0 -> commands.add(sweep::sweep);
                case 1, 2, 3 -> {
                    OrderPlaced order = orders.get(random.nextInt(orders.size()));
                    boolean bring = random.nextBoolean();
                    commands.add(() ->
                            cancel(order, order.userId(), bring ? order : null).getStatusCode());
                }
                case 4 -> {
                    long item = items.get(random.nextInt(items.size()));
                    int number = i;
                    commands.add(() -> topUp(item, number));
                }
                default -> {
                    List<Delivery> batch = new ArrayList<>();
                    for (int n = random.nextInt(40); n >= 0; n--) {
                        batch.addAll(
                                deliver(random.nextBoolean() ? Q0 : Q1, orders.get(random.nextInt(orders.size()))));
                    }
                    commands.add(() -> untilDone(batch));
                }
            }
        }
        inParallel(4, commands);
        writer.write(deliver(Q0, orders.toArray(OrderPlaced[]::new)));
        assertThat(shop.wrongs()).isEmpty();
        assertThat(shop.orderCount()).isEqualTo(120);
    }

    private static Object topUp(long item, int number) throws Exception {
        try (var connection = DriverManager.getConnection(shop.server.jdbcUrl(shop.database))) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.executeUpdate(
                        "UPDATE promo_item SET published = published + 1, available = available + 1, version = version + 1"
                                + " WHERE id = " + item);
                statement.executeUpdate(
                        "INSERT INTO redis_effect (promo_item_id, version, kind, payload, not_before, created_at)"
                                + " SELECT id, version, 'TOP_UP', '{}', NOW(3), NOW(3) FROM promo_item WHERE id = "
                                + item);
                statement.executeUpdate(
                        "INSERT INTO stock_ledger (operation_id, promo_item_id, sku, event, delta_available, delta_held, delta_sold, created_at)"
                                + " VALUES ('topup:" + item + ":" + number + "', " + item
                                + ", 'x', 'TOPPED_UP', 1, 0, 0, NOW(3))");
            }
            connection.commit();
        }
        return number;
    }

    /** As the intake does: the same batch again until it is written. */
    private static BatchWriter.Tally untilDone(List<Delivery> batch) {
        for (int attempt = 0; ; attempt++) {
            try {
                return writer.write(batch);
            } catch (RuntimeException e) {
                if (attempt == 20) {
                    throw e;
                }
            }
        }
    }

    private static <T> void inParallel(int threads, List<Callable<T>> work) throws Exception {
        var pool = Executors.newFixedThreadPool(threads);
        try {
            for (Future<T> each : pool.invokeAll(work)) {
                each.get();
            }
        } finally {
            pool.shutdown();
        }
    }

    private static OrderPlaced unknownItem(OrderPlaced like) {
        long item = 3_000_000;
        String id = like.orderId().replaceFirst("[^-]*", Long.toString(item, 36));
        return new OrderPlaced(
                1,
                id,
                1,
                item,
                like.sku(),
                "u",
                1,
                1,
                1999,
                "CNY",
                1,
                null,
                1,
                1,
                like.reservedAt(),
                like.payBefore(),
                null);
    }

    private static List<Delivery> deliver(Delivery.Queue queue, OrderPlaced... orders) {
        List<Delivery> deliveries = new ArrayList<>();
        for (OrderPlaced order : orders) {
            deliveries.add(delivery(queue, OrderMessage.encode(order), order.orderId()));
        }
        return deliveries;
    }

    private static Delivery marker(Delivery.Queue queue, long item, long epoch) {
        return delivery(queue, OrderMessage.encode(new EpochMarker(1, List.of(new Fence(item, epoch)))), "");
    }

    private static Delivery raw(String body, String key) {
        return delivery(Q0, body.getBytes(UTF_8), key);
    }

    private static Delivery delivery(Delivery.Queue queue, byte[] body, String key) {
        long offset = offsets.incrementAndGet();
        return new Delivery(
                String.format("7F00000100002A9F%016X", offset),
                queue,
                offset,
                key,
                body,
                Instant.now().toEpochMilli(),
                null);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static ResponseEntity<Map<String, Object>> cancel(
            OrderPlaced order, String user, @Nullable OrderPlaced reservation) {
        String brought = reservation == null ? "null" : new String(OrderMessage.encode(reservation), UTF_8);
        return (ResponseEntity) post(
                "/internal/orders/" + order.orderId() + "/cancel",
                "{\"userID\":\"" + user + "\",\"reservation\":" + brought + "}");
    }

    @SuppressWarnings("rawtypes")
    private static ResponseEntity<Map> post(String path, String body) {
        return http.post()
                .uri(path)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .retrieve()
                .toEntity(Map.class);
    }
}
