package io.flashsale.backend.account;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.config.Secrets;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The session keys as their file has them: it is read each second, so that keys are changed while this runs. A file that is wrong changes
 * nothing, and the log says what is wrong with it.
 */
@Component
final class KeyRing extends Loop implements Supplier<SessionKeys> {

    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

    private final Secrets secrets;
    private final MultiGauge known;
    private List<String> lines;
    private volatile SessionKeys keys;

    KeyRing(Secrets secrets, MeterRegistry meters) {
        super("key-ring", Duration.ofSeconds(1));
        this.secrets = secrets;
        this.known = MultiGauge.builder("flashsale_session_keys")
                .description("keys of session tokens that are known, and whether it is the one that signs")
                .register(meters);
        this.lines = secrets.readSessionKeys();
        this.keys = SessionKeys.parse(lines);
        show();
    }

    /** The same object until they change. */
    @Override
    public SessionKeys get() {
        return keys;
    }

    @Override
    protected void run() {
        List<String> now = secrets.readSessionKeys();
        if (now.equals(lines)) {
            return;
        }
        keys = SessionKeys.parse(now);
        lines = now;
        show();
        LOG.info(
                "session keys: {} signs, {} verify",
                keys.signingId(),
                keys.byId().keySet());
    }

    private void show() {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (String kid : keys.byId().keySet()) {
            boolean signs = kid.equals(keys.signingId());
            rows.add(MultiGauge.Row.of(Tags.of("kid", kid, "signs", Boolean.toString(signs)), 1));
        }
        known.register(rows, true);
    }
}
