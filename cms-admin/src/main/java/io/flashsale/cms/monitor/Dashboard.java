package io.flashsale.cms.monitor;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A dashboard of Grafana's, as much of it as is drawn here.
 *
 * @param name of its file, and in the page's address
 * @param bySku whether an item can be chosen
 */
record Dashboard(String name, String title, String description, boolean bySku, List<Panel> panels) {

    /**
     * @param kind {@code timeseries}; {@code stat}, the last numbers; or {@code bargauge}
     * @param width of 24 columns
     * @param unit by Grafana's name
     * @param limit from which on somebody should look
     * @param otherwise what to say where there is no number
     * @param words what to say in place of a number
     */
    record Panel(
            int id,
            String kind,
            String title,
            String description,
            int width,
            int height,
            String unit,
            @Nullable Double limit,
            @Nullable String otherwise,
            Map<String, Word> words,
            List<Query> queries) {}

    record Word(String text, String color) {}

    /**
     * @param legend the name of a series, with labels as {@code {{label}}}; may be empty
     * @param instant asked for now, not for each moment
     */
    record Query(String expression, String legend, boolean instant) {}

    static Dashboard read(String name, JsonNode json) {
        return new Dashboard(
                name,
                json.get("title").asString(),
                json.get("description").asString(),
                json.has("templating"),
                json.get("panels").valueStream().map(Dashboard::panel).toList());
    }

    private static Panel panel(JsonNode json) {
        JsonNode place = json.get("gridPos");
        JsonNode defaults = json.get("fieldConfig").get("defaults");
        JsonNode limit = defaults.at("/thresholds/steps/1/value");
        return new Panel(
                json.get("id").asInt(),
                json.get("type").asString(),
                json.get("title").asString(),
                json.path("description").asString(""),
                place.get("w").asInt(),
                place.get("h").asInt(),
                defaults.get("unit").asString(),
                limit.isMissingNode() ? null : limit.asDouble(),
                defaults.path("noValue").asString(null),
                words(defaults.at("/mappings/0/options")),
                json.get("targets").valueStream().map(Dashboard::query).toList());
    }

    private static Map<String, Word> words(JsonNode options) {
        return options.propertyStream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        option -> new Word(
                                option.getValue().get("text").asString(),
                                option.getValue().get("color").asString())));
    }

    private static Query query(JsonNode json) {
        return new Query(
                json.get("expr").asString(),
                json.path("legendFormat").asString(""),
                json.path("instant").asBoolean(false));
    }
}
