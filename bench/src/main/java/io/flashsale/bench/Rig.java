package io.flashsale.bench;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Loads the worker of one nginx after another and writes down what it did. */
final class Rig implements AutoCloseable {

    static final int CONNECTIONS = 64;

    /** From this share on, the worker itself was the limit of the rate. */
    private static final double SATURATED = 0.9;

    /** Answers of other kinds that are let pass: a hint that came late sends some to Redis. */
    private static final double TOLERATED = 0.01;

    private static final int ATTEMPTS = 3;
    private static final double LONGEST_SECONDS = 60;
    private static final int TRIES = 60;
    private static final double TRY_SECONDS = 0.25;

    /**
     * What is sent.
     *
     * @param codes of the answers that are to be measured
     * @param first so many requests are answered before, besides those that warm LuaJIT up
     */
    record Load(Saturator.Requests requests, List<String> codes, List<InetAddress> sources, long first) {
        Load(Saturator.Requests requests, String code) {
            this(requests, List.of(code), Saturator.HERE, 0);
        }
    }

    /**
     * @param micros of the worker's CPU for an answer: what it cost, also where something else than the worker was the limit
     * @param others who used the machine meanwhile
     */
    record Run(double perSecond, double micros, Noise.Seen others) {}

    private final Target target;
    private final Cpus cpus = Cpus.here();
    private final Saturator saturator = new Saturator(CONNECTIONS, cpus);
    private final double seconds;

    /** @param seconds of a run */
    Rig(Target target, double seconds) {
        this.target = target;
        this.seconds = seconds;
    }

    Cpus cpus() {
        return cpus;
    }

    /** For the head of a table. */
    String conditions(String more) {
        return String.format(Locale.ROOT, "1 worker, %d connections, %.1f s%s", CONNECTIONS, seconds, more);
    }

    /** Until LuaJIT has compiled what is asked, and every answer is as wanted. */
    void warmUp(Nginx nginx, Load load) {
        if (load.first() > 0) {
            saturator.run(nginx.port(), load.requests(), LONGEST_SECONDS, load.first(), load.sources());
        }
        Saturator.Result seen = null;
        for (int i = 0; i < TRIES; i++) {
            seen = run(nginx, load, TRY_SECONDS);
            if (seen.share(load.codes()) == 1) {
                return;
            }
        }
        throw new IllegalStateException("wanted " + load.codes() + ", but was answered " + seen);
    }

    /** Measures once, or again where too many answers were others; {@code into} gets all but the figure that the caller is after. */
    Run measure(Nginx nginx, Load load, Series into) {
        for (int attempt = 1; ; attempt++) {
            Noise noise = Noise.begin();
            Usage before = Usage.of(target.home());
            long cpu = nginx.cpuNanos();
            Saturator.Result result = run(nginx, load, seconds);
            double nanos = nginx.cpuNanos() - cpu;
            var micros = new LinkedHashMap<>(Map.of("the worker", nanos / 1e3 / result.answers()));
            micros.putAll(Usage.of(target.home()).microsSince(before, result.answers()));
            Noise.Seen others = noise.end();
            if (result.share(load.codes()) >= 1 - TOLERATED) {
                into.cpu(micros);
                into.codes(result.codes());
                into.note(busy(nanos / 1e9 / result.seconds(), result.busy()));
                return new Run(result.answers() / result.seconds(), nanos / 1e3 / result.answers(), others);
            }
            if (attempt == ATTEMPTS) {
                throw new IllegalStateException(
                        "%s: wanted %s, but was answered %s".formatted(into.name(), load.codes(), result));
            }
        }
    }

    private static String busy(double worker, double generator) {
        return String.format(
                Locale.ROOT,
                "worker %.0f %% and generator %.0f %% busy%s",
                100 * worker,
                100 * generator,
                worker < SATURATED ? ": NOT the worker's limit" : "");
    }

    /** One pass of so many requests, however they are answered. */
    Saturator.Result pass(int port, Saturator.Requests requests, long count) {
        return saturator.run(port, requests, LONGEST_SECONDS, count, Saturator.HERE);
    }

    private Saturator.Result run(Nginx nginx, Load load, double during) {
        return saturator.run(nginx.port(), load.requests(), during, Long.MAX_VALUE, load.sources());
    }

    @Override
    public void close() {
        saturator.close();
    }
}
