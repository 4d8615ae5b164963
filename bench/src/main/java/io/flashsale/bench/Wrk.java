package io.flashsale.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** wrk with bench/wrk/buy.lua. */
record Wrk(Path script, int threads, int connections, Cpus cpus) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** {@code codes} is empty unless they were counted. Latencies in microseconds. */
    record Result(
            double perSecond, long requests, long broken, long p50, long p99, long p999, Map<String, Long> codes) {

        /** In milliseconds, for {@link Series#latency}. */
        Map<Double, Double> latency() {
            return Map.of(50.0, p50 / 1e3, 99.0, p99 / 1e3, 99.9, p999 / 1e3);
        }

        double perSecond(String code) {
            return perSecond * codes.getOrDefault(code, 0L) / Math.max(1, requests);
        }

        double share(String... of) {
            long sum = 0;
            for (String code : of) {
                sum += codes.getOrDefault(code, 0L);
            }
            return (double) sum
                    / Math.max(
                            1,
                            codes.values().stream().mapToLong(Long::longValue).sum());
        }
    }

    Result run(int port, Path bodies, double seconds, boolean count) {
        List<String> command = new ArrayList<>(cpus.generator());
        command.addAll(List.of(
                "wrk",
                "-t" + threads,
                "-c" + connections,
                "-d" + (long) Math.ceil(seconds) + "s",
                "--timeout",
                "5s",
                "-s",
                script.toString(),
                "http://127.0.0.1:" + port + "/buy",
                "--",
                bodies.toString()));
        if (count) {
            command.add("count");
        }
        Noise noise = Noise.begin();
        String output = Commands.require(command, Map.of());
        noise.end();
        String line = output.lines()
                .filter(l -> l.startsWith("RESULT "))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("wrk said nothing:\n" + output));
        JsonNode r = JSON.readTree(line.substring("RESULT ".length()));
        Map<String, Long> codes = new HashMap<>();
        r.get("codes")
                .properties()
                .forEach(e -> codes.put(e.getKey(), e.getValue().asLong()));
        long requests = r.get("requests").asLong();
        return new Result(
                requests / (r.get("micros").asDouble() / 1e6),
                requests,
                r.get("broken").asLong(),
                r.get("p50").asLong(),
                r.get("p99").asLong(),
                r.get("p999").asLong(),
                codes);
    }
}
