package io.flashsale.backend.stock;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.stock.ItemMapper.Effect;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Carries what MySQL owes Redis, in order of id, and marks it. Any number of backends may do it at once and any of them may
 * die in between: an effect that comes twice, or after a rebuild that had it already, is answered by the function library.
 */
@Component
final class EffectCarrier extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(EffectCarrier.class);

    private final ItemMapper items;
    private final StockFunctions functions;
    private final RedisLink link;
    private final Catalogue catalogue;
    private final Rebuild rebuild;
    private final JsonMapper json;
    private final long keptSeconds;

    EffectCarrier(
            ItemMapper items,
            StockFunctions functions,
            RedisLink link,
            Catalogue catalogue,
            Rebuild rebuild,
            JsonMapper json,
            Settings settings) {
        super("effect-carrier", Duration.ofMillis(100));
        this.items = items;
        this.functions = functions;
        this.link = link;
        this.catalogue = catalogue;
        this.rebuild = rebuild;
        this.json = json;
        this.keptSeconds = settings.stock().kept().toSeconds();
    }

    record Payload(
            @Nullable String orderId,
            @Nullable Long total,
            @Nullable Long restocked,
            @Nullable String state,
            @Nullable Long opens,
            @Nullable Long closes) {}

    private record Call(Effect effect, RedisFuture<Object> answer) {}

    @Override
    protected void run() {
        var waiting = new HashSet<Long>();
        List<Effect> due;
        do {
            due = items.dueEffects(StockFunctions.MAX_BATCH, waiting);
            int before = waiting.size();
            int carried = due.isEmpty() ? 0 : carry(due, waiting);
            if (carried == 0 && waiting.size() == before) {
                return;
            }
            // An item that is being rebuilt must not hold up the effects of the others behind it.
        } while (!due.isEmpty());
    }

    /** @return how many are done with; items whose effects must wait are added to {@code waiting} */
    private int carry(List<Effect> due, Set<Long> waiting) {
        var calls = new ArrayList<Call>(due.size());
        var done = new ArrayList<Long>(due.size());
        boolean shown = false;
        for (Effect effect : due) {
            List<String> arguments = arguments(effect);
            if (arguments == null) {
                String result = rebuilt(effect);
                if (result.equals("WAIT")) {
                    waiting.add(effect.promoItemId());
                } else {
                    done.add(effect.id());
                }
                count(effect, result);
                continue;
            }
            calls.add(new Call(effect, functions.apply(keys(effect), effect.version(), effect.kind(), arguments)));
        }
        for (Call call : calls) {
            Effect effect = call.effect();
            String result = answer(call);
            count(effect, result);
            switch (result) {
                case "APPLIED", "ALREADY", "IGNORED" -> {
                    done.add(effect.id());
                    shown |= effect.kind().equals("STATE") || effect.kind().equals("TOP_UP");
                }
                case "NOT_READY" -> waitFor(effect, waiting, done);
                default -> {
                    LOG.warn(
                            "effect {} ({} of item {}) is {} in Redis: the item will be rebuilt",
                            effect.id(),
                            effect.kind(),
                            effect.promoItemId(),
                            result);
                    functions.revoke(effect.promoItemId(), effect.epoch());
                    rebuild.wake();
                    waiting.add(effect.promoItemId());
                }
            }
        }
        if (shown) {
            catalogue.refresh();
        }
        if (!done.isEmpty()) {
            items.markApplied(done);
        }
        return done.size();
    }

    /** An effect that the library in Redis does not know, since it is an older one, is carried by a rebuild, which brings its own. */
    private static String answer(Call call) {
        try {
            return (String) RedisLink.await(call.answer());
        } catch (RedisCommandExecutionException e) {
            if (StockFunctions.missing(e)) {
                throw e;
            }
            LOG.warn("Redis does not take {}: {}", call.effect().kind(), e.getMessage());
            return "NOT_UNDERSTOOD";
        }
    }

    /** The item is not sold at present. If it will be rebuilt, that carries the effect; if it never will, nothing is owed. */
    private void waitFor(Effect effect, Set<Long> waiting, List<Long> done) {
        boolean willBe =
                effect.live() || items.kept(keptSeconds).stream().anyMatch(item -> item.id() == effect.promoItemId());
        if (willBe) {
            waiting.add(effect.promoItemId());
        } else {
            done.add(effect.id());
        }
    }

    /** INSTALL and REBUILD, and payloads that cannot be read: done when the item was installed from a later state of MySQL. */
    private String rebuilt(Effect effect) {
        if (!effect.live() && effect.epoch() == 0) {
            return "MOOT";
        }
        String base = RedisLink.await(link.commands().hget(keys(effect).item(), "version"));
        if (base != null && Long.parseLong(base) >= effect.version()) {
            // The rebuild that did it marks it too; this is for one that died in between.
            var state = functions.snapshot(List.of(keys(effect))).items().get(0);
            return state != null && state.ready() ? "REBUILT" : "WAIT";
        }
        if (base != null) {
            // An epoch that is not there yet is on its way already; what is revoked could not be granted.
            functions.revoke(effect.promoItemId(), effect.epoch());
        }
        rebuild.wake();
        return "WAIT";
    }

    /** Null: this effect is carried by rebuilding the item. */
    private @Nullable List<String> arguments(Effect effect) {
        try {
            var payload = json.readValue(effect.payload(), Payload.class);
            switch (effect.kind()) {
                case "RELEASE", "SOLD" -> {
                    if (payload.orderId() != null) {
                        return List.of(payload.orderId());
                    }
                }
                case "TOP_UP" -> {
                    // What counts without the units that were withdrawn, as it did once, has another name.
                    if (payload.total() != null) {
                        return List.of(payload.total().toString());
                    }
                }
                case "RESTOCK" -> {
                    if (payload.restocked() != null) {
                        return List.of(payload.restocked().toString());
                    }
                }
                case "STATE" -> {
                    if (payload.state() != null && payload.opens() != null && payload.closes() != null) {
                        return List.of(
                                payload.state(),
                                payload.opens().toString(),
                                payload.closes().toString());
                    }
                }
                default -> {
                    return null;
                }
            }
        } catch (JacksonException unreadable) {
            LOG.warn("effect {} has a payload that is not JSON: the item will be rebuilt", effect.id());
        }
        return null;
    }

    private static StockKeys keys(Effect effect) {
        return new StockKeys(effect.sku(), effect.promoItemId(), effect.epoch());
    }

    private static void count(Effect effect, String result) {
        Counter.builder("flashsale_effects_total")
                .description("effects by kind and what Redis said to them")
                .tag("kind", effect.kind())
                .tag("result", result)
                .register(Metrics.globalRegistry)
                .increment();
    }
}
