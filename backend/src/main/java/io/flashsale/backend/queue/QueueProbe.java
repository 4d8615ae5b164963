package io.flashsale.backend.queue;

import io.flashsale.backend.background.Loop;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Finds out that the broker is there, at the start and after the breaker opened. Idle otherwise. */
@Component
final class QueueProbe extends Loop {

    private final OrderQueue queue;

    QueueProbe(OrderQueue queue) {
        super("queue-probe", Duration.ofMillis(250));
        this.queue = queue;
    }

    @Override
    protected void run() {
        if (queue.needsProbe()) {
            queue.probe();
        }
    }
}
