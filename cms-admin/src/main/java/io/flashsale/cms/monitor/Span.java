package io.flashsale.cms.monitor;

import java.time.Instant;

/**
 * What a chart shows: whole steps up to now, so that the same moments are asked for again.
 *
 * @param from in seconds since 1970, as {@code to}
 * @param step in seconds
 */
record Span(long from, long to, long step) {

    /** As often as Prometheus scrapes; more often there is nothing to see. */
    private static final long SCRAPE_SECONDS = 5;

    /** As many as a chart has room for. */
    private static final long POINTS = 240;

    static Span of(int minutes, Instant now) {
        long seconds = minutes * 60L;
        long step = Math.max(SCRAPE_SECONDS, seconds / POINTS);
        long to = now.getEpochSecond() / step * step;
        return new Span(to - seconds, to, step);
    }

    /** With Grafana's variables filled in by Grafana's rules. */
    String fillIn(String expression, String sku) {
        return expression
                .replace("$__rate_interval", Math.max(4 * SCRAPE_SECONDS, step + SCRAPE_SECONDS) + "s")
                .replace("$__range", to - from + "s")
                .replace("$sku", sku);
    }
}
