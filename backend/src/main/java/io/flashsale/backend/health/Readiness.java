package io.flashsale.backend.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** All conditions together. */
@Component
public final class Readiness {

    private final List<Condition> conditions;

    Readiness(List<Condition> conditions, MeterRegistry meters) {
        this.conditions = conditions;
        for (Condition condition : conditions) {
            Gauge.builder("flashsale_condition", condition, one -> one.problem() == null ? 1 : 0)
                    .description("1 where what must hold for orders to be taken does hold")
                    .tag("condition", condition.name())
                    .register(meters);
        }
    }

    /** Why orders cannot be taken, by condition; empty when they can. */
    public Map<String, String> problems() {
        var problems = new LinkedHashMap<String, String>();
        for (Condition condition : conditions) {
            String problem = condition.problem();
            if (problem != null) {
                problems.put(condition.name(), problem);
            }
        }
        return problems;
    }

    public boolean ready() {
        for (Condition condition : conditions) {
            if (condition.problem() != null) {
                return false;
            }
        }
        return true;
    }
}
