package io.flashsale.e2e.simulation;

import io.flashsale.contract.OrderId;
import io.flashsale.contract.Reservation;
import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Attempt.Outcome;
import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Offer;
import io.flashsale.e2e.checker.Reading;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The system as the design means it, in one thread and in simulated time: hot stock with a pending set, a queue that delivers
 * again what was not acknowledged, rows with a ledger, a sweep, effects that flow back, a rebuild under a new epoch. Crashes come at
 * random moments. One {@link Bug} can be switched on.
 */
final class SimulatedSystem {

    private static final long ITEM = 7;
    private static final long HOLD_MS = 6_000;
    private static final long CLOSES_MS = 9_000;
    private static final long END_MS = 30_000;
    private static final int STOCK = 40;
    private static final int LIMIT = 2;
    private static final long PRICE = 1999;
    private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");

    private record Message(String orderId, Reservation reservation, long epoch, boolean marker) {}

    private static final class Effect {
        final String orderId;
        final boolean paid;
        final long notBeforeMs;
        boolean carried;

        Effect(String orderId, boolean paid, long notBeforeMs) {
            this.orderId = orderId;
            this.paid = paid;
            this.notBeforeMs = notBeforeMs;
        }
    }

    private final Random random;
    private final Timeline time;
    private final @Nullable Bug bug;

    // Redis
    private long epoch = 1;
    private boolean ready = true;
    private long available = STOCK;
    private long held;
    private long sold;
    private long seq;
    private Map<String, Long> buyers = new HashMap<>();
    private Map<String, String> requests = new HashMap<>();
    private Map<String, Reservation> reservations = new LinkedHashMap<>();
    private Map<String, Long> pending = new LinkedHashMap<>();
    private List<String> holders = new ArrayList<>();

    // the queue, and how far the consumer has acknowledged it
    private final List<Message> queue = new ArrayList<>();
    private int acknowledged;

    // MySQL
    private long rowEpoch = 1;
    private long fencedEpoch = 1;
    private long rowAvailable = STOCK;
    private long rowHeld;
    private long rowSold;
    private final List<Dump.Order> orders = new ArrayList<>();
    private final Set<String> orderIds = new HashSet<>();
    private final Set<String> orderKeys = new HashSet<>();
    private final List<Dump.Entry> ledger = new ArrayList<>();
    private final List<Dump.Payment> payments = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();

    // processes: work begun by a generation that has died is never finished
    private int backendLife;
    private int consumerLife;
    private long consumerStalledUntilMs;

    // clients
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Reading> readings = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final Set<Long> answered = new HashSet<>();

    SimulatedSystem(long seed, @Nullable Bug bug) {
        this.random = new Random(seed);
        this.time = new Timeline(random);
        this.bug = bug;
        ledger.add(new Dump.Entry(1, "publish:" + ITEM, null, ITEM, "PUBLISHED", STOCK, 0, 0));
    }

    /** A sale with a crowd, retries, cancels and crashes, until everything has settled. */
    Run run() {
        for (int i = 0; i < 70; i++) {
            scheduleBuyer("u" + i, i % 10 == 9 ? 0 : 1);
        }
        time.every(500, END_MS, this::relay);
        time.every(80, END_MS, this::consume);
        time.every(1_000, END_MS, this::sweep);
        time.every(100, END_MS, this::carryEffects);
        time.every(150, END_MS, this::sample);
        if (random.nextInt(3) != 0 || bug == Bug.NO_EPOCH) {
            // Redis goes while the consumer lags, so that orders are in the queue and nowhere else
            long loss = 500 + random.nextInt(1_000);
            time.at(loss - 300, () -> consumerStalledUntilMs = loss + 400);
            time.at(loss, this::loseRedis);
        }
        if (bug == Bug.AN_ORDER_NOBODY_ASKED_FOR) {
            time.at(
                    5_000,
                    () -> insert(new Message(newId(), reservation("stranger", 1, 1, null, 'S'), rowEpoch, false)));
        }
        time.run();
        readAllSettled();
        return new Run(List.of(offer()), attempts, readings, samples, dump());
    }

    static Offer offer() {
        return new Offer("SIM", STOCK, 0, 0, LIMIT, Map.of(), 1, PRICE, "CNY", START, START.plusMillis(CLOSES_MS));
    }

