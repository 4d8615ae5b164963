package io.flashsale.bench;

import static io.flashsale.bench.SeriesTest.named;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {

    private static final Conditions CONDITIONS =
            new Conditions("a machine", List.of("wrk 4"), "abc1234", "0.10 0.10 0.10");

    private final Report report = new Report(new PrintStream(OutputStream.nullOutputStream()));

    @Test
    void the_table_has_what_was_seen_and_what_the_marks_say() {
        accepted();
        assertThat(report.markdown("Benchmark", CONDITIONS).lines())
                .contains(
                        "- commit: abc1234",
                        "- noise: others took at most 2 % of a CPU during a run",
                        "- UNSTEADY: the runs of accepted lie 40 % apart; a mark within the range of the ratios to it is told as “cannot tell”",
                        "| accepted to raw | ≥ 0.60 | 0.50 | 0.40–0.60 | NOT MET |",
                        "| raw send | 10,000/s | 10,000–10,000 |  |  | 0 % | 3 |  |  |",
                        "| accepted | 5,000/s | 4,000–6,000 | 0.50 (0.40–0.60) of raw send | 7,000/s | 1–2 % | 3 | 256 connections | a remark |",
                        "| accepted | 50.0 (49.0–51.0) | 140 (130–150) |",
                        "| accepted | 150.2 | 21.5 | 171.7 |",
                        "| accepted | RESERVED 39,084, BUSY 3 |");
    }

    @Test
    void a_figure_under_noise_is_marked_and_the_noise_said() {
        var limit = named("limit", 100, 100);
        var refusals = new Series("refusals", "");
        refusals.add(85, 0.02);
        refusals.add(85, 0.33);
        report.limit(limit);
        report.besides(refusals, limit);
        report.mark(Mark.worstAtLeast("refusals", refusals, limit, 0.9));
        String text = report.markdown("Benchmark", CONDITIONS);
        assertThat(text).contains("- NOISE: others took more than 10 % of a CPU during 1 of 4 runs, at most 33 %");
        assertThat(text).contains("| refusals | 85/s * |");
        assertThat(report.exitCode()).as("one run was quiet, and it missed").isEqualTo(1);
    }

    @Test
    void the_exit_says_met_missed_or_cannot_tell() {
        assertThat(report.exitCode()).isZero();
        var doubtful = new Series("p99", "", Unit.MILLIS);
        doubtful.add(80, 0.5);
        report.mark(Mark.atMost("p99", doubtful, 50));
        assertThat(report.exitCode()).isEqualTo(3);
        report.mark(new Mark("accepted", 0.1, 0.6));
        assertThat(report.exitCode()).as("what was missed is missed").isEqualTo(1);
    }

    @Test
    void the_json_has_every_run() {
        accepted();
        JsonNode json = JsonMapper.shared().readTree(new Json(report).text("Benchmark", CONDITIONS));
        assertThat(json.at("/conditions/commit").asString()).isEqualTo("abc1234");
        assertThat(json.at("/marks/0/verdict").asString()).isEqualTo("NOT_MET");
        JsonNode accepted = json.at("/series/1");
        assertThat(accepted.at("/values/2").asDouble()).isEqualTo(6000);
        assertThat(accepted.at("/ratios/0").asDouble()).isEqualTo(0.4);
        assertThat(accepted.at("/latencyMillis/p99/1").asDouble()).isEqualTo(140);
        assertThat(accepted.at("/cpuMicrosPerRequest/backend").asDouble()).isEqualTo(150.2);
        assertThat(accepted.at("/codes/BUSY").asLong()).isEqualTo(3);
        assertThat(accepted.at("/offeredPerSecond/0").asDouble()).isEqualTo(7000);
    }

    @Test
    void each_limit_latency_and_growth_have_a_plot_that_the_table_shows(@TempDir Path folder) throws Exception {
        accepted();
        Series small = named("1 SKU", 7.0);
        Series large = named("10,000 SKUs & <more>", 7.2);
        report.limit(small);
        report.growth(large, small);
        report.mark(Mark.atMost("growth", large, small, 1.1));
        Series file = named("a file", 100);
        report.limit(file);
        report.besides(named("a page", 97), file);
        Path table = report.write(folder, "day", "Benchmark", CONDITIONS);
        assertThat(table)
                .content()
                .contains(
                        "![raw send](day-raw-send.svg)",
                        "![latency](day-latency.svg)",
                        "![growth](day-growth.svg)",
                        "![own limits](day-own-limits.svg)");
        assertThat(folder.resolve("day.json")).exists();
        for (String plot : List.of("raw-send", "latency", "growth")) {
            Document svg = xml(folder.resolve("day-" + plot + ".svg"));
            assertThat(svg.getElementsByTagName("circle").getLength()).as(plot).isPositive();
            assertThat(Files.readString(folder.resolve("day-" + plot + ".svg"))).contains("class=\"mark\"");
        }
        assertThat(folder.resolve("day-own-limits.svg"))
                .content()
                .contains("0.97  (97 of 100/s)")
                .doesNotContain(">mark<");
    }

    @Test
    void what_stands_beside_something_that_stands_beside_a_limit_is_in_the_limits_plot() {
        accepted();
        Series raw = report.rows().get(0).series();
        assertThat(report.roots()).containsExactly(raw);
        assertThat(report.besides(raw)).extracting(Series::name).containsExactly("accepted", "persisted");
    }

    private void accepted() {
        Series raw = named("raw send", 10_000, 10_000, 10_000);
        var accepted = new Series("accepted", "256 connections");
        for (int run = 0; run < 3; run++) {
            accepted.add(4000 + 1000 * run, 0.01 + 0.005 * run);
            accepted.offered(7000);
            accepted.codes(Map.of("RESERVED", 13_028L, "BUSY", 1L));
            accepted.cpu(Map.of("backend", 150.2));
            accepted.cpu(Map.of("redis", 21.5));
            accepted.latency(Map.of(50.0, 49.0 + run, 99.0, 130.0 + 10 * run));
        }
        accepted.note("a remark");
        Series persisted = named("persisted", 4000, 5000, 6000);
        report.limit(raw);
        report.besides(accepted, raw);
        report.besides(persisted, accepted);
        report.mark(Mark.atLeast("accepted to raw", accepted, raw, 0.6));
        report.mark(Mark.atMost("p99", accepted.percentile(99), 50));
    }

    private static Document xml(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(Files.readString(file).getBytes(StandardCharsets.UTF_8)));
    }
}
