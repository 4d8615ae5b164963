package io.flashsale.e2e.client;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/**
 * How often Redis, MySQL and the broker were asked since they started, as they count it themselves. Only the number of sends is the
 * backend's own word, since the broker counts messages: the two together say how many a send carries.
 */
public final class Meters implements AutoCloseable {

    private static final String TOPIC = "flashsale-orders";

    public enum Kind {
        /** Times that Redis read from a connection: a pipeline is one. */
        REDIS_ROUND_TRIPS,
        /** FCALL: functions that may write. Their names Redis does not count. */
        REDIS_CALLS,
        /** All commands, those inside functions included. */
        REDIS_COMMANDS,
        SELECTS,
        /** INSERT … VALUES and INSERT … SELECT. */
        INSERTS,
        UPDATES,
        COMMITS,
        /** All that clients sent to MySQL, SET and COMMIT included. */
        STATEMENTS,
        MESSAGES,
        SENDS
    }

    public record Reading(long nanos, Map<Kind, Long> counts) {

        /** How many a second since an earlier reading. */
        public Map<Kind, Double> rates(Reading before) {
            Map<Kind, Double> rates = new EnumMap<>(Kind.class);
            double seconds = (nanos - before.nanos) / 1e9;
            counts.forEach((kind, count) -> rates.put(kind, (count - before.count(kind)) / seconds));
            return rates;
        }

        /** How many for each of so many requests since an earlier reading, less what goes on by itself. */
        public Map<Kind, Double> each(int requests, Reading before, Map<Kind, Double> idle) {
            Map<Kind, Double> each = new EnumMap<>(Kind.class);
            double seconds = (nanos - before.nanos) / 1e9;
            counts.forEach((kind, count) ->
                    each.put(kind, (count - before.count(kind) - seconds * idle.getOrDefault(kind, 0.0)) / requests));
            return each;
        }

        private long count(Kind kind) {
            return counts.getOrDefault(kind, 0L);
        }
    }

    private final Installation installation;
    private final Stores stores;
    private final DefaultLitePullConsumer broker;

    public Meters(Installation installation, Stores stores) {
        this.installation = installation;
        this.stores = stores;
        this.broker = new DefaultLitePullConsumer("e2e-meters-" + System.nanoTime());
        broker.setNamesrvAddr("127.0.0.1:" + installation.port("NAMESRV"));
        broker.setInstanceName(broker.getConsumerGroup());
        try {
            broker.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("no broker to ask", e);
        }
    }

    public Reading read() {
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        String redis = stores.redis().info("all");
        counts.put(Kind.REDIS_ROUND_TRIPS, number(redis, "total_reads_processed:(\\d+)"));
        counts.put(Kind.REDIS_CALLS, number(redis, "cmdstat_fcall:calls=(\\d+)"));
        counts.put(Kind.REDIS_COMMANDS, number(redis, "total_commands_processed:(\\d+)"));
        stores.query("SHOW GLOBAL STATUS", r -> Map.entry(r.getString(1), r.getString(2)))
                .forEach(variable -> {
                    Kind kind =
                            switch (variable.getKey()) {
                                case "Com_select" -> Kind.SELECTS;
                                case "Com_insert", "Com_insert_select" -> Kind.INSERTS;
                                case "Com_update" -> Kind.UPDATES;
                                case "Com_commit" -> Kind.COMMITS;
                                case "Questions" -> Kind.STATEMENTS;
                                default -> null;
                            };
                    if (kind != null) {
                        counts.merge(kind, Long.valueOf(variable.getValue()), Long::sum);
                    }
                });
        counts.put(Kind.MESSAGES, messages());
        counts.put(Kind.SENDS, sends());
        return new Reading(System.nanoTime(), counts);
    }

    /** What goes on by itself, as rates of so long a time. */
    public Map<Kind, Double> idle(Duration span) {
        Reading before = read();
        Awaitility.await().pollDelay(span).timeout(span.plusSeconds(5)).until(() -> true);
        return read().rates(before);
    }

    /** The ends of the topic's queues together. */
    private long messages() {
        long sum = 0;
        try {
            for (MessageQueue queue : broker.fetchMessageQueues(TOPIC)) {
                sum += broker.offsetForTimestamp(
                        queue, System.currentTimeMillis() + Duration.ofDays(1).toMillis());
            }
        } catch (MQClientException e) {
            throw new IllegalStateException("the broker does not say how many messages it has", e);
        }
        return sum;
    }

    private long sends() {
        String metrics =
                Http.send("GET", installation.url("BACKEND", "/metrics"), null).body();
        List<Long> byOutcome = Pattern.compile("(?m)^flashsale_queue_send_seconds_count\\{[^}]*} ([\\d.E]+)")
                .matcher(metrics)
                .results()
                .map(m -> (long) Double.parseDouble(m.group(1)))
                .toList();
        if (byOutcome.isEmpty()) {
            throw new IllegalStateException("the backend does not count its sends: " + metrics);
        }
        return byOutcome.stream().mapToLong(Long::longValue).sum();
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + pattern + " in " + text);
        }
        return Long.parseLong(matcher.group(1));
    }

    @Override
    public void close() {
        broker.shutdown();
    }
}
