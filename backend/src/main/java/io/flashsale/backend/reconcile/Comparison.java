package io.flashsale.backend.reconcile;

import io.flashsale.backend.config.Settings;
import io.flashsale.backend.reconcile.Difference.Kind;
import io.flashsale.backend.reconcile.TruthMapper.Row;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.RedisLink;
import io.flashsale.backend.stock.StockFunctions;
import io.flashsale.backend.stock.StockFunctions.ItemState;
import io.flashsale.contract.Reservation;
import io.flashsale.contract.Reservation.State;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Compares an item's orders in MySQL with its reservations in Redis, page by page, so that its memory does not grow with the
 * sale. Both change meanwhile: what is seen once may be under way, what is seen again is a difference.
 */
@Component
class Comparison {

    private static final int PAGE = 1000;
    private static final List<String> LIVE = List.of("PENDING_PAYMENT", "PAID", "REFUND_PENDING", "REFUNDED");
    private static final Pattern ORDER_ID = Pattern.compile("\"orderId\"\\s*:\\s*\"([0-9a-z-]{1,64})\"");

    /** A message that the queue has had this long should be a row, unless the consumer is behind. */
    private final Duration patience;

    private final TruthMapper truth;
    private final RedisLink link;
    private final StockFunctions functions;
    private final Clock clock;

    Comparison(TruthMapper truth, RedisLink link, StockFunctions functions, Clock clock, Settings settings) {
        this.truth = truth;
        this.link = link;
        this.functions = functions;
        this.clock = clock;
        this.patience = settings.reconcile().patience();
    }

    /**
     * What one look saw; {@code skipped} says why there was none.
     *
     * @param readable false if what Redis has of the item is not what was ever written there
     */
    record Look(List<Difference> differences, long orders, @Nullable String skipped, boolean readable) {
        static Look skipped(String why) {
            return new Look(List.of(), 0, why, true);
        }
    }

    Look look(Item item, Pace pace) throws InterruptedException {
        try {
            return lookAt(item, pace);
        } catch (RedisCommandExecutionException | IllegalArgumentException e) {
            return new Look(List.of(), 0, "it cannot be read: " + e.getMessage(), false);
        }
    }

    private Look lookAt(Item item, Pace pace) throws InterruptedException {
        ItemState before = state(item);
        if (before == null || !before.ready()) {
            return Look.skipped("Redis does not sell it at present");
        }
        Set<String> owed = new HashSet<>();
        for (var effect : truth.owed(item.id())) {
            var order = ORDER_ID.matcher(effect.payload());
            if (!order.find()) {
                return Look.skipped("MySQL owes Redis " + effect.kind());
            }
            owed.add(order.group(1));
        }
        var round = new Round(item, owed, new HashSet<>(truth.parked(item.id())), pace);
        if (truth.withdrawing(item.id())) {
            // Read between Redis and the books: one that is not open here is in both, or in neither yet.
            round.underWay++;
        }
        round.books();
        round.reservations();
        round.rows();
        ItemState after = state(item);
        if (after == null || !after.ready()) {
            return Look.skipped("Redis stopped selling it meanwhile");
        }
        if (round.underWay == 0 && round.differences.isEmpty() && owed.isEmpty() && before.equals(after)) {
            round.counters(after);
        }
        return new Look(round.differences, round.orders, null, true);
    }

    private @Nullable ItemState state(Item item) {
        return functions.snapshot(List.of(item.keys())).items().get(0);
    }

    private final class Round {
        private final Item item;
        private final Set<String> owed;
        private final Set<String> parked;
        private final List<Difference> differences = new ArrayList<>();
        private final Instant now = clock.instant();
        private final Pace pace;
        private long stepBegan = System.nanoTime();
        private TruthMapper.@Nullable Books books;
        private long orders;
        private long underWay;

        private Round(Item item, Set<String> owed, Set<String> parked, Pace pace) {
            this.item = item;
            this.owed = owed;
            this.parked = parked;
            this.pace = pace;
        }

        private void rest() throws InterruptedException {
            pace.rest(System.nanoTime() - stepBegan);
            stepBegan = System.nanoTime();
        }

        /** @param detail the same as long as the difference is, whatever is sold meanwhile: by it a person's word on it is kept */
        private void differs(Kind kind, String subject, String detail) {
            differences.add(new Difference(kind, subject, detail));
        }

        private void books() throws InterruptedException {
            var seen = truth.books(item.id());
            books = seen;
            if (seen.available() != seen.ledgerAvailable()
                    || seen.held() != seen.ledgerHeld()
                    || seen.sold() != seen.ledgerSold()) {
                differs(
                        Kind.LEDGER,
                        Difference.ITEM,
                        "available, held, sold are %+d, %+d, %+d beside what the ledger comes to"
                                .formatted(
                                        seen.available() - seen.ledgerAvailable(),
                                        seen.held() - seen.ledgerHeld(),
                                        seen.sold() - seen.ledgerSold()));
            }
            if (seen.held() != seen.pendingUnits() || seen.sold() != seen.paidUnits()) {
                differs(
                        Kind.ORDERS,
                        Difference.ITEM,
                        "held and sold are %+d and %+d beside what the orders come to"
                                .formatted(seen.held() - seen.pendingUnits(), seen.sold() - seen.paidUnits()));
            }
            rest();
        }