    // ---- clients

    private void scheduleBuyer(String user, int level) {
        int baskets = 1 + random.nextInt(3);
        for (int basket = 0; basket < baskets; basket++) {
            String key = random.nextInt(5) == 0 ? null : "k" + basket;
            int quantity = random.nextInt(6) == 0 ? 2 : 1;
            long start = random.nextInt(2_500);
            int tries = key == null ? 1 : 1 + random.nextInt(4);
            for (int i = 0; i < tries; i++) {
                boolean other = random.nextInt(15) == 0;
                long at = i == 0 ? start : start + random.nextInt(7_500);
                time.at(at, () -> attempt(user, level, other ? 3 - quantity : quantity, key));
            }
        }
        if (random.nextInt(8) == 0) {
            time.at(CLOSES_MS + 500, () -> attempt(user, level, 1, "late"));
        }
        if (random.nextInt(4) == 0) {
            time.at(1_500 + random.nextInt(3_000), () -> cancelOneOf(user));
        }
        if (random.nextInt(3) == 0) {
            time.at(1_500 + random.nextInt(4_000), () -> payOneOf(user));
        }
    }

    private void attempt(String user, int level, int quantity, @Nullable String key) {
        int index = attempts.size();
        attempts.add(new Attempt(index, user, level, "SIM", quantity, key, instant(), new Outcome.InFlight()));
        time.soon(() -> edge(index));
        time.at(time.nowMs() + 4_000, () -> end(index, new Outcome.Lost(instant(), "timeout")));
    }

    private void answer(int index, int status, @Nullable String code, @Nullable String orderId) {
        time.soon(() -> {
            boolean lostOnTheWay = random.nextInt(25) == 0;
            end(
                    index,
                    lostOnTheWay
                            ? new Outcome.Lost(instant(), "reset")
                            : new Outcome.Answered(instant(), status, code, orderId));
        });
    }

    private void end(int index, Outcome outcome) {
        if (!answered.add((long) index)) {
            return;
        }
        Attempt a = attempts.get(index);
        attempts.set(
                index,
                new Attempt(
                        a.number(),
                        a.userId(),
                        a.level(),
                        a.sku(),
                        a.quantity(),
                        a.requestId(),
                        a.invokedAt(),
                        outcome));
        String id = attempts.get(index).orderId();
        if (id != null) {
            for (int i = 1; i < 20; i++) {
                time.at(time.nowMs() + i * 15L, () -> read(a.userId(), id, false));
            }
        }
    }

    // ---- the edge and the function library

    private void edge(int index) {
        Attempt a = attempts.get(index);
        if (!ready) {
            answer(index, 503, "NOT_READY", null);
            return;
        }
        if (bug == Bug.ANSWER_WITHOUT_CODE && index % 50 == 49) {
            answer(index, 502, null, null);
            return;
        }
        if (bug == Bug.SOLD_OUT_TO_HOLDERS && available < a.quantity()) {
            answer(index, 409, "SOLD_OUT", null);
            return;
        }
        String requestKey =
                bug == Bug.SHARE_REQUEST_KEYS_AMONG_BUYERS ? "" + a.requestId() : a.userId() + ":" + a.requestId();
        String bound = a.requestId() == null ? null : requests.get(requestKey);
        if (bound != null) {
            replay(index, a, bound);
            return;
        }
        String refusal = refusal(a);
        if (refusal != null) {
            answer(index, refusal.equals("NOT_ELIGIBLE") ? 403 : 409, refusal, null);
            return;
        }
        boolean twoSteps = bug == Bug.DECREMENT_IN_TWO_STEPS || bug == Bug.DECREMENT_IN_TWO_STEPS_WITHOUT_A_CEILING;
        if (twoSteps) {
            long read = available;
            time.soon(() -> take(index, a, requestKey, read));
            return;
        }
        take(index, a, requestKey, available);
    }

    private @Nullable String refusal(Attempt a) {
        if (time.nowMs() >= CLOSES_MS && bug != Bug.SELL_AFTER_THE_CLOSE) {
            return "ENDED";
        }
        if (a.level() < 1) {
            return "NOT_ELIGIBLE";
        }
        if (buyers.getOrDefault(a.userId(), 0L) + a.quantity() > LIMIT) {
            return "LIMIT_REACHED";
        }
        long hidden = bug == Bug.REFUSE_WITH_STOCK_LEFT ? 25 : 0;
        if (available - hidden < a.quantity()) {
            return held > 0 ? "ALL_RESERVED" : "SOLD_OUT";
        }
        return null;
    }

