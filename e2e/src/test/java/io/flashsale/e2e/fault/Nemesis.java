package io.flashsale.e2e.fault;

import io.flashsale.e2e.client.Hops;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Processes;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.fault.HopFaultIT.Trouble;
import io.flashsale.testkit.HopProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Strikes at random, one or two faults at a time, as its seed says, and mends what it broke. */
final class Nemesis implements Runnable {

    private static final List<String> PARTS =
            List.of("edge", "backend", "consumer", "redis", "mysql", "broker", "namesrv", "sandbox", "cms");
    private static final int LONGEST_MS = 6000;
    private static final int SHORTEST_MS = 200;
    private static final int LONGEST_PAUSE_MS = 3000;

    /** When a strike ends: a part can start again when the ways to the others are open, and an answer comes when all are back. */
    private enum Ends {
        FIRST,
        BY_REPAIR,
        BY_AN_ANSWER
    }

    /** A fault, or what people do meanwhile, and what ends it. */
    private record Strike(String what, Ends ends, Runnable begin, Runnable end) {}

    private final Random random;
    private final Sale sale;
    private final Processes processes;
    private final Hops hops;
    private final Path log;
    private final List<String> struck = new ArrayList<>();
    private volatile boolean over;
    private volatile @Nullable Throwable failure;

    Nemesis(long seed, Sale sale, Hops hops, Path log) {
        this.random = new Random(seed);
        this.sale = sale;
        this.processes = new Processes(sale.installation());
        this.hops = hops;
        this.log = log;
    }

    /** No more strikes after the present one. */
    void stop() {
        over = true;
    }

    List<String> struck() {
        if (failure != null) {
            throw new AssertionError("the nemesis itself failed", failure);
        }
        return List.copyOf(struck);
    }

    @Override
    public void run() {
        try {
            while (!over) {
                pause(random.nextInt(LONGEST_PAUSE_MS));
                List<Strike> strikes = new ArrayList<>(List.of(choose()));
                if (random.nextInt(3) == 0) {
                    strikes.add(choose());
                }
                strike(strikes, SHORTEST_MS + random.nextInt(LONGEST_MS - SHORTEST_MS));
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void strike(List<Strike> strikes, int lastsMs) {
        List<Strike> begun = new ArrayList<>();
        RuntimeException failed = null;
        try {
            for (Strike strike : strikes) {
                note(strike.what() + " (" + lastsMs + " ms)");
                begun.add(strike);
                strike.begin().run();
            }
            pause(lastsMs);
        } finally {
            begun.sort(Comparator.comparing(Strike::ends));
            for (Strike strike : begun) {
                try {
                    strike.end().run();
                } catch (RuntimeException e) {
                    failed = e;
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private Strike choose() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> kill(PARTS.get(random.nextInt(PARTS.size())));
            case 3, 4 -> freeze(PARTS.get(random.nextInt(PARTS.size())));
            case 5, 6, 7 -> trouble();
            case 8 -> worker();
            default -> business();
        };
    }

    private Strike kill(String part) {
        boolean wiped = part.equals("redis") && random.nextBoolean();
        return new Strike(
                "kill -9 " + part + (wiped ? ", its data gone" : ""),
                Ends.BY_REPAIR,
                () -> {
                    List<Long> orphans = part.equals("edge") ? processes.workers() : List.of();
                    long pid = processes.pid(part);
                    if (processes.alive(pid)) {
                        processes.kill(pid);
                    }
                    orphans.stream().filter(processes::alive).forEach(processes::kill);
                    if (wiped) {
                        RedisFaultIT.delete(sale.installation().home().resolve("redis/data"));
                    }
                },
                sale.operator()::repair);
    }

    private Strike freeze(String part) {
        long pid =
                part.equals("edge") ? processes.workers().stream().findFirst().orElseThrow() : processes.pid(part);
        return new Strike(
                "freeze " + part,
                Ends.FIRST,
                () -> ifAlive(pid, processes::freeze),
                () -> ifAlive(pid, processes::thaw));
    }

    private Strike trouble() {
        Hops.Hop[] all = Hops.Hop.values();
        Hops.Hop hop = all[random.nextInt(all.length)];
        Trouble trouble = Trouble.values()[random.nextInt(Trouble.values().length)];
        HopProxy proxy = hops.get(hop);
        return new Strike(hop + " " + trouble, Ends.FIRST, () -> trouble.begin.accept(proxy), proxy::heal);
    }

    private Strike worker() {
        if (random.nextInt(3) == 0) {
            return new Strike(
                    "nginx reads its configuration again",
                    Ends.FIRST,
                    () -> ifAlive(processes.pid("edge"), p -> processes.reload()),
                    () -> {});
        }
        return new Strike(
                "kill -9 a worker of nginx",
                Ends.FIRST,
                () -> processes.workers().stream().findFirst().ifPresent(processes::kill),
                () -> {});
    }

    /** What people do to a promo meanwhile; asked again until it is answered, since a lost answer says nothing. */
    private Strike business() {
        if (random.nextBoolean()) {
            return asked("pause and resume", () -> sale.operator().persist(sale.sku(), "pause"), () -> sale.operator()
                    .persist(sale.sku(), "resume"));
        }
        return asked("top up by 20", () -> sale.topUp(sale.sku(), 20), () -> {});
    }

    private static Strike asked(String what, Runnable change, Runnable undo) {
        var answered = new CompletableFuture<Void>();
        Runnable ask = () -> {
            try {
                change.run();
                answered.complete(null);
            } catch (RuntimeException | Error e) {
                answered.completeExceptionally(e);
            }
        };
        return new Strike(what, Ends.BY_AN_ANSWER, () -> new Thread(ask, "business").start(), () -> {
            answered.orTimeout(Operator.PATIENCE.toSeconds() + 10, TimeUnit.SECONDS)
                    .join();
            undo.run();
        });
    }

    private void ifAlive(long pid, java.util.function.LongConsumer signal) {
        if (processes.alive(pid)) {
            signal.accept(pid);
        }
    }

    private void note(String what) {
        struck.add(what);
        try {
            Files.writeString(
                    log, Instant.now() + " " + what + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long a fault lasts, or a calm: part of the plan, nothing is awaited. */
    private static void pause(int ms) {
        LockSupport.parkNanos(ms * 1_000_000L);
    }
}
