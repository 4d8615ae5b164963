package io.flashsale.cms.monitor;

import io.flashsale.cms.monitor.Dashboard.Panel;
import io.flashsale.cms.web.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The dashboards of ops/grafana, which the build packs into this service. Nothing else is ever asked of Prometheus. */
@Component
class Dashboards {

    private static final List<String> NAMES = List.of("sale", "edge", "order-path", "dependencies");

    private final List<Dashboard> all = NAMES.stream().map(Dashboards::load).toList();

    List<Dashboard> all() {
        return all;
    }

    Dashboard named(String name) {
        return all.stream()
                .filter(dashboard -> dashboard.name().equals(name))
                .findAny()
                .orElseThrow(() -> Refusal.unknown("UNKNOWN_DASHBOARD", "There is no dashboard of this name."));
    }

    Panel panel(String name, int id) {
        return named(name).panels().stream()
                .filter(panel -> panel.id() == id)
                .findAny()
                .orElseThrow(() -> Refusal.unknown("UNKNOWN_PANEL", "This dashboard has no panel of this number."));
    }

    private static Dashboard load(String name) {
        try (var file = new ClassPathResource("dashboards/" + name + ".json").getInputStream()) {
            return Dashboard.read(name, new JsonMapper().readTree(file));
        } catch (IOException e) {
            throw new UncheckedIOException("the dashboard " + name + " is not in this jar", e);
        }
    }
}
