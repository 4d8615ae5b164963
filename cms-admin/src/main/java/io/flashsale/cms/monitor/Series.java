package io.flashsale.cms.monitor;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A line of a chart.
 *
 * @param points time in milliseconds since 1970 and value; moments without a number are left out
 */
record Series(String name, List<double[]> points) {

    private static final Pattern LABEL = Pattern.compile("\\{\\{(\\w+)}}");

    /** From a row of Prometheus's answer, which has one {@code value}, or many {@code values}. */
    static Series of(JsonNode row, String legend) {
        JsonNode labels = row.get("metric");
        String name = LABEL.matcher(legend)
                .replaceAll(match ->
                        Matcher.quoteReplacement(labels.path(match.group(1)).asString("")));
        var points = row.has("value")
                ? List.of(row.get("value"))
                : row.get("values").valueStream().toList();
        return new Series(
                name,
                points.stream()
                        .map(point -> new double[] {
                            point.get(0).asDouble() * 1000, number(point.get(1).asString())
                        })
                        .filter(point -> Double.isFinite(point[1]))
                        .toList());
    }

    private static double number(String text) {
        return text.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }
}
