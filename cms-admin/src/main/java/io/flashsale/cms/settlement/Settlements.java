package io.flashsale.cms.settlement;

import io.flashsale.cms.change.Snapshot;
import io.flashsale.cms.web.Refusal;
import java.io.OutputStream;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/** Draws the line under a promo that has ended and owes nothing any more. Reads only, in one snapshot. */
@Service
class Settlements {

    private static final Set<String> BOUGHT = Set.of("PAID", "REFUND_PENDING", "REFUNDED");

    private final SettlementMapper books;
    private final OrderList orderList;
    private final Snapshot snapshot;
    private final JsonMapper json;
    private final Clock clock;

    Settlements(SettlementMapper books, OrderList orderList, Snapshot snapshot, JsonMapper json, Clock clock) {
        this.books = books;
        this.orderList = orderList;
        this.snapshot = snapshot;
        this.json = json;
        this.clock = clock;
    }

    /** @throws Refusal 404, or 409 NOT_SETTLED with what is still open */
    Settlement of(long promoId) {
        return snapshot.read(() -> {
            var round = new Round(find(promoId));
            round.read();
            if (!round.open.isEmpty()) {
                throw Refusal.conflict(
                        "NOT_SETTLED",
                        null,
                        "Promo " + promoId + " is not settled: " + String.join(", ", round.open) + ".");
            }
            var settlement = round.report(orderList.digest(promoId));
            byte[] bytes = json.writeValueAsBytes(settlement);
            return settlement.with(
                    HexFormat.of().formatHex(OrderList.sha256().digest(bytes)), answers(promoId, settlement.items()));
        });
    }

    void writeOrders(long promoId, OutputStream out) {
        snapshot.read(() -> {
            find(promoId);
            return orderList.write(promoId, out);
        });
    }

    void writeOrdersForSpreadsheet(long promoId, OutputStream out) {
        snapshot.read(() -> {
            find(promoId);
            orderList.writeForSpreadsheet(promoId, out);
            return promoId;
        });
    }

    void requirePromo(long promoId) {
        snapshot.read(() -> find(promoId));
    }

    private Settlement.Answers answers(long promoId, List<Settlement.Item> items) {
        var edges = books.edges(promoId).stream()
                .map(edge -> new Settlement.Edge(
                        edge.incarnation(),
                        edge.countedAt() == null ? null : edge.countedAt().toInstant(ZoneOffset.UTC)))
                .toList();
        var told = new ArrayList<Settlement.ItemAnswers>();
        for (var item : items) {
            var byCode = new TreeMap<String, Long>();
            books.answers(item.id()).forEach(each -> byCode.put(each.code(), each.total()));
            told.add(new Settlement.ItemAnswers(item.id(), item.sku(), byCode));
        }
        return new Settlement.Answers(Settlement.Answers.NOTE, edges, told);
    }

    private SettlementMapper.Promo find(long promoId) {
        var promo = books.promo(promoId);
        if (promo == null) {
            throw Refusal.unknown("UNKNOWN_PROMO", "There is no promo " + promoId + ".");
        }
        return promo;
    }

    private final class Round {
        private final SettlementMapper.Promo promo;
        private final List<Settlement.Item> items = new ArrayList<>();
        private final List<String> differences = new ArrayList<>();
        /** What has not come to its end. */
        private final List<String> open = new ArrayList<>();

        private LocalDateTime last;

        Round(SettlementMapper.Promo promo) {
            this.promo = promo;
            this.last = promo.updatedAt();
        }

        void read() {
            boolean over = promo.closesAt().toInstant(ZoneOffset.UTC).isBefore(clock.instant());
            if (!promo.state().equals("ENDED") && !(promo.state().equals("LIVE") && over)) {
                open.add("it is " + promo.state());
            }
            books.items(promo.id()).forEach(this::read);
        }

        private void open(long count, String sku, String what) {
            if (count > 0) {
                open.add("%d %s of %s".formatted(count, what, sku));
            }
        }

