package io.flashsale.e2e.fault;

import org.junit.jupiter.api.Test;

/** The way from the queue to the table: consumer, broker and MariaDB die. */
class QueueFaultIT {

    @Test
    void a_consumer_killed_with_a_full_prefetch_and_between_commit_and_acknowledgement_loses_nothing() {
        try (var storm = new Storm("consumer")) {
            storm.processes().freeze("consumer");
            var answers = storm.begin(700);
            storm.processes().thaw("consumer");
            // the first batches are committed, the rest is in its hands
            storm.awaitRows(1);
            storm.processes().kill("consumer");
            storm.sale().operator().repair();
            storm.awaitRows(400);
            storm.processes().kill("consumer");
            storm.sale().operator().repair();
            storm.end(answers);
        }
    }

    @Test
    void a_broker_killed_in_mid_sale_loses_nothing() {
        try (var storm = new Storm("broker")) {
            var answers = storm.begin(300);
            storm.processes().kill("broker");
            storm.sale().operator().repair();
            storm.end(answers);
        }
    }

    @Test
    void a_mariadb_killed_in_mid_sale_loses_nothing() {
        try (var storm = new Storm("mariadb")) {
            var answers = storm.begin(300);
            storm.processes().kill("mysql");
            storm.sale().operator().repair();
            storm.end(answers);
        }
    }
}
