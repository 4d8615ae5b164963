package io.flashsale.backend.stock;

import io.flashsale.contract.Reservation;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The functions of {@code flashsale.lua}, typed. A call that fails or times out says nothing about whether it happened; each
 * function may be called again.
 */
@Component
public final class StockFunctions {

    /** What one call takes at most. */
    public static final int MAX_BATCH = 256;

    /** Older epochs whose keys a grant drops: interrupted rebuilds leave at most one epoch each. */
    private static final int OLDER_EPOCHS = 16;

    private final RedisLink link;

    StockFunctions(RedisLink link) {
        this.link = link;
    }

    /** An order with the verdict that was passed on it, or {@code SEND}. */
    public record Verdict(String orderId, String verdict) {}

    /** The outcome of one order: SEND, a refusal's code, GIVEN_BACK or UNKNOWN. */
    public record Decided(String orderId, String outcome, @Nullable Reservation reservation) {}

    /** What the item's hash says about every order of the batch, and the orders in the order asked. */
    public record Decision(long priceMinor, String currency, long promoId, long promoVersion, List<Decided> orders) {}

    /** An order that is not acknowledged yet. */
    public record Pending(String orderId, Reservation reservation) {}

    /** An item as the functions see it. */
    public record ItemState(
            boolean ready,
            long seq,
            String state,
            long opens,
            long closes,
            long published,
            long available,
            long held,
            long sold) {}

    /** Items in the order asked, null where Redis has none; the lease's end is 0 without one. */
    public record Snapshot(long now, long leaseUntil, List<@Nullable ItemState> items) {}

    /** The library's version, or null if it is not loaded. */
    @Nullable
    Integer version() {
        try {
            Object version = RedisLink.await(call(true, "version", ScriptOutputType.INTEGER, List.of(), List.of()));
            return Math.toIntExact((Long) version);
        } catch (io.lettuce.core.RedisCommandExecutionException e) {
            if (missing(e)) {
                return null;
            }
            throw e;
        }
    }

    static boolean missing(Throwable fault) {
        return fault.getMessage() != null && fault.getMessage().contains("Function not found");
    }

    void load(String library, boolean replace) {
        RedisLink.await(link.commands().functionLoad(library, replace));
    }

    String renew(String nonce, Duration ttl) {
        return text(call("renew", ScriptOutputType.STATUS, List.of(), List.of(nonce, millis(ttl))));
    }

    String grant(StockKeys keys, String nonce, Duration ttl) {
        var names = new ArrayList<String>();
        names.add(keys.item());
        for (long epoch = keys.epoch() - 1; epoch >= Math.max(1, keys.epoch() - OLDER_EPOCHS); epoch--) {
            names.addAll(new StockKeys(keys.sku(), keys.promoItemId(), epoch).all());
        }
        return text(call("grant", ScriptOutputType.STATUS, names, List.of(nonce, millis(ttl), id(keys), epoch(keys))));
    }

    String revoke(long itemId, long epoch) {
        return text(call(
                "revoke", ScriptOutputType.STATUS, List.of(), List.of(Long.toString(itemId), Long.toString(epoch))));
    }

    String drop(StockKeys keys) {
        return text(call("drop", ScriptOutputType.STATUS, keys.all(), List.of(id(keys), epoch(keys))));
    }

    String installBegin(StockKeys keys, Map<String, String> facts) {
        var args = new ArrayList<>(List.of(id(keys), epoch(keys), "BEGIN"));
        facts.forEach((field, value) -> {
            args.add(field);
            args.add(value);
        });
        return text(call("install", ScriptOutputType.STATUS, keys.all(), args));
    }

    /** @param rows order id, packed reservation, …: up to {@link #MAX_BATCH} pairs */
    RedisFuture<Object> installRows(StockKeys keys, List<String> rows) {
        var args = new ArrayList<>(List.of(id(keys), epoch(keys), "ROWS"));
        args.addAll(rows);
        return call("install", ScriptOutputType.STATUS, keys.all(), args);
    }

    /** @param users up to {@link #MAX_BATCH} of those who are on the item's list */
    RedisFuture<Object> installListed(StockKeys keys, List<String> users) {
        var args = new ArrayList<>(List.of(id(keys), epoch(keys), "LISTED"));
        args.addAll(users);
        return call("install", ScriptOutputType.STATUS, keys.all(), args);
    }

    String installEnd(StockKeys keys, long listed, long rows) {
        return text(call(
                "install",
                ScriptOutputType.STATUS,
                keys.all(),
                List.of(id(keys), epoch(keys), "END", Long.toString(rows), Long.toString(listed))));
    }

    /** Null: the epoch is over or the lease gone, and nothing was decided. */
    public CompletionStage<@Nullable Decision> decide(StockKeys keys, List<Verdict> verdicts) {
        var args = new ArrayList<String>(2 + 2 * verdicts.size());
        args.add(id(keys));
        args.add(epoch(keys));
        for (Verdict verdict : verdicts) {
            args.add(verdict.orderId());
            args.add(verdict.verdict());
        }
        return call(
                        "decide",
                        ScriptOutputType.MULTI,
                        List.of(keys.item(), keys.buyers(), keys.reservations(), keys.pending()),
                        args)
                .thenApply(StockFunctions::decision);
    }

