package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Mutation;
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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A crowd that is many times the stock. */
class CrowdIT {

    private static final int CONCURRENCY = 256;

    @Test
    void five_thousand_buyers_after_five_hundred_units_get_exactly_those() {
        Terms one = Terms.of("CROWD-A", 300).limit(1);
        Terms two = Terms.of("CROWD-B", 200).limit(2).levels(2, Map.of(3, 4));
        try (var sale = new Sale("crowd", one, two)) {
            List<Buyer> low = sale.buyers(3500, 1);
            List<Buyer> middle = sale.buyers(1000, 2);
            List<Buyer> high = sale.buyers(500, 3);
            List<Basket> baskets = new ArrayList<>();
            // everybody after A; each tenth presses again with the same key, each twentieth tries a second unit
            List<List<Buyer>> everybody = List.of(low, middle, high);
            everybody.forEach(level -> level.forEach(b -> baskets.add(new Basket(b, one.sku(), 1, "a"))));
            for (int i = 0; i < low.size(); i += 10) {
                baskets.add(new Basket(low.get(i), one.sku(), 1, "a"));
                baskets.add(new Basket(low.get(i), one.sku(), 1, i % 20 == 0 ? "second" : "a"));
            }
            // B is for levels 2 and 3; some of level 1 try
            low.subList(0, 200).forEach(b -> baskets.add(new Basket(b, two.sku(), 1, "b")));
            middle.forEach(b -> baskets.add(new Basket(b, two.sku(), 1, "b1")));
            middle.forEach(b -> baskets.add(new Basket(b, two.sku(), 1, "b2")));
            high.forEach(b -> baskets.add(new Basket(b, two.sku(), 1, "b")));
            high.forEach(b -> baskets.add(new Basket(b, two.sku(), 1, null)));
            Collections.shuffle(baskets, new Random(1));

            List<Shop.Told> answers = new Crowd(sale.shop(), CONCURRENCY, Duration.ofSeconds(20)).run(baskets);

            Run run = sale.settle();
            Verdict verdict = Checker.check(run);
            assertThat(verdict.status())
                    .as("%s\n%s", verdict, Crowd.codes(answers))
                    .isEqualTo(Verdict.Status.GREEN);
            assertThat(units(run, one.sku())).as("units of A in orders").isEqualTo(300);
            assertThat(units(run, two.sku())).as("units of B in orders").isEqualTo(200);
            assertFinal(baskets, answers);
            assertRedWhenChanged(run);
        }
    }

    /** Who has a key repeats until it knows; who has none may be left with PENDING, and the checker has seen to what became of it. */
    private static void assertFinal(List<Basket> baskets, List<Shop.Told> answers) {
        for (int i = 0; i < baskets.size(); i++) {
            String code = answers.get(i).code();
            if (baskets.get(i).requestId() != null || !"PENDING".equals(code)) {
                assertThat(code)
                        .as("%s: %s", baskets.get(i), answers.get(i))
                        .isIn("RESERVED", "SOLD_OUT", "ALL_RESERVED", "LIMIT_REACHED", "NOT_ELIGIBLE");
            }
        }
    }

    /** That the verdict above means something: each change of this very dump is noticed. */
    private static void assertRedWhenChanged(Run run) {
        for (Mutation mutation : Mutation.values()) {
            Verdict changed = Checker.check(run.with(mutation.of(run.dump())));
            assertThat(changed.invariants()).as("%s: %s", mutation, changed).contains(mutation.noticedBy);
        }
    }

    private static int units(Run run, String sku) {
        return run.dump().orders().stream()
                .filter(o -> o.sku().equals(sku) && o.live())
                .mapToInt(Dump.Order::quantity)
                .sum();
    }
}
