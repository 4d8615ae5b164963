package io.flashsale.e2e.fault;

import org.junit.jupiter.api.Test;

/** The way of money: the provider dies, and the parts between it and the books while people pay. */
@FaultTest
class PaymentFaultIT {

    @Test
    void a_provider_killed_while_people_pay_loses_no_money() {
        try (var storm = new Storm("provider killed", "F-31")) {
            storm.begin(600)
                    .strike(() -> storm.processes().kill("sandbox"))
                    .repair()
                    .end();
        }
    }

    @Test
    void consumer_and_backend_killed_while_people_pay_lose_no_money() {
        try (var storm = new Storm("consumer, then backend killed", "F-13, F-22, F-31")) {
            storm.begin(400).strike(() -> storm.processes().kill("consumer"));
            storm.sale().operator().repair();
            storm.processes().kill("backend");
            storm.repair().end();
        }
    }

    @Test
    void a_mariadb_killed_while_people_pay_loses_no_money() {
        try (var storm = new Storm("mysql killed while people pay", "F-23, F-31")) {
            storm.begin(900)
                    .strike(() -> storm.processes().kill("mysql"))
                    .repair()
                    .end();
        }
    }
}