    private static @Nullable Decision decision(Object reply) {
        List<?> parts = (List<?>) reply;
        if (!"OK".equals(parts.get(0))) {
            return null;
        }
        var orders = new ArrayList<Decided>((parts.size() - 5) / 3);
        for (int i = 5; i < parts.size(); i += 3) {
            String packed = string(parts, i + 2);
            orders.add(new Decided(
                    string(parts, i), string(parts, i + 1), packed.isEmpty() ? null : Reservation.unpack(packed)));
        }
        return new Decision(
                Long.parseLong(string(parts, 1)),
                string(parts, 2),
                Long.parseLong(string(parts, 3)),
                Long.parseLong(string(parts, 4)),
                orders);
    }

    /** False: the epoch is over or the lease gone; then nobody may be told RESERVED. */
    public CompletionStage<Boolean> acknowledge(StockKeys keys, List<String> orderIds) {
        var args = new ArrayList<String>(2 + orderIds.size());
        args.add(id(keys));
        args.add(epoch(keys));
        args.addAll(orderIds);
        return call("acknowledge", ScriptOutputType.MULTI, List.of(keys.pending()), args)
                .thenApply(reply -> "OK".equals(((List<?>) reply).get(0)));
    }

    /** Orders taken at least {@code age} ago and not acknowledged, oldest first; null without a lease over this epoch. */
    public @Nullable List<Pending> pending(StockKeys keys, Duration age, int most) {
        List<?> parts = (List<?>) RedisLink.await(call(
                true,
                "pending",
                ScriptOutputType.MULTI,
                List.of(keys.pending(), keys.reservations()),
                List.of(id(keys), epoch(keys), millis(age), Integer.toString(most))));
        if (!"OK".equals(parts.get(0))) {
            return null;
        }
        var orders = new ArrayList<Pending>((parts.size() - 1) / 2);
        for (int i = 1; i < parts.size(); i += 2) {
            orders.add(new Pending(string(parts, i), Reservation.unpack(string(parts, i + 1))));
        }
        return orders;
    }

    /** RETAKEN, ALREADY, LIMIT_REACHED, SOLD_OUT, MISSING or NOT_READY. */
    public String retake(StockKeys keys, String orderId, long version) {
        return text(call(
                "retake",
                ScriptOutputType.STATUS,
                List.of(keys.item(), keys.buyers(), keys.reservations()),
                List.of(id(keys), epoch(keys), orderId, Long.toString(version))));
    }

    /** WITHDRAWN, TOO_FEW, ENDED or NOT_READY. */
    String withdraw(StockKeys keys, long operation, long units) {
        return text(call(
                "withdraw",
                ScriptOutputType.STATUS,
                List.of(keys.item()),
                List.of(id(keys), epoch(keys), Long.toString(operation), Long.toString(units))));
    }

    RedisFuture<Object> apply(StockKeys keys, long version, String kind, List<String> arguments) {
        var args = new ArrayList<>(List.of(id(keys), epoch(keys), Long.toString(version), kind));
        args.addAll(arguments);
        return call(
                "apply",
                ScriptOutputType.STATUS,
                List.of(keys.item(), keys.buyers(), keys.reservations(), keys.pending()),
                args);
    }

    /** Reads any number of items; more than one call's worth in several, each consistent in itself. */
    public Snapshot snapshot(List<StockKeys> items) {
        var states = new ArrayList<@Nullable ItemState>(items.size());
        long now = 0;
        long leaseUntil = 0;
        int from = 0;
        do {
            var some = items.subList(from, Math.min(items.size(), from + MAX_BATCH));
            var args = new ArrayList<String>(2 * some.size());
            for (StockKeys keys : some) {
                args.add(id(keys));
                args.add(epoch(keys));
            }
            List<?> parts = (List<?>) RedisLink.await(call(
                    true,
                    "snapshot",
                    ScriptOutputType.MULTI,
                    some.stream().map(StockKeys::item).toList(),
                    args));
            now = (Long) parts.get(0);
            leaseUntil = (Long) parts.get(1);
            for (int i = 2; i < parts.size(); i++) {
                states.add(state((List<?>) parts.get(i)));
            }
            from += some.size();
        } while (from < items.size());
        return new Snapshot(now, leaseUntil, states);
    }

    private static @Nullable ItemState state(List<?> v) {
        if (v.size() < 9) {
            return null;
        }
        return new ItemState(
                (Long) v.get(0) == 1,
                (Long) v.get(1),
                string(v, 2),
                (Long) v.get(3),
                (Long) v.get(4),
                (Long) v.get(5),
                (Long) v.get(6),
                (Long) v.get(7),
                (Long) v.get(8));
    }

    private RedisFuture<Object> call(String function, ScriptOutputType type, List<String> keys, List<String> args) {
        return call(false, function, type, keys, args);
    }

    private RedisFuture<Object> call(
            boolean readOnly, String function, ScriptOutputType type, List<String> keys, List<String> args) {
        String[] names = keys.toArray(String[]::new);
        String[] values = args.toArray(String[]::new);
        return readOnly
                ? link.commands().fcallReadOnly(function, type, names, values)
                : link.commands().fcall(function, type, names, values);
    }

    private static String text(RedisFuture<Object> reply) {
        return (String) RedisLink.await(reply);
    }

    private static String string(List<?> parts, int index) {
        return (String) parts.get(index);
    }

    private static String id(StockKeys keys) {
        return Long.toString(keys.promoItemId());
    }

    private static String epoch(StockKeys keys) {
        return Long.toString(keys.epoch());
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    /** Waits for a call of this class. */
    public static <T extends @Nullable Object> T await(CompletionStage<T> call) {
        return RedisLink.await(call.toCompletableFuture());
    }
}
