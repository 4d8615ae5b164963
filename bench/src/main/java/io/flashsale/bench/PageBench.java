package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What reading costs: the storefront's page and the live state of an item and a promo, next to nginx that serves the same bytes from a file. */
final class PageBench {

    private static final double PAGE = 0.95;
    private static final double API = 0.85;

    private record Read(double atLeast, String path, Series series, Series limit) {}

    private final Target target;
    private final Plan plan;
    private final Report report;
    private final Rig rig;

    PageBench(Target target, Plan plan, Report report, Rig rig) {
        this.target = target;
        this.plan = plan;
        this.report = report;
        this.rig = rig;
    }

    void run() {
        String sku = "SHOWN-" + plan.id();
        target.publish(sku, 1000);
        long skus = Pattern.compile("\"sku\":")
                .matcher(Edge.get(target.port("EDGE"), "/api/promos").body())
                .results()
                .count();
        Path files = target.root().resolve("target/bench-files");
        List<Read> reads = List.of(
                read("the storefront's page", PAGE, "/", files, "index.html", skus),
                read("`GET /api/items/{sku}`", API, "/api/items/" + sku, files, "api/items/" + sku, skus),
                read(
                        "`GET /api/promos/{id}`",
                        API,
                        promo(sku),
                        files,
                        promo(sku).substring(1),
                        skus));
        try (Nginx plain = PlainNginx.serving(target.root(), files, rig.cpus());
                Nginx edge = Edge.beside(target, rig.cpus()).start(Map.of())) {
            for (int run = 1; run <= plan.edge().runs(); run++) {
                report.say(
                        "pages and live state, run %d of %d", run, plan.edge().runs());
                for (Read read : reads) {
                    measure(plain, read.path(), read.limit());
                    measure(edge, read.path(), read.series());
                }
            }
        }
        for (Read read : reads) {
            report.limit(read.limit());
            report.besides(read.series(), read.limit());
            report.mark(Mark.atLeast(
                    read.series().name() + " to the same bytes from a file",
                    read.series(),
                    read.limit(),
                    read.atLeast()));
        }
    }

    /** Lays down what the edge answers as a file. */
    private Read read(String name, double atLeast, String path, Path files, String file, long skus) {
        String body = Edge.get(target.port("EDGE"), path).body();
        try {
            Path copy = files.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.writeString(copy, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String conditions = rig.conditions(
                String.format(Locale.ROOT, ", %,d bytes, %d SKUs on sale", body.getBytes(UTF_8).length, skus));
        return new Read(
                atLeast, path, new Series(name, conditions), new Series("a file instead of " + name, conditions));
    }

    private void measure(Nginx nginx, String path, Series series) {
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").getBytes(US_ASCII);
        var load = new Rig.Load(into -> into.put(request), "200");
        rig.warmUp(nginx, load);
        series.add(rig.measure(nginx, load, series).perSecond());
    }

    private String promo(String sku) {
        return "/api/promos/" + target.item(sku).promo();
    }
}
