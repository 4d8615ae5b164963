package io.flashsale.cms.text;

import io.flashsale.cms.cdn.CdnPublisher;
import io.flashsale.cms.cdn.ContentName;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sees to it that shoppers can fetch what is said of promos, as files whose names are made of what is in them: within some seconds of a promo that was
 * approved or published, and within a minute those that are gone. No page is told of one before it is there.
 */
@Component
class Texts {

    private static final Logger log = LoggerFactory.getLogger(Texts.class);

    private static final int A_ROUND = 50;

    private final TextMapper mapper;
    private final CdnPublisher cdn;
    private final JsonMapper json;
    private volatile boolean failing;

    /** Of its own: a store that is silent must hold up nothing else. */
    private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "texts");
        thread.setDaemon(true);
        return thread;
    });

    Texts(TextMapper mapper, CdnPublisher cdn, JsonMapper json) {
        this.mapper = mapper;
        this.cdn = cdn;
        this.json = json;
    }

    @PostConstruct
    void start() {
        if (cdn.isThere()) {
            clockwork.scheduleWithFixedDelay(this::publishNew, 1, 2, TimeUnit.SECONDS);
            clockwork.scheduleWithFixedDelay(this::putBack, 5, 60, TimeUnit.SECONDS);
        }
    }

    @PreDestroy
    void stop() {
        clockwork.shutdownNow();
    }

    void publishNew() {
        round(() -> mapper.unpublished(A_ROUND));
    }

    void putBack() {
        round(mapper::shown);
    }

    /** Ends with the first that cannot be put there: the next would wait for the same. */
    private void round(Supplier<List<TextMapper.Described>> rows) {
        try {
            for (TextMapper.Described row : rows.get()) {
                publish(row);
                failing = false;
            }
        } catch (IOException | RuntimeException fault) {
            if (!failing) { // once, until it works again
                log.warn(
                        "what is said of promos could not be put where shoppers fetch it, and will be tried again",
                        fault);
            }
            failing = true;
        }
    }

    private void publish(TextMapper.Described row) throws IOException {
        PromoText text = PromoText.of(row.description(), row.descriptionZh(), row.descriptionEn());
        if (text.isEmpty()) {
            mapper.published(row.id(), "");
            return;
        }
        byte[] bytes = json.writeValueAsString(text).getBytes(StandardCharsets.UTF_8);
        String name = ContentName.of(bytes);
        cdn.put("media/" + name + ".json", "application/json", bytes); // what is there is left as it is
        if (!name.equals(row.name())) {
            mapper.published(row.id(), name);
        }
    }
}
