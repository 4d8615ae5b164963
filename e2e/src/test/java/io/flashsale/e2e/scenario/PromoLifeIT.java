package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Reading;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Windows, pauses, top-ups, deadlines and cancelling, and how soon the edge follows. */
class PromoLifeIT {

    /** How long the edge may go by what it knew: a hint lives one second; the rest is a busy machine's. */
    private static final Duration EDGE_FOLLOWS = Duration.ofMillis(2500);

    /** Returned units rest 1.5 to 2 s before they can be reserved. */
    private static final Duration RETURNED_UNITS_ARE_BACK =
            Duration.ofSeconds(4).plus(EDGE_FOLLOWS);

    @Test
    void a_sale_is_refused_before_it_opens_and_opens_by_the_servers_clock() {
        Instant opens = Instant.now().plusSeconds(15);
        Terms terms = Terms.of("OPENS", 3).window(opens, opens.plusSeconds(600));
        try (var sale = new Sale("opens", terms)) {
            Buyer buyer = sale.buyer();
            Shop.Told early = sale.shop().outcome(buyer, sale.sku(), 1, "k");
            assertThat(early.code()).as(early.body()).isEqualTo("NOT_STARTED");
            assertThat(early.status()).isEqualTo(409);
            assertThat(early.body()).contains("opens");
            Shop.Told first = buyUntil(sale, buyer, "k", Shop.Told::reserved, Duration.ofSeconds(30));
            assertThat(first.reserved()).as(first.body()).isTrue();
            assertGreen(sale);
        }
    }

    @Test
    void a_sale_ends_by_its_window_and_a_holders_repeat_still_finds_its_order() {
        Instant now = Instant.now();
        Terms terms = Terms.of("CLOSES", 3).window(now.minusSeconds(10), now.plusSeconds(15));
        try (var sale = new Sale("closes", terms)) {
            Buyer holder = sale.buyer();
            Shop.Told won = sale.shop().win(holder, sale.sku(), 1, "k");
            Buyer late = sale.buyer();
            Shop.Told refused =
                    buyUntil(sale, late, null, told -> "ENDED".equals(told.code()), Duration.ofSeconds(30), false);
            assertThat(refused.code()).as(refused.body()).isEqualTo("ENDED");
            assertThat(sale.shop().outcome(holder, sale.sku(), 1, "k").orderId())
                    .isEqualTo(won.id());
            assertGreen(sale);
        }
    }

    @Test
    void a_paused_sale_refuses_and_goes_on_when_resumed_and_an_ended_one_stays_ended() {
        try (var sale = new Sale("pause", Terms.of("PAUSE", 10).limit(5))) {
            Buyer buyer = sale.buyer();
            Shop.Told won = sale.shop().win(buyer, sale.sku(), 1, "k");

            sale.operator().change(sale.sku(), "pause");
            Shop.Told paused = buyUntil(sale, buyer, null, t -> "PAUSED".equals(t.code()), EDGE_FOLLOWS, false);
            assertThat(paused.code()).as(paused.body()).isEqualTo("PAUSED");
            assertThat(sale.shop().outcome(buyer, sale.sku(), 1, "k").orderId())
                    .as("a holder's repeat finds its order while paused")
                    .isEqualTo(won.id());

            sale.operator().change(sale.sku(), "resume");
            Shop.Told again = buyUntil(sale, buyer, "k2", Shop.Told::reserved, EDGE_FOLLOWS);
            assertThat(again.reserved()).as(again.body()).isTrue();

            sale.operator().change(sale.sku(), "end");
            Shop.Told ended = buyUntil(sale, buyer, null, t -> "ENDED".equals(t.code()), EDGE_FOLLOWS, false);
            assertThat(ended.code()).as(ended.body()).isEqualTo("ENDED");
            Http.Answer resumed = sale.operator().cms("POST", "/items/" + sale.sku() + "/resume", java.util.Map.of());
            assertThat(resumed.status())
                    .as("an ended sale cannot be resumed: %s", resumed)
                    .isBetween(400, 499);
            assertGreen(sale);
        }
    }

