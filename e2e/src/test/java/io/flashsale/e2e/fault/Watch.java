package io.flashsale.e2e.fault;

import io.flashsale.e2e.client.Installation;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Asks the parts' {@code /readyz} over and over, as whoever watches a system does. */
final class Watch implements AutoCloseable {

    private static final List<String> PARTS = List.of("EDGE", "BACKEND", "CONSUMER");
    private static final long EVERY_MS = 50;
    /** What does not say in this time that it is ready, is not. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** One answer, or its absence. {@code at} is when it was known. */
    record Look(Instant at, String part, boolean ready) {}

    private final Installation installation;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final ScheduledExecutorService watchers = Executors.newScheduledThreadPool(PARTS.size());
    private final List<Look> looks = new ArrayList<>();

    Watch(Installation installation) {
        this.installation = installation;
    }

    void start() {
        for (String part : PARTS) {
            watchers.scheduleWithFixedDelay(() -> look(part), 0, EVERY_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** The first look after this moment that found a part not ready. */
    Optional<Look> firstNotReady(Instant since) {
        synchronized (looks) {
            return looks.stream()
                    .filter(look -> !look.ready() && look.at().isAfter(since))
                    .min(java.util.Comparator.comparing(Look::at));
        }
    }

    /** The last look that found a part not ready. */
    Optional<Look> lastNotReady() {
        synchronized (looks) {
            return looks.stream().filter(look -> !look.ready()).max(java.util.Comparator.comparing(Look::at));
        }
    }

    /** Until all parts say again that they are ready. */
    void awaitReady() {
        Awaitility.await("all parts are ready again")
                .atMost(Duration.ofSeconds(60))
                .until(() -> PARTS.stream().allMatch(this::ready));
    }

    private void look(String part) {
        boolean ready = ready(part);
        synchronized (looks) {
            looks.add(new Look(Instant.now(), part.toLowerCase(java.util.Locale.ROOT), ready));
        }
    }

    private boolean ready(String part) {
        URI url = installation.url(part, "/readyz");
        try {
            return client.send(HttpRequest.newBuilder(url).timeout(PATIENCE).build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException away) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        watchers.shutdownNow();
    }
}
