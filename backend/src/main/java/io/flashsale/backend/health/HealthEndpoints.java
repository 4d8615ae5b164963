package io.flashsale.backend.health;

import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /livez}: the process answers. {@code /readyz}: it can take orders, or 503 and why not. */
@RestController
final class HealthEndpoints {

    private final Readiness readiness;

    HealthEndpoints(Readiness readiness) {
        this.readiness = readiness;
    }

    @GetMapping("/livez")
    Map<String, Object> alive() {
        return Map.of("live", true);
    }

    @GetMapping("/readyz")
    ResponseEntity<Map<String, Object>> ready() {
        var problems = readiness.problems();
        return ResponseEntity.status(problems.isEmpty() ? 200 : 503)
                .body(Map.of("ready", problems.isEmpty(), "problems", problems));
    }
}
