package io.flashsale.cms.monitor;

import io.flashsale.cms.monitor.Dashboard.Word;
import io.flashsale.cms.web.Refusal;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * {@code GET /monitor/{dashboard}}: a page that asks for each of its panels by number. What a panel asks of Prometheus stands in its
 * dashboard; of a request come only the item and how far to look back.
 */
@Controller
class MonitorController {

    private static final List<Integer> MINUTES = List.of(5, 15, 60, 360, 1440);
    private static final Pattern SKU = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String ALL = ".*";

    private final Dashboards dashboards;
    private final Prometheus prometheus;
    private final Clock clock;

    MonitorController(Dashboards dashboards, Prometheus prometheus, Clock clock) {
        this.dashboards = dashboards;
        this.prometheus = prometheus;
        this.clock = clock;
    }

    /**
     * What to draw in a panel.
     *
     * @param from in milliseconds since 1970, as {@code to}
     */
    record Drawing(
            String kind,
            String unit,
            @Nullable Double limit,
            @Nullable String otherwise,
            Map<String, Word> words,
            long from,
            long to,
            List<Series> series) {}

    @GetMapping("/monitor")
    String first() {
        return "redirect:/monitor/" + dashboards.all().get(0).name();
    }

    @GetMapping("/monitor/{dashboard}")
    String page(
            @PathVariable("dashboard") String name,
            @RequestParam(name = "sku", defaultValue = "") String sku,
            @RequestParam(name = "minutes", defaultValue = "15") int minutes,
            Model model) {
        var dashboard = dashboards.named(name);
        check(sku, minutes);
        model.addAttribute("dashboards", dashboards.all());
        model.addAttribute("dashboard", dashboard);
        model.addAttribute("spans", MINUTES);
        model.addAttribute("minutes", minutes);
        model.addAttribute("sku", sku);
        try {
            model.addAttribute("skus", prometheus.skus(Span.of(minutes, clock.instant())));
        } catch (Refusal away) {
            model.addAttribute("skus", List.of());
            model.addAttribute("problem", away.problem().detail());
        }
        return "monitor";
    }

    @GetMapping("/monitor/{dashboard}/panels/{panel}")
    @ResponseBody
    Drawing panel(
            @PathVariable("dashboard") String name,
            @PathVariable("panel") int id,
            @RequestParam(name = "sku", defaultValue = "") String sku,
            @RequestParam(name = "minutes", defaultValue = "15") int minutes) {
        var panel = dashboards.panel(name, id);
        check(sku, minutes);
        var span = Span.of(minutes, clock.instant());
        return new Drawing(
                panel.kind(),
                panel.unit(),
                panel.limit(),
                panel.otherwise(),
                panel.words(),
                span.from() * 1000,
                span.to() * 1000,
                panel.queries().stream()
                        .flatMap(query -> prometheus.ask(query, span, sku.isEmpty() ? ALL : sku).stream())
                        .toList());
    }

    private static void check(String sku, int minutes) {
        if (!sku.isEmpty() && !SKU.matcher(sku).matches()) {
            throw Refusal.badRequest("sku", "must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        if (!MINUTES.contains(minutes)) {
            throw Refusal.badRequest("minutes", "must be one of " + MINUTES);
        }
    }
}
