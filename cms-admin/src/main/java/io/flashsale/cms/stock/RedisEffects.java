package io.flashsale.cms.stock;

import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** What MySQL owes Redis: written in the change's own transaction, carried by the backend, waited for here. */
@Component
public class RedisEffects {

    private final EffectMapper mapper;
    private final JsonMapper json;
    private final Carrying carrying;

    RedisEffects(EffectMapper mapper, JsonMapper json, Carrying carrying) {
        this.mapper = mapper;
        this.json = json;
        this.carrying = carrying;
    }

    /**
     * Owes an effect.
     *
     * @param version of the item, raised in the same transaction
     * @return the id to wait for
     */
    public long owe(long itemId, long version, Effect effect) {
        var row = new EffectRow(itemId, version, effect.kind(), json.writeValueAsString(effect));
        mapper.insert(row);
        return row.id;
    }

    /** The effects of that kind which the item is still owed. */
    public List<Long> owed(long itemId, String kind) {
        return mapper.owedOf(itemId, kind);
    }

    /** How many effects, of any item, have been due for longer than this. */
    public int overdue(Duration than) {
        return mapper.overdue(than.toSeconds());
    }

    /** Whether all of them have been carried, within the time that a caller is kept waiting. */
    public boolean carried(List<Long> ids) {
        return ids.isEmpty() || carrying.await("effects " + ids, () -> mapper.owed(ids) == 0);
    }
}
