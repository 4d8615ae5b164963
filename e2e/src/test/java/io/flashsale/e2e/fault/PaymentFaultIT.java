package io.flashsale.e2e.fault;

import org.junit.jupiter.api.Test;

/** The way of money: the provider dies, and the parts between it and the books while people pay. */
class PaymentFaultIT {

    @Test
    void a_provider_killed_while_people_pay_loses_no_money() {
        try (var storm = new Storm("provider")) {
            var answers = storm.begin(600);
            storm.processes().kill("sandbox");
            storm.sale().operator().repair();
            storm.end(answers);
        }
    }

    @Test
    void consumer_and_backend_killed_while_people_pay_lose_no_money() {
        try (var storm = new Storm("payers")) {
            var answers = storm.begin(400);
            storm.processes().kill("consumer");
            storm.sale().operator().repair();
            storm.processes().kill("backend");
            storm.sale().operator().repair();
            storm.end(answers);
        }
    }

    @Test
    void a_mariadb_killed_while_people_pay_loses_no_money() {
        try (var storm = new Storm("paidbooks")) {
            var answers = storm.begin(900);
            storm.processes().kill("mysql");
            storm.sale().operator().repair();
            storm.end(answers);
        }
    }
}
