package io.flashsale.consumer.gauge;

import io.flashsale.consumer.gauge.BookMapper.Units;
import io.flashsale.consumer.gauge.BookMapper.Waiting;
import io.flashsale.consumer.store.Transactions;
import io.flashsale.consumer.store.Utc;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Units of each live item by state, overdue holds, parked messages and refunds under way, every two seconds. Where MySQL does not answer
 * they are not a number, so that nobody takes an old one for today's.
 */
@Component
class BookGauges {

    private static final Logger log = LoggerFactory.getLogger(BookGauges.class);

    /** Items that have numbers of their own. */
    private static final int MOST_ITEMS = 200;

    private final BookMapper books;
    private final Transactions transactions;
    private final Clock clock;
    private final MultiGauge units;
    private final Counter failures;
    private volatile @Nullable Reading reading;
    private boolean looked;

    BookGauges(BookMapper books, Transactions transactions, Clock clock, MeterRegistry meters) {
        this.books = books;
        this.transactions = transactions;
        this.clock = clock;
        this.units = MultiGauge.builder("flashsale_stock_units")
                .description("units of an item by store and state, for the first " + MOST_ITEMS + " items")
                .tag("store", "mysql")
                .register(meters);
        this.failures = Counter.builder("flashsale_book_looks_failed_total")
                .description("looks at the books that failed")
                .register(meters);
        gauges(meters, "flashsale_holds_overdue", "holds that should have ended", Reading::overdueHolds);
        gauges(meters, "flashsale_messages_parked", "messages that wait for a person", Reading::parked);
        gauges(meters, "flashsale_refunds_waiting", "refunds that the provider has not confirmed", Reading::refunds);
    }

    private void gauges(MeterRegistry meters, String name, String what, Function<Reading, Waiting> of) {
        gauge(meters, name, what, of.andThen(waiting -> (double) waiting.count())::apply);
        gauge(
                meters,
                name + "_oldest_seconds",
                "age of the oldest of these",
                of.andThen(w -> w.oldestMs() / 1000)::apply);
    }

    private void gauge(MeterRegistry meters, String name, String what, ToDoubleFunction<Reading> of) {
        Gauge.builder(name, this, g -> g.of(of)).description(what).register(meters);
    }

    private record Reading(List<Units> items, Waiting overdueHolds, Waiting parked, Waiting refunds) {}

    private double of(ToDoubleFunction<Reading> value) {
        Reading now = reading;
        return now == null ? Double.NaN : value.applyAsDouble(now);
    }

    @Scheduled(fixedDelay = 2_000, initialDelay = 1_000)
    void look() {
        Reading next = null;
        try {
            next = transactions.once(this::read);
        } catch (RuntimeException e) {
            failures.increment();
            if (reading != null || !looked) { // once, until it works again
                log.warn("the books cannot be looked at: {}", e.toString());
            }
        }
        looked = true;
        reading = next;
        units.register(next == null ? List.of() : rows(next.items()), true);
    }

    private Reading read() {
        String now = Utc.text(clock.instant());
        return new Reading(books.units(MOST_ITEMS), books.overdueHolds(now), books.parked(now), books.refunds(now));
    }

    private static List<Row<?>> rows(List<Units> items) {
        var rows = new ArrayList<Row<?>>(4 * items.size());
        for (Units item : items) {
            rows.add(row(item.sku(), "published", item.published()));
            rows.add(row(item.sku(), "available", item.available()));
            rows.add(row(item.sku(), "held", item.held()));
            rows.add(row(item.sku(), "sold", item.sold()));
        }
        return rows;
    }

    private static Row<?> row(String sku, String state, long number) {
        return Row.of(Tags.of("sku", sku, "state", state), number);
    }
}