    private void replay(int index, Attempt a, String bound) {
        Reservation r = reservations.get(bound);
        if (r == null) {
            answer(index, 503, "NOT_READY", null);
            return;
        }
        if (r.quantity() != a.quantity() && bug != Bug.IGNORE_THE_PAYLOAD_OF_A_REPLAY) {
            answer(index, 422, "REQUEST_REUSED", null);
            return;
        }
        switch (r.state()) {
            case REFUSED -> answer(index, 403, r.code(), bound);
            case TAKEN -> answer(index, 202, "PENDING", bound);
            case SEND, GIVEN_BACK, PAID ->
                answer(
                        index,
                        pending.containsKey(bound) ? 202 : 200,
                        pending.containsKey(bound) ? "PENDING" : "RESERVED",
                        bound);
        }
    }

    private void take(int index, Attempt a, String requestKey, long availableAsRead) {
        if (!ready) {
            answer(index, 503, "NOT_READY", null);
            return;
        }
        String id = bug == Bug.REPEAT_ORDER_IDS && !reservations.isEmpty() && random.nextInt(8) == 0
                ? reservations.keySet().iterator().next()
                : newId();
        if (reservations.containsKey(id)) {
            answer(index, 200, "RESERVED", id);
            return;
        }
        seq++;
        available = availableAsRead - a.quantity();
        held += a.quantity();
        if (bug != Bug.DROP_THE_BUYERS_MARK) {
            buyers.merge(a.userId(), (long) a.quantity(), Long::sum);
        }
        if (a.requestId() != null && bug != Bug.FORGET_REQUEST_KEYS) {
            requests.put(requestKey, id);
        }
        reservations.put(id, reservation(a.userId(), a.level(), a.quantity(), a.requestId(), 'T'));
        if (bug != Bug.NO_PENDING_SET && bug != Bug.ANSWER_BEFORE_SEND) {
            pending.put(id, time.nowMs());
        }
        holders.add(a.userId());
        if (bug == Bug.BUSY_AFTER_RESERVE && random.nextInt(3) == 0) {
            answer(index, 503, "BUSY", null);
            return;
        }
        int life = backendLife;
        time.soon(() -> backend(index, id, life));
        // the edge gives up waiting for the backend: not known is an honest answer
        time.at(time.nowMs() + 2_000, () -> answer(index, 202, "PENDING", id));
    }

    // ---- the backend

    private void backend(int index, String id, int life) {
        backendMayDie();
        if (life != backendLife) {
            return;
        }
        String verdict = decide(id, policy(id));
        if (verdict == null) {
            return;
        }
        if (!verdict.equals("SEND")) {
            answer(index, 403, verdict, id);
            return;
        }
        if (bug == Bug.ANSWER_BEFORE_SEND) {
            answer(index, 200, "RESERVED", id);
        }
        time.soon(() -> {
            backendMayDie();
            if (life == backendLife && send(id)) {
                time.soon(() -> {
                    backendMayDie();
                    if (life == backendLife && acknowledge(id)) {
                        answer(index, 200, "RESERVED", id);
                    }
                });
            }
        });
    }

    private String policy(String id) {
        Reservation r = reservations.get(id);
        return r != null && r.userId().endsWith("5") ? "BLACKLISTED" : "SEND";
    }

    private @Nullable String decide(String id, String verdict) {
        Reservation r = reservations.get(id);
        if (!ready || r == null) {
            return null;
        }
        if (bug == Bug.SECOND_VERDICT_WINS && r.state() == Reservation.State.SEND && random.nextBoolean()) {
            refuse(id, r, "BLACKLISTED");
            return "BLACKLISTED";
        }
        switch (r.state()) {
            case TAKEN -> {
                if (verdict.equals("SEND")) {
                    reservations.put(id, in(r, Reservation.State.SEND, null));
                } else {
                    refuse(id, r, verdict);
                }
                return verdict;
            }
            case REFUSED -> {
                return r.code();
            }
            default -> {
                return "SEND";
            }
        }
    }

