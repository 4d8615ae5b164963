package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Units go off sale while a crowd buys: nobody loses what he was promised, and nothing is sold that was withdrawn. */
class WithdrawalIT {

    private static final int STOCK = 2000;
    private static final int AT_ONCE = 50;

    @Test
    void units_are_withdrawn_from_under_a_running_crowd_and_every_promise_is_kept() {
        try (var sale = new Sale("withdraw", Terms.of("WITHDRAW", STOCK).limit(1))) {
            List<Buyer> buyers = sale.buyers(3000, 1);
            var first = new Crowd(sale.shop(), 128, Duration.ofSeconds(20));
            var running = first.start(baskets(sale, buyers.subList(0, 1000)));
            int withdrawn = 0;
            // 1000 buyers and 10 times 50 units: there is enough for all of them
            do {
                sale.withdrawAtOnce(AT_ONCE);
                withdrawn += AT_ONCE;
            } while (!running.isDone() && withdrawn < 500);
            List<Shop.Told> answers = new ArrayList<>(running.join());
            answers.addAll(
                    new Crowd(sale.shop(), 128, Duration.ofSeconds(20)).run(baskets(sale, buyers.subList(1000, 3000))));

            var none = sale.operator().flashsale("promo", "withdraw", sale.sku(), "1", "--reason", "damaged");
            assertThat(none.exit()).isEqualTo(1);
            assertThat(none.output()).contains("TOO_FEW_AVAILABLE");
            sale.operator().change(sale.sku(), "end");
            var over = sale.operator().flashsale("promo", "withdraw", sale.sku(), "1", "--reason", "damaged");
            assertThat(over.exit()).isEqualTo(1);
            assertThat(over.output()).contains("WRONG_STATE");

            Run run = sale.settle();
            Verdict verdict = Checker.check(run);
            assertThat(verdict.status())
                    .as("%s\n%s", verdict, Crowd.codes(answers))
                    .isEqualTo(Verdict.Status.GREEN);
            assertThat(run.dump().orders()).noneMatch(Dump.Order::rejected);
            assertThat(run.dump().orders().stream()
                            .filter(Dump.Order::live)
                            .mapToInt(Dump.Order::quantity)
                            .sum())
                    .isEqualTo(STOCK - withdrawn);
            assertThat(sale.stores().item(sale.sku()).published()).isEqualTo(STOCK - withdrawn);
        }
    }

    @Test
    void the_same_withdrawal_twice_takes_its_units_once() {
        try (var sale = new Sale("withdraw-twice", Terms.of("WITHDRAW2", 5))) {
            Buyer buyer = sale.buyer();
            sale.shop().win(buyer, sale.sku(), 1, "k");
            var tooMany = sale.operator().flashsale("promo", "withdraw", sale.sku(), "5", "--reason", "damaged");
            assertThat(tooMany.exit()).isEqualTo(1);
            assertThat(tooMany.output()).contains("TOO_FEW_AVAILABLE", "none was withdrawn");
            sale.withdraw(sale.sku(), 3);
            sale.operator().withdraw(sale.sku(), 3); // the same key
            assertThat(sale.stores().item(sale.sku()).available()).isEqualTo(1);
            sale.topUp(sale.sku(), 2);
            Verdict verdict = sale.verdict();
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
            assertThat(sale.stores().item(sale.sku()).available()).isEqualTo(3);
        }
    }

    private static List<Basket> baskets(Sale sale, List<Buyer> buyers) {
        return buyers.stream()
                .map(buyer -> new Basket(buyer, sale.sku(), 1, "k"))
                .toList();
    }
}
