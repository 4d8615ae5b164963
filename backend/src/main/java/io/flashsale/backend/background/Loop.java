package io.flashsale.backend.background;

import io.lettuce.core.RedisException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * A task that is run again and again on one thread of its own, a period after it last ended. A run that fails is followed by
 * the next; the log has one line when failing begins (or its cause changes) and one when it ends, the metric counts each.
 */
public abstract class Loop implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    private final String name;
    private final Duration period;
    private final Counter failures;
    private final Object alarm = new Object();
    private boolean woken;
    private volatile @Nullable Thread thread;
    private @Nullable String failing;

    protected Loop(String name, Duration period) {
        this.name = name;
        this.period = period;
        this.failures = Counter.builder("flashsale_loop_failures_total")
                .description("rounds of a background task that failed")
                .tag("loop", name)
                .register(Metrics.globalRegistry);
    }

    /** One round. Must return when interrupted. */
    protected abstract void run() throws Exception;

    /** Begins the next round now instead of after the period. */
    public final void wake() {
        synchronized (alarm) {
            woken = true;
            alarm.notifyAll();
        }
    }

    @Override
    public void start() {
        var started = new Thread(this::rounds, name);
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    @Override
    public void stop() {
        var running = thread;
        thread = null;
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        running.interrupt();
        try {
            running.join(300); // several loops, and 5 s for all; what hangs in a socket is a daemon
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Loops end before the web server does and begin after it: lower phases start first. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    private void rounds() {
        while (thread == Thread.currentThread()) {
            try {
                run();
                succeeded();
            } catch (InterruptedException e) {
                return;
            } catch (Exception | LinkageError e) {
                failed(e);
            }
            if (!pause()) {
                return;
            }
        }
    }

    private boolean pause() {
        long until = System.nanoTime() + period.toNanos();
        synchronized (alarm) {
            try {
                while (!woken) {
                    long left = (until - System.nanoTime()) / 1_000_000;
                    if (left <= 0) {
                        break;
                    }
                    alarm.wait(left);
                }
            } catch (InterruptedException e) {
                return false;
            }
            woken = false;
        }
        return true;
    }

    private void succeeded() {
        if (failing != null) {
            LOG.info("{}: works again", name);
            failing = null;
        }
    }

    private void failed(Throwable cause) {
        if (thread == null) {
            return;
        }
        failures.increment();
        String what = cause.getClass().getName();
        if (!what.equals(failing)) {
            if (awayStore(cause)) {
                LOG.warn(
                        "{}: failed, will go on trying: {}", name, rootOf(cause).toString());
            } else {
                LOG.warn("{}: failed, will go on trying", name, cause);
            }
            failing = what;
        }
    }

    /** A store that is away fails every loop at once, and where it was noticed says nothing. */
    private static boolean awayStore(Throwable cause) {
        return cause instanceof RedisException
                || cause instanceof SQLException
                || cause instanceof DataAccessException
                || cause instanceof TransactionException;
    }

    private static Throwable rootOf(Throwable cause) {
        Throwable root = cause;
        for (Throwable next = root.getCause(); next != null; next = next.getCause()) {
            root = next;
        }
        return root;
    }
}
