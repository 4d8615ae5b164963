package io.flashsale.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A report for programs: every figure of every run. What was not measured is null. */
final class Json {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Report report;

    Json(Report report) {
        this.report = report;
    }

    String text(String title, Conditions conditions) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("title", title);
        root.put("conditions", conditions);
        root.put("marks", report.marks().stream().map(Json::mark).toList());
        root.put("series", report.rows().stream().map(Json::series).toList());
        return MAPPER.writeValueAsString(root) + "\n";
    }

    private static Map<String, Object> mark(Mark m) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", m.name());
        map.put(m.most() ? "atMost" : "atLeast", m.bound());
        map.put("unit", m.unit());
        map.put("seen", m.seen());
        map.put("range", List.of(m.lowest(), m.highest()));
        map.put("verdict", m.verdict());
        return map;
    }

    private static Map<String, Object> series(Report.Row row) {
        Series s = row.series();
        Series limit = row.limit();
        boolean measured = !s.values().isEmpty();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", s.name());
        map.put("conditions", s.conditions());
        map.put("unit", s.unit());
        map.put("median", measured ? s.median() : null);
        map.put("values", s.values());
        map.put("othersCpus", s.noise().stream().map(n -> n.isNaN() ? null : n).toList());
        map.put("limit", limit == null ? null : limit.name());
        map.put("ratios", limit == null ? null : s.ratios(limit).values());
        map.put("offeredPerSecond", s.offered());
        Map<String, Object> latency = new LinkedHashMap<>();
        s.percentiles().forEach(p -> latency.put(Series.p(p), s.percentile(p).values()));
        map.put("latencyMillis", latency);
        map.put("cpuMicrosPerRequest", s.cpu());
        map.put("codes", s.codes());
        map.put("note", s.note());
        return map;
    }
}
