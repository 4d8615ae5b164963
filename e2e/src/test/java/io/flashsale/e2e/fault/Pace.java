package io.flashsale.e2e.fault;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Payers;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The pace of buyers that this machine holds. Processes that were just started are slow for a while, and the machine may be; what
 * that costs is not the fault's. So buyers of another item come and pay, round after round, until all are served in good time.
 */
final class Pace {

    static final Duration FASTEST = Duration.ofMillis(7);
    /** Of a round: some that pay are among them while the next ones come. */
    private static final int BUYERS = 150;
    /** Rounds at one pace before it is halved, and halvings. */
    private static final int ROUNDS = 10;

    private static final int HALVINGS = 2;
    /** Rounds in good time, one after the other, that are proof enough. */
    private static final int PROOF = 2;
    /**
     * Far from what the edge goes without news before it closes the gate, which is a second: a machine that is busy to the brim now
     * and then lets a process wait for most of that.
     */
    private static final Duration IN_GOOD_TIME = Duration.ofMillis(250);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Where a system that has just been started needs all rounds, a thousand are still in the line of the four who pay. */
    private static final Duration UNTIL_ALL_HAVE_PAID = Duration.ofMinutes(4);

    private Pace() {}

    /** The time from one buyer's arrival to the next one's. */
    static Duration find() {
        int most = (HALVINGS + 1) * ROUNDS;
        Duration between = FASTEST;
        int round = 0;
        try (var sale = new Sale("pace", Terms.of("PACE", most * BUYERS).limit(1))) {
            List<Buyer> buyers = sale.buyers(most * BUYERS, 1);
            var payers = new Payers(sale.shop(), PATIENCE);
            for (int proved = 0; proved < PROOF && round < most; round++) {
                if (round > 0 && round % ROUNDS == 0) {
                    between = between.multipliedBy(2);
                }
                boolean served = serves(sale, buyers.subList(round * BUYERS, (round + 1) * BUYERS), between, payers);
                proved = served ? proved + 1 : 0;
            }
            payers.await(UNTIL_ALL_HAVE_PAID);
            sale.operator().persist(sale.sku(), "end");
        }
        System.out.printf("pace: a buyer each %d ms, after %d rounds%n", between.toMillis(), round);
        return between;
    }

    private static boolean serves(Sale sale, List<Buyer> buyers, Duration between, Payers payers) {
        int before = sale.history().attempts().size();
        new Crowd(sale.shop(), BUYERS, Duration.ZERO, between, payers::heard)
                .run(buyers.stream()
                        .map(buyer -> new Basket(buyer, sale.sku(), 1, "once"))
                        .toList());
        return sale.history().attempts().stream().skip(before).allMatch(Pace::servedInGoodTime);
    }

    private static boolean servedInGoodTime(Attempt attempt) {
        Instant told = attempt.completedAt();
        return attempt.kind() == Attempt.Kind.OK
                && told != null
                && Duration.between(attempt.invokedAt(), told).compareTo(IN_GOOD_TIME) < 0;
    }
}
