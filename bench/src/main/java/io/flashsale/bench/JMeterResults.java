package io.flashsale.bench;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Attempt.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** What JMeter wrote down of one run of a plan by {@code jmeter/run}: a line for each request. */
final class JMeterResults {

    private static final String BUY = "POST /buy";
    private static final String NONE = "NONE";

    private final List<CSVRecord> lines;

    private JMeterResults(List<CSVRecord> lines) {
        this.lines = lines;
    }

    static JMeterResults read(Path file) {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (var parser = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
            return new JMeterResults(parser.getRecords());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    int size() {
        return lines.size();
    }

    /** Requests whose answer an assertion of the plan did not let pass, or that got none. */
    long wrong() {
        return lines.stream()
                .filter(line -> line.get("success").equals("false"))
                .count();
    }

    /** Answered requests, from the first that left until the last was answered. */
    double perSecond() {
        long began = lines.stream().mapToLong(JMeterResults::began).min().orElse(0);
        long ended = lines.stream().mapToLong(JMeterResults::ended).max().orElse(0);
        return lines.size() * 1e3 / Math.max(1, ended - began);
    }

    Latencies latencies() {
        return new Latencies(lines.stream().mapToLong(line -> Long.parseLong(line.get("elapsed")) * 1_000_000));
    }

    /** How many buys bore each code, and how many of the others each status. */
    Map<String, Long> codes() {
        Map<String, Long> codes = new TreeMap<>();
        lines.forEach(line -> codes.merge(isBuy(line) ? line.get("code") : line.get("responseCode"), 1L, Long::sum));
        return codes;
    }

    /** The buys, as the checker reads them. */
    List<Attempt> attempts(String sku) {
        return IntStream.range(0, lines.size())
                .filter(i -> isBuy(lines.get(i)))
                .mapToObj(i -> attempt(i, sku, lines.get(i)))
                .toList();
    }

    private static Attempt attempt(int number, String sku, CSVRecord line) {
        return new Attempt(
                number,
                line.get("userID"),
                Integer.parseInt(line.get("userLevel")),
                sku,
                1,
                line.get("requestID"),
                Instant.ofEpochMilli(began(line)),
                outcome(line));
    }

    private static Outcome outcome(CSVRecord line) {
        Instant at = Instant.ofEpochMilli(ended(line));
        String status = line.get("responseCode"); // or what broke, in words
        if (!status.matches("\\d{3}")) {
            return new Outcome.Lost(at, status);
        }
        return new Outcome.Answered(at, Integer.parseInt(status), found(line, "code"), found(line, "orderID"));
    }

    /** What the plan's extractor found in the answer. */
    private static @Nullable String found(CSVRecord line, String variable) {
        String value = line.get(variable);
        return value.equals(NONE) ? null : value;
    }

    private static boolean isBuy(CSVRecord line) {
        return line.get("label").equals(BUY);
    }

    private static long began(CSVRecord line) {
        return Long.parseLong(line.get("timeStamp"));
    }

    private static long ended(CSVRecord line) {
        return began(line) + Long.parseLong(line.get("elapsed"));
    }
}
