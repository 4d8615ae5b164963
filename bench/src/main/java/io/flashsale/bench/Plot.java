package io.flashsale.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Figures as dots on one axis, a row each, with a line over their range: an SVG that a browser shows light or dark as its reader has it.
 * As wide as its words want, so that nothing overlaps.
 */
final class Plot {

    enum Shape {
        CIRCLE,
        DIAMOND,
        SQUARE,
        BAR
    }

    enum Kind {
        SEEN("seen"),
        /** Seen while others used the machine. */
        NOISY("noisy"),
        /** What it should be. */
        MARK("mark");

        final String style;

        Kind(String style) {
            this.style = style;
        }
    }

    record Dot(double at, Shape shape, Kind kind) {}

    /** @param figure what stands to the right of it */
    record Row(String name, double lowest, double highest, List<Dot> dots, String figure) {}

    private record Entry(Shape shape, Kind kind, String words) {}

    private static final int AXIS = 440;
    private static final int ROW = 26;
    private static final int TOP = 66;
    private static final double LETTER = 6.7; // of 12 px sans serif, on the wide side

    private static final String STYLE =
            """
            <style>
            text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
            .title { font-size: 15px; font-weight: 600; }
            .quiet { fill: #59636e; }
            .paper { fill: #ffffff; }
            .grid { stroke: #d9dee4; }
            .range { stroke: #0969da; stroke-width: 3; opacity: .35; }
            .seen { fill: #0969da; stroke: #0969da; stroke-width: 1.5; }
            .noisy { fill: #ffffff; stroke: #0969da; stroke-width: 1.5; }
            .mark { fill: none; stroke: #bc4c00; stroke-width: 2; }
            @media (prefers-color-scheme: dark) {
            text { fill: #e6edf3; }
            .quiet { fill: #9198a1; }
            .paper { fill: #0d1117; }
            .grid { stroke: #30363d; }
            .range { stroke: #58a6ff; }
            .seen { fill: #58a6ff; stroke: #58a6ff; }
            .noisy { fill: #0d1117; stroke: #58a6ff; }
            .mark { stroke: #f0883e; }
            }
            </style>
            """;

    private final String title;
    private final String axis;
    private final boolean logarithmic;
    private final List<Row> rows = new ArrayList<>();
    private final List<Entry> legend = new ArrayList<>();
    private final StringBuilder svg = new StringBuilder();

    /** @param axis what the axis counts, with its unit */
    Plot(String title, String axis, boolean logarithmic) {
        this.title = title;
        this.axis = axis;
        this.logarithmic = logarithmic;
    }

    Plot add(Row row) {
        rows.add(row);
        return this;
    }

    /** Explains a sign; what nobody was marked with, nor seen under, needs no explanation. */
    Plot explain(Shape shape, Kind kind, String words) {
        legend.add(new Entry(shape, kind, words));
        return this;
    }

    String svg() {
        double left = 24
                + LETTER * rows.stream().mapToInt(r -> r.name().length()).max().orElse(0);
        double right = 24
                + LETTER
                        * rows.stream().mapToInt(r -> r.figure().length()).max().orElse(0);
        List<Entry> legend = legend();
        double legendWidth = legend.stream().mapToDouble(Plot::width).sum();
        double words = 32 + Math.max(9 * title.length(), legendWidth);
        double width = Math.max(left + AXIS + right, words);
        int bottom = TOP + ROW * rows.size();
        svg.setLength(0);
        put(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %d\" width=\"%.0f\" role=\"img\">",
                width, bottom + 48, width);
        put("<title>%s</title>", escaped(title));
        svg.append(STYLE);
        put("<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>");
        put("<text class=\"title\" x=\"16\" y=\"24\">%s</text>", escaped(title));
        draw(legend);
        Scale scale = scale();
        for (double tick : scale.ticks()) {
            double x = left + scale.at(tick);
            put("<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>", x, TOP - 4, x, bottom + 4);
            put(
                    "<text class=\"quiet\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x, bottom + 18, Scale.text(tick));
        }
        put(
                "<text class=\"quiet\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                left + AXIS / 2.0, bottom + 37, escaped(axis));
        for (int i = 0; i < rows.size(); i++) {
            row(rows.get(i), TOP + ROW * i + ROW / 2.0, left, scale);
        }
        return svg.append("</svg>\n").toString();
    }

    private Scale scale() {
        double highest = rows.stream().mapToDouble(Plot::highest).max().orElse(1);
        double lowest = rows.stream().mapToDouble(Plot::lowest).min().orElse(1);
        return logarithmic ? Scale.logarithmic(lowest, highest, AXIS) : Scale.linear(highest, AXIS);
    }

    private static double highest(Row row) {
        return Math.max(
                row.highest(), row.dots().stream().mapToDouble(Dot::at).max().orElse(0));
    }

    private static double lowest(Row row) {
        return Math.min(
                row.lowest(), row.dots().stream().mapToDouble(Dot::at).min().orElse(Double.MAX_VALUE));
    }

    private List<Entry> legend() {
        return legend.stream()
                .filter(entry -> entry.kind() == Kind.SEEN
                        || rows.stream()
                                .flatMap(row -> row.dots().stream())
                                .anyMatch(dot -> dot.kind() == entry.kind()))
                .toList();
    }

    private void draw(List<Entry> legend) {
        double x = 22;
        for (Entry entry : legend) {
            sign(new Dot(0, entry.shape(), entry.kind()), x, 44);
            put("<text class=\"quiet\" x=\"%.1f\" y=\"48\">%s</text>", x + 10, escaped(entry.words()));
            x += width(entry);
        }
    }

    private static double width(Entry entry) {
        return 30 + LETTER * entry.words().length();
    }

    private void row(Row row, double y, double left, Scale scale) {
        put("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>", left - 12, y + 4, escaped(row.name()));
        put("<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", left, y, left + AXIS, y);
        put(
                "<line class=\"range\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                left + scale.at(row.lowest()), y, left + scale.at(row.highest()), y);
        row.dots().forEach(dot -> sign(dot, left + scale.at(dot.at()), y));
        put("<text class=\"quiet\" x=\"%.1f\" y=\"%.1f\">%s</text>", left + AXIS + 12, y + 4, escaped(row.figure()));
    }

    private void sign(Dot dot, double x, double y) {
        String style = dot.kind().style;
        switch (dot.shape()) {
            case CIRCLE -> put("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>", style, x, y);
            case DIAMOND -> put("<path class=\"%s\" d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\"/>", style, x, y - 5);
            case SQUARE ->
                put("<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\"/>", style, x - 4, y - 4);
            case BAR -> put("<path class=\"%s\" d=\"M%.1f %.1fv18\"/>", style, x, y - 9);
        }
    }

    private void put(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("`", "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
