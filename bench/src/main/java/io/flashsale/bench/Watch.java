package io.flashsale.bench;

import io.flashsale.e2e.checker.Sample;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Reads an item's counters in MySQL every so often, in a thread of its own, until it is closed. */
final class Watch implements AutoCloseable {

    private static final String COUNTERS =
            "SELECT published, available, held, sold FROM promo_item WHERE sku = ? ORDER BY id DESC LIMIT 1";

    private final String sku;
    private final Connection connection;
    private final List<Sample> samples = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;

    Watch(Target target, String sku, Duration every) {
        this.sku = sku;
        this.connection = target.mysql("operator");
        this.thread = new Thread(
                () -> {
                    while (!closed) {
                        read();
                        LockSupport.parkNanos(every.toNanos());
                    }
                },
                "watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Reads once more: every order here is for one unit, so the units held are the orders that are rows. */
    synchronized long held() {
        read();
        return samples.get(samples.size() - 1).held();
    }

    /** Orders that became rows per second, from the first that was seen to the last. */
    synchronized double heldPerSecond() {
        Sample last = samples.get(samples.size() - 1);
        Sample first = last;
        Sample full = last;
        for (int i = samples.size() - 1; i >= 0 && samples.get(i).held() > 0; i--) {
            first = samples.get(i);
            full = first.held() == last.held() ? first : full;
        }
        return (full.held() - first.held())
                / (Duration.between(first.at(), full.at()).toNanos() / 1e9);
    }

    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }

    private synchronized void read() {
        if (closed) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(COUNTERS)) {
            statement.setString(1, sku);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                samples.add(new Sample(
                        Instant.now(), "mysql", sku, row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the counters of " + sku, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        synchronized (this) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