    private void refuse(String id, Reservation r, String code) {
        reservations.put(id, in(r, Reservation.State.REFUSED, code));
        pending.remove(id);
        if (bug != Bug.REFUSE_AND_KEEP_THE_UNITS) {
            giveBack(r);
        }
    }

    private void giveBack(Reservation r) {
        available += r.quantity();
        held -= r.quantity();
        buyers.computeIfPresent(r.userId(), (u, has) -> has > r.quantity() ? Long.valueOf(has - r.quantity()) : null);
    }

    private boolean send(String id) {
        Reservation r = reservations.get(id);
        if (r == null) {
            return false;
        }
        queue.add(new Message(id, r, epoch, false));
        return true;
    }

    private boolean acknowledge(String id) {
        if (!ready || !reservations.containsKey(id)) {
            return false;
        }
        pending.remove(id);
        return true;
    }

    private void relay() {
        int life = backendLife;
        for (Map.Entry<String, Long> owed : List.copyOf(pending.entrySet())) {
            boolean eager = bug == Bug.SECOND_VERDICT_WINS;
            if (!ready || owed.getValue() > time.nowMs() - (eager ? 1 : 2_000)) {
                continue;
            }
            String id = owed.getKey();
            if ("SEND".equals(decide(id, policy(id))) && send(id)) {
                time.soon(() -> {
                    if (life == backendLife) {
                        acknowledge(id);
                    }
                });
            }
        }
    }

    private void carryEffects() {
        for (Effect effect : effects) {
            Reservation r = reservations.get(effect.orderId);
            if (effect.carried || !ready || time.nowMs() < effect.notBeforeMs) {
                continue;
            }
            effect.carried = true;
            boolean holds = r != null && (r.state() == Reservation.State.SEND || r.state() == Reservation.State.TAKEN);
            if (r != null && holds && effect.paid) {
                held -= r.quantity();
                sold += r.quantity();
                pending.remove(effect.orderId);
                reservations.put(effect.orderId, in(r, Reservation.State.PAID, null));
            } else if (r != null && !effect.paid && (holds || bug == Bug.RELEASE_TWICE)) {
                giveBack(r);
                pending.remove(effect.orderId);
                reservations.put(effect.orderId, in(r, Reservation.State.GIVEN_BACK, null));
            }
        }
    }

    // ---- Redis is lost, and rebuilt

    private void loseRedis() {
        ready = false;
        available = 0;
        held = 0;
        sold = 0;
        buyers = new HashMap<>();
        requests = new HashMap<>();
        reservations = new LinkedHashMap<>();
        pending = new LinkedHashMap<>();
        holders = new ArrayList<>();
        if (bug == Bug.NO_EPOCH) {
            time.soon(this::install);
            return;
        }
        time.at(time.nowMs() + 300, () -> {
            rowEpoch++;
            queue.add(new Message("", reservation("", 0, 1, null, 'T'), rowEpoch, true));
            awaitFence();
        });
    }

    private void awaitFence() {
        if (fencedEpoch == rowEpoch) {
            install();
            return;
        }
        if (time.nowMs() < END_MS) {
            time.at(time.nowMs() + 50, this::awaitFence);
        }
    }

    private void install() {
        epoch = rowEpoch;
        available = rowAvailable;
        held = rowHeld;
        sold = rowSold;
        seq = 0;
        for (Dump.Order order : orders) {
            if (order.rejected()) {
                continue;
            }
            seq++;
            char state = order.state().equals("PAID") ? 'P' : order.live() ? 'S' : 'C';
            reservations.put(
                    order.id(), reservation(order.userId(), order.level(), order.quantity(), order.requestId(), state));
            holders.add(order.userId());
            if (order.live()) {
                buyers.merge(order.userId(), (long) order.quantity(), Long::sum);
            }
            if (order.requestId() != null) {
                requests.put(order.userId() + ":" + order.requestId(), order.id());
            }
        }
        effects.forEach(e -> e.carried = true);
        ready = true;
    }

    // ---- the consumer

