package io.flashsale.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.contract.StockKeys;
import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** One item's trouble is never another's. */
@FaultTest
class IsolationFaultIT {

    @Test
    void an_item_that_is_wrong_in_redis_and_rebuilt_costs_the_buyers_of_another_nothing() {
        try (var storm = new Storm("another item is wrong in redis", "INV-26");
                var other = new Sale("other", Terms.of("OTHER", 20).limit(1))) {
            Dump.Item item = other.stores().item(other.sku());
            String key = new StockKeys(item.sku(), item.id(), item.epoch()).item();
            storm.begin(300).strike(() -> {
                other.stores().redis().hset(key, Map.of("published", "30", "available", "30"));
                for (Buyer buyer : other.buyers(30, 1)) {
                    other.shop().buyNow(buyer, other.sku(), 1, "once");
                }
            });
            assertNoErrors(storm.end());
            Awaitility.await("the wrong item is rebuilt")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> other.stores().item(other.sku()).epoch() > item.epoch());
        }
    }

    @Test
    void an_item_whose_row_is_locked_for_4_s_costs_the_buyers_of_another_nothing() throws SQLException {
        try (var storm = new Storm("another item's row is locked for 4 s", "F-25, INV-26");
                var other = new Sale("locked", Terms.of("LOCKED", 50).limit(1));
                Connection locker = other.stores().mysql()) {
            List<Buyer> buyers = other.buyers(50, 1);
            try (var statement = locker.prepareStatement("SELECT id FROM promo_item WHERE sku = ? FOR UPDATE")) {
                statement.setString(1, other.sku());
                storm.begin(300).strike(() -> {
                    try {
                        statement.executeQuery();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                    for (Buyer buyer : buyers) {
                        other.shop().buyNow(buyer, other.sku(), 1, "once");
                    }
                });
                storm.lasting(Duration.ofSeconds(4));
                locker.rollback();
            }
            assertNoErrors(storm.heal(() -> {}).end());
            assertThat(other.verdict().findings()).isEmpty();
        }
    }

    /** The gate stays open. A single late answer may be the machine's own; a hundredth of them is not. */
    private static void assertNoErrors(Run run) {
        Storm.assertGateStayedOpen(run);
        assertThat(run.attempts().stream()
                        .filter(attempt -> attempt.kind() == Attempt.Kind.UNKNOWN)
                        .count())
                .as("answers that came too late")
                .isLessThan(run.attempts().size() / 100);
    }
}
