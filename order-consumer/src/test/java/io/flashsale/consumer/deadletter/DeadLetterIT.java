package io.flashsale.consumer.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.testing.Service;
import io.flashsale.consumer.testing.Shop;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** Parked messages are looked at, tried again and given up over HTTP, against a real database. */
class DeadLetterIT {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    private static Shop shop;
    private static Service service;

    @BeforeAll
    static void start() {
        service = new Service(folder, Map.of());
        shop = service.shop;
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

    private long park(String messageId, String key, long item, byte[] body) {
        shop.run(
                "INSERT INTO parked_message (message_id, topic, queue_id, queue_offset, order_id, promo_item_id, body, reason,"
                        + " created_at) VALUES ('" + messageId + "', 'flashsale-orders', 0, 7, '" + key + "', " + item
                        + ", x'"
                        + HexFormat.of().formatHex(body) + "', 'of this test', '2026-11-20 10:00:00.123')");
        return shop.number("SELECT MAX(id) FROM parked_message");
    }

    private long park(OrderPlaced order) {
        return park("m-" + order.orderId(), order.orderId(), order.promoItemId(), OrderMessage.encode(order));
    }

    private OrderPlaced order(long item) {
        return shop.order(item, "u1", 2, "r1", Instant.now());
    }

    private static ResponseEntity<Map<String, Object>> post(String path, String body) {
        return service.post("/internal/parked/" + path, body);
    }

    private static String outcome(ResponseEntity<Map<String, Object>> answer) {
        return Service.field(answer, "outcome");
    }

    private String resolution(long id) {
        return shop.text("SELECT CONCAT_WS(' ', resolution, resolved_by, note) FROM parked_message WHERE id = " + id);
    }

    @Test
    void what_can_be_an_order_by_now_becomes_one_when_it_is_replayed() {
        OrderPlaced order = order(shop.item(10));
        long id = park(order);
        assertThat(outcome(post(id + "/replay", "{\"by\":\"ann\"}"))).isEqualTo("ORDER");
        assertThat(shop.state(order)).isEqualTo("PENDING_PAYMENT");
        assertThat(resolution(id)).isEqualTo("REPLAYED ann");
        assertThat(outcome(post(id + "/replay", "{\"by\":\"bob\"}"))).isEqualTo("ALREADY");
        assertThat(resolution(id)).isEqualTo("REPLAYED ann");
        assertThat(shop.orderCount()).isEqualTo(1);
    }

    @Test
    void what_cannot_be_one_still_stays_parked_as_it_was() {
        long item = shop.item(10);
        long id = park("m1", "1-x", item, "not JSON".getBytes(UTF_8));
        assertThat(outcome(post(id + "/replay", "{\"by\":\"ann\"}"))).isEqualTo("PARKED");
        assertThat(shop.text("SELECT CONCAT_WS(' ', reason, IFNULL(resolved_at, 'open')) FROM parked_message"))
                .isEqualTo("of this test open");
    }

    @Test
    void a_discarded_order_is_rejected_in_the_open_and_its_units_are_released() {
        OrderPlaced order = order(shop.item(10));
        long id = park(order);
        assertThat(outcome(post(id + "/discard", "{\"by\":\"ann\",\"why\":\"sold by phone\"}")))
                .isEqualTo("DISCARDED");
        assertThat(shop.state(order)).isEqualTo("REJECTED DISCARDED");
        assertThat(shop.text("SELECT CONCAT_WS(' ', kind, payload) FROM redis_effect"))
                .isEqualTo("RELEASE {\"orderId\":\"" + order.orderId() + "\"}");
        assertThat(shop.text("SELECT CONCAT_WS(' ', available, held) FROM promo_item"))
                .as("it never was in MySQL's books")
                .isEqualTo("10 0");
        assertThat(resolution(id)).isEqualTo("DISCARDED ann sold by phone");
        assertThat(outcome(post(id + "/discard", "{\"by\":\"bob\",\"why\":\"again\"}")))
                .isEqualTo("ALREADY");
        assertThat(outcome(post(id + "/replay", "{\"by\":\"bob\"}"))).isEqualTo("ALREADY");
        assertThat(shop.number("SELECT COUNT(*) FROM redis_effect")).isEqualTo(1);
    }

    @Test
    void discarding_what_cannot_be_read_has_its_item_rebuilt_without_it() {
        long item = shop.item(10);
        long id = park("m1", "1-x", item, new byte[] {(byte) 0xff, 0});
        assertThat(outcome(post(id + "/discard", "{\"by\":\"ann\",\"why\":\"rubbish\"}")))
                .isEqualTo("DISCARDED");
        assertThat(shop.text("SELECT kind FROM redis_effect")).isEqualTo("REBUILD");
        assertThat(shop.orderCount()).isZero();
    }

    @Test
    void discarding_what_the_database_refuses_has_its_item_rebuilt_without_it() {
        OrderPlaced like = order(shop.item(10));
        var tooLong = new OrderPlaced(
                1,
                like.orderId(),
                like.promoId(),
                like.promoItemId(),
                like.sku(),
                "u".repeat(65),
                1,
                2,
                1999,
                "CNY",
                1,
                null,
                1,
                1,
                like.reservedAt(),
                like.payBefore(),
                null);
        long id = park(tooLong);
        assertThat(outcome(post(id + "/discard", "{\"by\":\"ann\",\"why\":\"cannot be\"}")))
                .isEqualTo("DISCARDED");
        assertThat(shop.text("SELECT kind FROM redis_effect")).isEqualTo("REBUILD");
    }

    @Test
    void discarding_a_second_copy_of_an_order_that_is_there_changes_nothing_but_the_copy() {
        OrderPlaced order = order(shop.item(10));
        long first = park(order);
        assertThat(outcome(post(first + "/replay", "{\"by\":\"ann\"}"))).isEqualTo("ORDER");
        long second = park("another", order.orderId(), order.promoItemId(), OrderMessage.encode(order));
        assertThat(outcome(post(second + "/discard", "{\"by\":\"ann\",\"why\":\"a copy\"}")))
                .isEqualTo("DISCARDED");
        assertThat(shop.state(order)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.number("SELECT COUNT(*) FROM redis_effect")).isZero();
    }

    @Test
    void what_somebody_decided_in_the_cms_is_carried_out_once() {
        OrderPlaced first = order(shop.item(10));
        OrderPlaced second = order(shop.item(10));
        long replayed = park(first);
        long discarded = park(second);
        long unreadable = park("m1", "1-x", first.promoItemId(), "not JSON".getBytes(UTF_8));
        judge(replayed, "REPLAY");
        judge(discarded, "DISCARD");
        judge(unreadable, "REPLAY");
        judge(999_999, "DISCARD");
        assertJudged("REPLAYED", "DISCARDED", "PARKED", "UNKNOWN");
        assertThat(shop.state(first)).isEqualTo("PENDING_PAYMENT");
        assertThat(shop.state(second)).isEqualTo("REJECTED DISCARDED");
        assertThat(resolution(replayed)).isEqualTo("REPLAYED ann");
        assertThat(resolution(discarded)).isEqualTo("DISCARDED ann sold by phone");
        assertThat(resolution(unreadable)).isEmpty();
        judge(replayed, "DISCARD");
        assertJudged("REPLAYED", "DISCARDED", "PARKED", "UNKNOWN", "REPLAYED");
        assertThat(shop.state(first)).as("what has ended has ended").isEqualTo("PENDING_PAYMENT");
        assertThat(shop.number("SELECT COUNT(*) FROM judgement WHERE carried_at IS NULL OR waiting = TRUE"))
                .isZero();
    }

    @Test
    void a_judgement_that_cannot_be_carried_out_keeps_no_other_waiting() {
        OrderPlaced order = order(shop.item(10));
        shop.run("CREATE TRIGGER stuck BEFORE UPDATE ON parked_message FOR EACH ROW IF NEW.message_id = 'm1'"
                + " THEN SIGNAL SQLSTATE '45000'; END IF");
        try {
            judge(park("m1", "1-x", order.promoItemId(), "not JSON".getBytes(UTF_8)), "DISCARD");
            judge(park("m2", "1-y", order.promoItemId(), "not JSON".getBytes(UTF_8)), "OF_LATER");
            judge(park(order), "REPLAY");
            assertJudged("WAITS", "WAITS", "REPLAYED");
            assertThat(shop.state(order)).isEqualTo("PENDING_PAYMENT");
        } finally {
            shop.run("DROP TRIGGER stuck");
        }
        assertJudged("DISCARDED", "WAITS", "REPLAYED");
    }

    /** As the CMS writes it. */
    private static void judge(long message, String verdict) {
        shop.run("INSERT INTO judgement (matter, matter_id, verdict, why, judged_by, judged_at) VALUES ('MESSAGE', "
                + message + ", '" + verdict + "', 'sold by phone', 'ann', UTC_TIMESTAMP(3))");
    }

    /** After another second. */
    private static void assertJudged(String... outcomes) {
        service.bean(Judgements.class).everySecond();
        assertThat(shop.text(
                        "SELECT GROUP_CONCAT(COALESCE(outcome, 'WAITS') ORDER BY id SEPARATOR ' ') FROM judgement"))
                .isEqualTo(String.join(" ", outcomes));
    }

    @Test
    void they_are_listed_and_shown_as_json_and_as_lines_that_a_terminal_can_bear() {
        long item = shop.item(10);
        long id = park("m1", "1-\u001b[31m", item, "{\"v\":9}".getBytes(UTF_8));
        long done = park("m2", "1-y", item, "x".getBytes(UTF_8));
        post(done + "/discard", "{\"by\":\"ann\",\"why\":\"test\"}");

        String lines = service.http
                .get()
                .uri("/internal/parked")
                .accept(MediaType.TEXT_PLAIN)
                .retrieve()
                .body(String.class);
        assertThat(lines).isEqualTo(id + "\t2026-11-20T10:00:00Z\tOPEN\t1-?[31m\tof this test\n");
        String all = service.http
                .get()
                .uri("/internal/parked?resolved=true")
                .accept(MediaType.APPLICATION_JSON)
                .retrieve()
                .body(String.class);
        assertThat(all).contains("\"resolution\":\"DISCARDED\"").contains("2026-11-20T10:00:00.123Z");
        String shown =
                service.http.get().uri("/internal/parked/" + id).retrieve().body(String.class);
        assertThat(shown).contains("\"body\":\"{\\\"v\\\":9}\"").contains("\"problem\":\"");
    }

    @Test
    void what_is_asked_wrongly_is_said() {
        assertThat(post("1/replay", "{}").getStatusCode().value()).isEqualTo(400);
        assertThat(post("1/discard", "{\"by\":\"ann\"}").getStatusCode().value())
                .isEqualTo(400);
        assertThat(post("999999/replay", "{\"by\":\"ann\"}").getStatusCode().value())
                .isEqualTo(404);
        assertThat(post("x/replay", "{\"by\":\"ann\"}").getStatusCode().value()).isEqualTo(400);
    }
}
