package io.flashsale.backend.control;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.health.Readiness;
import io.flashsale.backend.stock.Catalogue;
import io.flashsale.backend.stock.RedisLink;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Five times a second tells the edges, by {@code fs:control beat}, that orders can be taken. When it stops for a second they
 * answer BUSY before they take anything. The first beat in a Redis process says, too, that its catalogue is MySQL's. No answer of Redis is a missed beat, not a reason to beat twice.
 */
@Component
final class Beat extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(Beat.class);

    private final Readiness readiness;
    private final RedisLink link;
    private final Catalogue catalogue;
    private boolean beating;

    Beat(Readiness readiness, RedisLink link, Catalogue catalogue, MeterRegistry meters) {
        super("beat", Duration.ofMillis(200));
        this.readiness = readiness;
        this.link = link;
        this.catalogue = catalogue;
        Gauge.builder("flashsale_ready", readiness, ready -> ready.ready() ? 1 : 0)
                .description("1 while this backend tells the edges that orders can be taken")
                .register(meters);
    }

    @Override
    protected void run() {
        var problems = readiness.problems();
        if (beating != problems.isEmpty()) {
            beating = problems.isEmpty();
            if (beating) {
                LOG.info("orders can be taken");
            } else {
                LOG.warn("no orders can be taken: {}", problems);
            }
        }
        if (beating) {
            catalogue.prove();
            RedisLink.await(link.commands().hincrby("fs:control", "beat", 1));
        }
    }
}