        private void reservations() throws InterruptedException {
            ScanCursor cursor = ScanCursor.INITIAL;
            do {
                MapScanCursor<String, String> page = RedisLink.await(
                        link.commands().hscan(item.keys().reservations(), cursor, ScanArgs.Builder.limit(PAGE)));
                cursor = page;
                if (!page.getMap().isEmpty()) {
                    compare(page.getMap());
                    rest();
                }
            } while (!cursor.isFinished());
        }

        private void compare(Map<String, String> page) {
            // The pending set before the rows: what left it in between is a row or on its way.
            String[] ids = page.keySet().toArray(String[]::new);
            var scores = RedisLink.await(link.commands().zmscore(item.keys().pending(), ids));
            Set<String> pending = new HashSet<>();
            for (int i = 0; i < ids.length; i++) {
                if (scores.get(i) != null) {
                    pending.add(ids[i]);
                }
            }
            Map<String, Row> rows =
                    truth.rows(page.keySet()).stream().collect(Collectors.toMap(Row::id, Function.identity()));
            page.forEach((id, packed) -> {
                orders++;
                compare(id, Reservation.unpack(packed), pending.contains(id), rows.get(id));
            });
        }

        private void compare(String id, Reservation reservation, boolean pending, @Nullable Row row) {
            if (pending || owed.contains(id)) {
                underWay++;
                return;
            }
            if (row == null) {
                withoutRow(id, reservation);
                return;
            }
            if (!row.userId().equals(reservation.userId()) || row.quantity() != reservation.quantity()) {
                differs(
                        Kind.CONTENT,
                        id,
                        "%d units of %s in MySQL, %d of %s in Redis"
                                .formatted(row.quantity(), row.userId(), reservation.quantity(), reservation.userId()));
                return;
            }
            if (reservation.state() == State.REFUSED) {
                if (!row.state().equals("REJECTED")) {
                    differs(
                            Kind.REFUSED_YET_ORDER,
                            id,
                            "refused as " + reservation.code() + ", yet the order is " + row.state());
                }
                return;
            }
            State expected =
                    switch (row.state()) {
                        case "PENDING_PAYMENT" -> State.SEND;
                        case "PAID", "REFUND_PENDING", "REFUNDED" -> State.PAID;
                        default -> State.GIVEN_BACK;
                    };
            if (reservation.state() != expected) {
                differs(Kind.STATE, id, "the order is " + row.state() + ", the reservation " + reservation.state());
            }
        }

        private void withoutRow(String id, Reservation reservation) {
            switch (reservation.state()) {
                case TAKEN -> underWay++; // undecided and not pending for a moment only
                case SEND -> {
                    underWay++;
                    boolean late = now.isAfter(
                            Instant.ofEpochMilli(reservation.reservedAt()).plus(patience));
                    if (late && !parked.contains(id)) {
                        differs(Kind.LOST, id, "the queue took it, and it is neither an order nor parked");
                    }
                }
                case REFUSED -> {
                    // told and done
                }
                case GIVEN_BACK, PAID ->
                    differs(Kind.STATE, id, "there is no order, and the reservation is " + reservation.state());
            }
        }

        /** The other way round: orders that hold or have bought units, returned or not, and that Redis has not. */
        private void rows() throws InterruptedException {
            for (String state : LIVE) {
                String after = "";
                List<Row> page;
                do {
                    page = truth.inState(item.id(), state, after, PAGE);
                    if (page.isEmpty()) {
                        break;
                    }
                    absent(page);
                    after = page.get(page.size() - 1).id();
                    rest();
                } while (page.size() == PAGE);
            }
        }

        private void absent(List<Row> page) {
            var there = new HashMap<String, Boolean>();
            RedisLink.await(link.commands()
                            .hmget(
                                    item.keys().reservations(),
                                    page.stream().map(Row::id).toArray(String[]::new)))
                    .forEach(each -> there.put(each.getKey(), each.hasValue()));
            for (Row row : page) {
                if (!there.getOrDefault(row.id(), false) && !owed.contains(row.id())) {
                    differs(Kind.UNKNOWN_TO_REDIS, row.id(), "the order is " + row.state());
                }
            }
        }

        private void counters(ItemState redis) {
            var mysql = books;
            if (mysql == null) {
                return;
            }
            if (mysql.published() != redis.published()
                    || mysql.available() != redis.available()
                    || mysql.held() != redis.held()
                    || mysql.sold() != redis.sold()) {
                differs(
                        Kind.COUNTERS,
                        Difference.ITEM,
                        "published, available, held, sold are %+d, %+d, %+d, %+d in Redis beside MySQL’s"
                                .formatted(
                                        redis.published() - mysql.published(),
                                        redis.available() - mysql.available(),
                                        redis.held() - mysql.held(),
                                        redis.sold() - mysql.sold()));
            }
        }
    }
}
