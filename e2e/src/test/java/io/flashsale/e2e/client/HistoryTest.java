package io.flashsale.e2e.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Attempt.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {

    @Test
    void an_attempt_is_on_disk_before_its_answer_is_known(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("history.jsonl");
        try (var history = new History(file)) {
            history.invoke("alice", 1, "SKU1", 2, "k1");
            assertThat(Files.readString(file)).contains("alice", "SKU1", "k1").endsWith("\n");
            Attempt attempt = history.attempts().get(0);
            assertThat(attempt.outcome()).isInstanceOf(Outcome.InFlight.class);
            assertThat(attempt.kind()).isEqualTo(Attempt.Kind.UNKNOWN);
        }
    }

    @Test
    void answers_and_losses_are_put_to_their_attempts(@TempDir Path folder) {
        try (var history = new History(folder.resolve("history.jsonl"))) {
            long won = history.invoke("alice", 1, "SKU1", 1, "k1");
            long refused = history.invoke("bob", 1, "SKU1", 1, null);
            long lost = history.invoke("carol", 1, "SKU1", 1, "k1");
            long pending = history.invoke("dave", 1, "SKU1", 1, "k1");
            history.lost(lost, "reset");
            history.answered(refused, 409, "SOLD_OUT", null, "Sold out, sorry.");
            history.answered(won, 200, "RESERVED", "1-abc", null);
            history.answered(pending, 202, "PENDING", "1-abd", null);
            assertThat(history.attempts())
                    .extracting(Attempt::kind)
                    .containsExactly(Attempt.Kind.OK, Attempt.Kind.FAIL, Attempt.Kind.UNKNOWN, Attempt.Kind.UNKNOWN);
            assertThat(history.attempts().get(0).orderId()).isEqualTo("1-abc");
            assertThat(history.attempts().get(1).requestId()).isNull();
            assertThat(history.attempts().get(1).toString()).endsWith("SOLD_OUT Sold out, sorry.");
        }
    }

    @Test
    void reads_of_orders_are_kept_apart_from_attempts(@TempDir Path folder) {
        try (var history = new History(folder.resolve("history.jsonl"))) {
            history.invoke("alice", 1, "SKU1", 1, null);
            history.read("alice", "1-abc", 404, null, true);
            assertThat(history.attempts()).hasSize(1);
            assertThat(history.readings()).singleElement().satisfies(r -> assertThat(r.settled())
                    .isTrue());
        }
    }
}