        private void seen(LocalDateTime at) {
            if (at.isAfter(last)) {
                last = at;
            }
        }

        private void same(String sku, String what, long one, long other) {
            if (one != other) {
                differences.add("%s: %s: %d and %d".formatted(sku, what, one, other));
            }
        }

        private void read(SettlementMapper.Item item) {
            String sku = item.sku();
            open(item.held(), sku, "units are held");
            open(books.owed(item.id()), sku, "changes are on their way to Redis");
            open(books.withdrawing(item.id()), sku, "withdrawals are under way");
            open(books.parked(item.id()), sku, "messages are parked");

            long published = 0;
            long toppedUp = 0;
            long withdrawn = 0;
            long available = 0;
            long sold = 0;
            for (var event : books.ledger(item.id())) {
                published += event.event().equals("PUBLISHED") ? event.available() : 0;
                toppedUp += event.event().equals("TOPPED_UP") ? event.available() : 0;
                withdrawn -= event.event().equals("WITHDRAWN") ? event.available() : 0;
                available += event.available();
                sold += event.sold();
            }
            same(sku, "published by the item and by its ledger", item.published(), published + toppedUp - withdrawn);
            same(sku, "withdrawn by the item and by its ledger", item.withdrawn(), withdrawn);
            same(sku, "left by the item and by its ledger", item.available(), available);
            same(sku, "sold by the item and by its ledger", item.sold(), sold);
            same(sku, "published, and sold with left", item.published(), item.sold() + item.available() + item.held());

            var states = new TreeMap<String, Settlement.Count>();
            long units = 0;
            long ordered = 0;
            for (var orders : books.orders(item.id())) {
                seen(orders.updatedAt());
                states.put(orders.state(), new Settlement.Count(orders.orders(), orders.units()));
                if (BOUGHT.contains(orders.state())) {
                    units += orders.units();
                    ordered += orders.amount();
                }
            }
            same(
                    sku,
                    "sold by the item, and by its orders without what was returned",
                    item.sold(),
                    units - item.restocked());
            var rejected = new TreeMap<String, Long>();
            books.rejected(item.id()).forEach(each -> rejected.put(each.reason(), each.orders()));

            long paid = 0;
            for (var payments : books.payments(item.id())) {
                seen(payments.updatedAt());
                switch (payments.state()) {
                    case "PAID" -> paid = payments.received();
                    case "LATE", "REFUND_DUE" -> open(payments.payments(), sku, "payments must still go back or stand");
                    default -> {
                        // nothing was taken, or it has gone back
                    }
                }
            }
            same(sku, "money for what was bought, and paid", ordered, paid);

            long refunded = 0;
            long givenBack = 0;
            long returned = 0;
            for (var refunds : books.refunds(item.id())) {
                seen(refunds.updatedAt());
                if (!refunds.state().equals("DONE")) {
                    open(refunds.refunds(), sku, "refunds are under way");
                }
                refunded += refunds.ofUnits() ? refunds.amount() : 0;
                givenBack += refunds.ofUnits() ? 0 : refunds.amount();
                returned += refunds.returned();
            }
            same(sku, "returned by the item and by its refunds", item.restocked(), returned);

            items.add(new Settlement.Item(
                    item.id(),
                    sku,
                    item.name(),
                    item.currency(),
                    item.priceMinor(),
                    new Settlement.Units(
                            published, toppedUp, withdrawn, item.sold(), item.available(), item.restocked()),
                    states,
                    rejected,
                    new Settlement.Money(ordered, refunded, ordered - refunded, givenBack)));
        }

        Settlement report(Settlement.Orders orders) {
            return new Settlement(
                    new Settlement.Promo(
                            promo.id(),
                            promo.name(),
                            promo.opensAt().toInstant(ZoneOffset.UTC),
                            promo.closesAt().toInstant(ZoneOffset.UTC)),
                    last.toInstant(ZoneOffset.UTC),
                    items,
                    differences,
                    orders,
                    null,
                    null);
        }
    }
}
