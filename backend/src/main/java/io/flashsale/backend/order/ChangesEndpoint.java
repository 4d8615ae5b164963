package io.flashsale.backend.order;

import io.flashsale.backend.order.BuyerOrderMapper.Change;
import io.flashsale.backend.web.Bulkhead;
import io.flashsale.backend.web.Refusal;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code POST /internal/changes}: an array of buyers in, for each of them with orders a text that is another one when one of them has
 * changed. By it the edge tells pages when to ask; it says nothing of the orders themselves.
 */
@RestController
final class ChangesEndpoint {

    private static final int MOST_BUYERS = 1000;

    private final BuyerOrderMapper orders;
    // Every edge asks twice a second, each of its workers by itself; who finds no place asks again, and holds no thread
    // until then.
    private final Bulkhead reading = new Bulkhead(2, Duration.ZERO, "order");
    private final DistributionSummary asked;

    ChangesEndpoint(BuyerOrderMapper orders, MeterRegistry registry) {
        this.orders = orders;
        this.asked = DistributionSummary.builder("flashsale_backend_changes_buyers")
                .description("Buyers that an edge asks about at once, for whose pages it waits.")
                .register(registry);
    }

    @PostMapping(path = "/internal/changes", consumes = MediaType.APPLICATION_JSON_VALUE)
    Map<String, String> changes(@RequestBody List<String> buyers) {
        if (buyers.isEmpty()) {
            return Map.of();
        }
        if (buyers.size() > MOST_BUYERS || buyers.stream().anyMatch(id -> id == null || !id.matches("[\\w-]{1,64}"))) {
            throw Refusal.badRequest("body", "must be an array of at most " + MOST_BUYERS + " ids");
        }
        asked.record(buyers.size());
        return reading.call(() -> orders.changes(buyers)).stream()
                .collect(Collectors.toMap(Change::userId, change -> change.orders() + "-" + change.last()));
    }
}
