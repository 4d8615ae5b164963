package io.flashsale.bench;

/**
 * How much and how long on the order path, beside {@link Plan}.
 *
 * @param buyers accounts that take turns, and the crowd of the stampede
 * @param longSeconds of the load at whose end the consumer must not be behind
 * @param units what the stampede is about
 * @param crowdSeconds in which all of it comes
 * @param drained orders of a backlog whose end is awaited
 * @param queued orders of the large backlog beside which the consumer's heap is read
 */
record OrderPlan(
        int buyers, double longSeconds, int stampedes, int units, double crowdSeconds, int drained, int queued) {

    static OrderPlan of(String benchmark) {
        return switch (benchmark) {
            case "quick" -> new OrderPlan(10_000, 6, 1, 1_000, 2, 30_000, 60_000);
            // too long to stand beside the others: a million orders take a minute to drain
            case "memory" -> new OrderPlan(100_000, 60, 3, 10_000, 5, 60_000, 1_000_000);
            default -> new OrderPlan(100_000, 60, 3, 10_000, 5, 60_000, 200_000);
        };
    }
}
