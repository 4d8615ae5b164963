package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.client.BrokerSettings;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The way from the queue to the table: consumer, broker, name server and MariaDB die or hang. */
@FaultTest
class QueueFaultIT {

    private static final Duration FROZEN = Duration.ofSeconds(5);

    @Test
    void a_consumer_killed_with_a_full_prefetch_and_between_commit_and_acknowledgement_loses_nothing() {
        try (var storm = new Storm("consumer killed twice", "F-13 iv, F-22")) {
            storm.processes().freeze("consumer");
            storm.begin(600);
            storm.processes().thaw("consumer");
            // the first batches are committed, the rest is in its hands
            storm.awaitRows(1);
            storm.strike(() -> storm.processes().kill("consumer"));
            storm.sale().operator().repair();
            storm.awaitRows(400);
            storm.processes().kill("consumer");
            storm.repair().end();
        }
    }

    @Test
    @Selected
    void a_broker_killed_in_mid_sale_loses_nothing() {
        killed("broker", "F-15");
    }

    @Test
    void a_mariadb_killed_in_mid_sale_loses_nothing() {
        killed("mysql", "F-23");
    }

    @Test
    void a_name_server_killed_in_mid_sale_is_not_missed() {
        killed("namesrv", "F-15");
    }

    @Test
    void a_frozen_consumer_goes_on_where_it_was() {
        frozen("consumer", "F-22");
    }

    @Test
    void a_frozen_broker_delays_and_loses_nothing() {
        frozen("broker", "F-17");
    }

    @Test
    void a_broker_that_refuses_to_store_delays_and_loses_nothing() {
        try (var storm = new Storm("broker refuses to store for 5 s", "F-17");
                var broker = new BrokerSettings(storm.sale().installation())) {
            storm.begin(300)
                    .strike(() -> broker.storeNothingBefore(Instant.now().plus(Duration.ofHours(1))))
                    .lasting(FROZEN)
                    .heal(() -> broker.storeNothingBefore(Instant.EPOCH));
            Run run = storm.end();
            assertThat(run.attempts())
                    .as("what was told while nothing was stored")
                    .anyMatch(attempt -> "PENDING".equals(attempt.code()));
        }
    }

    @Test
    void a_frozen_mariadb_delays_and_loses_nothing() {
        frozen("mysql", "F-25");
    }

    private static void killed(String part, String cases) {
        try (var storm = new Storm(part + " killed", cases)) {
            storm.begin(300).strike(() -> storm.processes().kill(part)).repair().end();
        }
    }

    private static void frozen(String part, String cases) {
        try (var storm = new Storm(part + " frozen for 5 s", cases)) {
            storm.begin(300)
                    .strike(() -> storm.processes().freeze(part))
                    .lasting(FROZEN)
                    .heal(() -> storm.processes().thaw(part))
                    .end();
        }
    }
}
