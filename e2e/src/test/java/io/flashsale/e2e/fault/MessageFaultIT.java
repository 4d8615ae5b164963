package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Postman;
import io.flashsale.e2e.client.Sale;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the queue delivers is repeated, late, out of order, or rubbish. */
@FaultTest
class MessageFaultIT {

    @Test
    @Selected
    void each_message_two_to_five_times_and_late_makes_one_order_of_each() {
        try (var storm = new Storm("each message 2 to 5 times, up to 3 s late", "F-19, F-20");
                var postman = new Postman(storm.sale().installation())) {
            postman.copyAll(storm.sale().sku());
            storm.begin(100).strike(() -> {}).end();
            assertThat(postman.copies())
                    .as("copies that were sent")
                    .isGreaterThan(
                            storm.sale().stores().orders(storm.sale().sku()).size());
        }
    }

    @Test
    void poisoned_messages_are_kept_with_their_reasons_and_hold_up_nobody() {
        List<String> poison = List.of(
                "this is no JSON",
                " ",
                "[]",
                "{\"version\":1}",
                "{\"version\":99,\"kind\":\"ORDER\",\"orderId\":\"1-1\"}",
                "x".repeat(200_000));
        try (var storm = new Storm("poisoned messages", "F-21");
                var postman = new Postman(storm.sale().installation())) {
            storm.begin(200).strike(() -> poison.forEach(body -> postman.send(body.getBytes(StandardCharsets.UTF_8))));
            Sale sale = storm.sale();
            try {
                Awaitility.await("they are parked")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> parked(sale).size() == poison.size());
                Operator.Ended listed = sale.operator().flashsale("dlq", "list");
                assertThat(parked(sale))
                        .allSatisfy(id -> assertThat(listed.output()).containsPattern("(?m)^\\s*" + id + "\\b"));
            } finally {
                parked(sale).forEach(id -> discard(sale, id));
            }
            storm.end();
        }
    }

    private static void discard(Sale sale, long id) {
        Operator.Ended ended =
                sale.operator().flashsale("dlq", "discard", Long.toString(id), "--why", "a test sent it");
        assertThat(ended.exit()).as(ended.output()).isZero();
    }

    private static List<Long> parked(Sale sale) {
        return sale.stores().query("SELECT id FROM parked_message WHERE resolved_at IS NULL", row -> row.getLong(1));
    }
}