    private void consume() {
        int end = Math.min(queue.size(), acknowledged + 8);
        if (acknowledged == end || time.nowMs() < consumerStalledUntilMs) {
            return;
        }
        int life = consumerLife;
        List<Message> batch = List.copyOf(queue.subList(acknowledged, end));
        if (bug == Bug.ACKNOWLEDGE_BEFORE_COMMIT) {
            acknowledged = end;
        }
        if (bug == Bug.LOSE_A_NACKED_MESSAGE && random.nextInt(4) == 0) {
            acknowledged = end;
            return;
        }
        time.soon(() -> {
            consumerMayDie();
            if (life != consumerLife) {
                return;
            }
            batch.forEach(this::insert);
            time.soon(() -> {
                // a consumer that dies here leaves its batch to be delivered again
                consumerMayDie();
                if (life == consumerLife) {
                    acknowledged = Math.max(acknowledged, end);
                }
            });
        });
    }

    private void backendMayDie() {
        if (random.nextInt(20) == 0) {
            backendLife++;
        }
    }

    private void consumerMayDie() {
        if (random.nextInt(12) == 0) {
            consumerLife++;
        }
    }

    private void insert(Message message) {
        if (message.marker()) {
            fencedEpoch = Math.max(fencedEpoch, message.epoch());
            return;
        }
        Reservation r = message.reservation();
        String id = message.orderId();
        boolean isNew = orderIds.add(id);
        if (!isNew && bug == Bug.COUNT_DUPLICATES && rowAvailable >= r.quantity()) {
            rowAvailable -= r.quantity();
            rowHeld += r.quantity();
        }
        if (!isNew && bug != Bug.NO_UNIQUE_KEY) {
            return;
        }
        boolean late = message.epoch() < fencedEpoch && bug != Bug.NO_EPOCH;
        boolean keyTaken = r.requestId() != null
                && !orderKeys.add(r.userId() + ":" + r.requestId())
                && bug != Bug.FORGET_REQUEST_KEYS
                && bug != Bug.NO_UNIQUE_KEY;
        boolean ceiling = rowAvailable < r.quantity() && bug != Bug.DECREMENT_IN_TWO_STEPS_WITHOUT_A_CEILING;
        if (late || keyTaken || ceiling) {
            orders.add(row(id, r, "REJECTED", keyTaken ? null : r.requestId()));
            return;
        }
        orders.add(row(id, r, "PENDING_PAYMENT", r.requestId()));
        move(id, "HELD", r.quantity());
    }

    private Dump.Order row(String id, Reservation r, String state, @Nullable String requestId) {
        long price = bug == Bug.PRICE_FROM_THE_CLIENT ? 1 : PRICE;
        return new Dump.Order(
                id,
                ITEM,
                "SIM",
                r.userId(),
                r.userLevel(),
                r.quantity(),
                price,
                "CNY",
                state,
                null,
                requestId,
                START.plusMillis(r.reservedAt()),
                START.plusMillis(r.payBefore()));
    }

    private void move(String orderId, String event, int units) {
        int toSold = event.equals("PAID") ? units : 0;
        int toHeld = event.equals("HELD") ? units : -units;
        int toAvailable = -toHeld - toSold;
        rowAvailable += toAvailable;
        rowHeld += toHeld;
        rowSold += toSold;
        int number = ledger.size() + 1;
        String operation = orderId + ":" + event + (bug == null ? "" : number);
        ledger.add(new Dump.Entry(number, operation, orderId, ITEM, event, toAvailable, toHeld, toSold));
    }

    private void sweep() {
        if (bug == Bug.NO_SWEEP) {
            return;
        }
        for (Dump.Order order : List.copyOf(orders)) {
            if (order.state().equals("PENDING_PAYMENT") && order.payBefore().isBefore(instant())) {
                release(order, "EXPIRED");
                if (bug == Bug.KEEP_LATE_MONEY) {
                    payments.add(payment(order, "LATE"));
                }
            }
        }
    }

    private static Dump.Payment payment(Dump.Order order, String state) {
        long price = order.priceMinor() * order.quantity();
        return new Dump.Payment(order.id() + "-1", order.id(), price, price, order.currency(), price, state, price);
    }

    private void cancelOneOf(String user) {
        orders.stream()
                .filter(o -> o.userId().equals(user) && o.state().equals("PENDING_PAYMENT"))
                .findFirst()
                .ifPresent(o -> release(o, "CANCELLED"));
    }