    @Test
    void a_top_up_undoes_sold_out_within_a_second() {
        try (var sale = new Sale("topup", Terms.of("TOPUP", 1))) {
            List<Buyer> buyers = sale.buyers(3, 1);
            sale.shop().win(buyers.get(0), sale.sku(), 1, "k");
            Shop.Told gone = sale.shop().outcome(buyers.get(1), sale.sku(), 1, "k");
            assertThat(gone.code()).as(gone.body()).isIn("ALL_RESERVED", "SOLD_OUT");

            sale.topUp(sale.sku(), 1);
            Instant added = Instant.now();
            Shop.Told won = buyUntil(sale, buyers.get(1), "k", Shop.Told::reserved, EDGE_FOLLOWS);
            assertThat(won.reserved()).as(won.body()).isTrue();
            assertThat(Duration.between(added, Instant.now())).isLessThan(EDGE_FOLLOWS);
            assertThat(sale.shop().outcome(buyers.get(2), sale.sku(), 1, "k").reserved())
                    .isFalse();
            assertGreen(sale);
        }
    }

    @Test
    void an_unpaid_order_expires_by_the_sweep_and_its_unit_is_sold_again() {
        try (var sale = new Sale("expiry", Terms.of("EXPIRY", 1).limit(1).hold(Duration.ofSeconds(2)))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            Instant payBefore = Instant.now().plusSeconds(2);
            Shop.Told first = sale.shop().win(buyers.get(0), sale.sku(), 1, "k");
            Shop.Told second = buyUntil(
                    sale,
                    buyers.get(1),
                    "k",
                    Shop.Told::reserved,
                    Duration.ofSeconds(4).plus(RETURNED_UNITS_ARE_BACK));
            assertThat(second.reserved()).as(second.body()).isTrue();
            assertThat(Instant.now())
                    .as("nobody can snipe the instant: returned units rest")
                    .isAfter(payBefore.plusMillis(1400));
            Reading shown = sale.shop().order(buyers.get(0), first.id());
            assertThat(shown.state()).isEqualTo("EXPIRED");
            Shop.Told replay = sale.shop().outcome(buyers.get(0), sale.sku(), 1, "k");
            assertThat(replay.orderId()).as(replay.body()).isEqualTo(first.id());
            // the second's hold ends as well, so that the checker sees every unit home
            Awaitility.await().atMost(Duration.ofSeconds(12)).until(() -> sale.stores().orders(sale.sku()).stream()
                    .noneMatch(o -> o.live()));
            assertGreen(sale);
            assertThat(sale.stores().item(sale.sku()).available()).isEqualTo(1);
        }
    }

    @Test
    void a_cancelled_order_gives_its_unit_and_its_quota_back_once() {
        try (var sale = new Sale("cancel", Terms.of("CANCEL", 1).limit(1))) {
            List<Buyer> buyers = sale.buyers(2, 1);
            Buyer first = buyers.get(0);
            Shop.Told won = sale.shop().win(first, sale.sku(), 1, "k");
            Http.Answer cancelled = sale.shop().cancel(first, won.id());
            assertThat(cancelled.status()).as("%s", cancelled).isEqualTo(200);
            Http.Answer again = sale.shop().cancel(first, won.id());
            assertThat(again.status())
                    .as("cancelling twice is harmless: %s", again)
                    .isIn(200, 409);
            assertThat(sale.shop().order(first, won.id()).state()).isEqualTo("CANCELLED");

            Shop.Told mine = buyUntil(sale, first, "k2", Shop.Told::reserved, RETURNED_UNITS_ARE_BACK);
            assertThat(mine.reserved())
                    .as("quota and unit are back: %s", mine.body())
                    .isTrue();
            assertThat(mine.id()).isNotEqualTo(won.id());
            assertGreen(sale);
        }
    }

    private static void assertGreen(Sale sale) {
        Verdict verdict = sale.verdict();
        assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
    }

    private static Shop.Told buyUntil(
            Sale sale, Buyer buyer, @Nullable String key, Predicate<Shop.Told> wanted, Duration within) {
        return buyUntil(sale, buyer, key, wanted, within, true);
    }

    /** Buys again and again, less often than the account's bucket fills, until the answer is wanted or time is up. */
    private static Shop.Told buyUntil(
            Sale sale,
            Buyer buyer,
            @Nullable String key,
            Predicate<Shop.Told> wanted,
            Duration within,
            boolean sameKey) {
        Shop.Told[] last = new Shop.Told[1];
        int[] tries = new int[1];
        try {
            Awaitility.await()
                    .atMost(within)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(230))
                    .until(() -> {
                        last[0] = sale.shop().buyNow(buyer, sale.sku(), 1, sameKey ? key : "try-" + tries[0]++);
                        return wanted.test(last[0]);
                    });
        } catch (org.awaitility.core.ConditionTimeoutException late) {
            return last[0];
        }
        return last[0];
    }
}