    private void payOneOf(String user) {
        orders.stream()
                .filter(o -> o.userId().equals(user) && o.state().equals("PENDING_PAYMENT"))
                .findFirst()
                .ifPresent(o -> {
                    orders.set(orders.indexOf(o), o.withState("PAID"));
                    move(o.id(), "PAID", o.quantity());
                    if (bug != Bug.PAY_WITHOUT_MONEY) {
                        payments.add(payment(o, "PAID"));
                    }
                    effects.add(new Effect(o.id(), true, time.nowMs()));
                });
    }

    private void release(Dump.Order order, String state) {
        orders.set(orders.indexOf(order), order.withState(state));
        if (bug == Bug.RELEASE_WITHOUT_LEDGER) {
            rowAvailable += order.quantity();
            rowHeld -= order.quantity();
        } else {
            move(order.id(), state, order.quantity());
        }
        if (bug == Bug.RELEASE_TWICE) {
            move(order.id(), state.equals("EXPIRED") ? "CANCELLED" : "EXPIRED", order.quantity());
            effects.add(new Effect(order.id(), false, time.nowMs() + 1_600));
        }
        if (bug != Bug.RELEASE_WITHOUT_EFFECT) {
            effects.add(new Effect(order.id(), false, time.nowMs() + 1_500 + random.nextInt(500)));
        }
    }

    // ---- what can be seen from outside

    private void read(String user, String id, boolean settled) {
        Dump.Order row =
                orders.stream().filter(o -> o.id().equals(id)).findFirst().orElse(null);
        Reservation r = reservations.get(id);
        Reading reading;
        if (row != null) {
            reading = new Reading(instant(), user, id, 200, row.state(), settled);
        } else if (r != null && r.state() == Reservation.State.REFUSED) {
            reading = new Reading(instant(), user, id, 200, "REFUSED", settled);
        } else if (r != null && pending.containsKey(id)) {
            // not QUEUED yet: until the queue has it, a lost Redis would take it back
            reading = new Reading(instant(), user, id, 200, "PENDING", settled);
        } else if (r != null && (bug != Bug.LOSE_SIGHT_OF_QUEUED_ORDERS || random.nextBoolean())) {
            reading = new Reading(instant(), user, id, 200, "QUEUED", settled);
        } else if (!settled && !ready) {
            reading = new Reading(instant(), user, id, 503, null, false);
        } else {
            reading = new Reading(instant(), user, id, 404, null, settled);
        }
        readings.add(reading);
    }

    private void readAllSettled() {
        Set<String> named = new LinkedHashSet<>();
        for (Attempt a : attempts) {
            if (a.orderId() != null && named.add(a.orderId())) {
                read(a.userId(), a.orderId(), true);
            }
        }
    }

    private void sample() {
        if (ready) {
            samples.add(new Sample(instant(), "redis", "SIM", STOCK, available, held, sold));
        }
        samples.add(new Sample(instant(), "mysql", "SIM", STOCK, rowAvailable, rowHeld, rowSold));
    }

    private Dump dump() {
        var hot = new Dump.Hot(
                ITEM,
                epoch,
                ready,
                STOCK,
                available,
                held,
                sold,
                seq,
                buyers,
                requests,
                reservations,
                pending.keySet(),
                holders);
        var item = new Dump.Item(ITEM, "SIM", STOCK, rowAvailable, rowHeld, rowSold, 0, rowEpoch);
        int due = (int) effects.stream().filter(e -> !e.carried).count();
        return new Dump(instant(), List.of(item), orders, ledger, payments, List.of(), List.of(), List.of(hot), due);
    }

    private Reservation reservation(String user, int level, int quantity, @Nullable String key, char state) {
        String packed = "%c|%s|%d|%d|%s|%d|%d|%d||"
                .formatted(
                        state,
                        user,
                        level,
                        quantity,
                        key == null ? "" : key,
                        seq,
                        time.nowMs(),
                        time.nowMs() + HOLD_MS);
        return Reservation.unpack(packed);
    }

    private static Reservation in(Reservation r, Reservation.State state, @Nullable String code) {
        return new Reservation(
                state,
                r.userId(),
                r.userLevel(),
                r.quantity(),
                r.requestId(),
                r.seq(),
                r.reservedAt(),
                r.payBefore(),
                code,
                r.traceId());
    }

    private String newId() {
        return OrderId.of(ITEM, instant(), random.nextInt()).text();
    }

    private Instant instant() {
        return START.plusMillis(time.nowMs());
    }
}
