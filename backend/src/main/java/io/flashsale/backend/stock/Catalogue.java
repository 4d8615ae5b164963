package io.flashsale.backend.stock;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.flashsale.backend.config.Settings;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code fs:catalog}: what edges show and how they find an item's keys, one entry per SKU, its newest item. Always computed
 * anew from MySQL and compared, so it mends itself; only differences are written, with the version in the same MULTI.
 */
@Component
public class Catalogue {

    static final String KEY = "fs:catalog";
    static final String VERSION = "version";
    private static final int MOST_TRIES = 20;

    private final ItemMapper items;
    private final RedisLink link;
    private final JsonMapper json;
    private final Clock clock;
    private final long keptSeconds;
    private volatile String provedFor = "";

    Catalogue(ItemMapper items, RedisLink link, JsonMapper json, Clock clock, Settings settings) {
        this.items = items;
        this.link = link;
        this.json = json;
        this.clock = clock;
        this.keptSeconds = settings.stock().kept().toSeconds();
    }

    /** What it is called on pages of one language, where that is not its name. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Names(@Nullable String zh, @Nullable String en) {

        static @Nullable Names of(@Nullable String zh, @Nullable String en) {
            return zh == null && en == null ? null : new Names(zh, en);
        }
    }

    /**
     * Its picture.
     *
     * @param path of its files, to which {@code -<width>.jpg} is added
     * @param widths in pixels, ascending
     * @param alt what it shows, for who does not see it
     */
    public record Picture(String path, List<Integer> widths, Names alt) {

        static @Nullable Picture of(Item item) {
            if (item.imageName() == null || item.imageWidths() == null) {
                return null;
            }
            return new Picture(
                    "/media/" + item.imageName(),
                    Arrays.stream(item.imageWidths().split(","))
                            .map(Integer::valueOf)
                            .toList(),
                    new Names(item.imageZh(), item.imageEn()));
        }
    }

    /**
     * An entry, as the edge reads it. Where only who is on a list may buy, {@code byList} is true. What is null may be absent: then it is as versions that have never heard of it write it, and two that
     * run beside each other do not correct each other for ever.
     */
    public record Entry(
            long itemId,
            long epoch,
            long promoId,
            String promoName,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Names promoNames,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String promoText,
            long promoVersion,
            String sku,
            String name,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Names names,
            long priceMinor,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long listPriceMinor,
            String currency,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Picture image,
            long opens,
            long closes,
            long holdMs,
            String state,
            int minLevel,
            String limits,
            long published,
            @JsonProperty("public") boolean listed,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean byList,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String bucketAccount,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String bucketSku) {}

    /**
     * Sees to it that the Redis process that answers now has the catalogue as MySQL has it. One that was restarted may have read an
     * older one from its file, and edges would take it for what is on sale.
     */
    public void prove() {
        if (!link.process().equals(provedFor)) {
            refresh();
        }
    }

    /**
     * Several backends do this at once. What one has read of MySQL may be older than what another has written since, so a catalogue
     * is written only over the very one that was there before MySQL was read.
     */
    synchronized void refresh() {
        String process = link.process();
        if (!Changes.between(wanted(), RedisLink.await(link.commands().hgetall(KEY)))
                .none()) {
            try (var own = link.open()) {
                for (int tries = 1; !write(own.sync()); tries++) {
                    if (tries == MOST_TRIES) {
                        throw new RedisException("others write the catalogue all the time");
                    }
                }
            }
        }
        // What was written went to the process that was asked before, or to a later one, which is proved anew.
        provedFor = process;
    }

    private Map<String, String> wanted() {
        var wanted = new HashMap<String, String>();
        for (Item item : items.newest(keptSeconds)) {
            wanted.put(item.sku(), json.writeValueAsString(entry(item)));
        }
        return wanted;
    }

    /** What makes of one catalogue the other. */
    private record Changes(Map<String, String> changed, String[] gone, boolean versioned) {

        static Changes between(Map<String, String> wanted, Map<String, String> present) {
            var changed = new HashMap<>(wanted);
            changed.entrySet().removeIf(entry -> entry.getValue().equals(present.get(entry.getKey())));
            String[] gone = present.keySet().stream()
                    .filter(sku -> !sku.equals(VERSION) && !wanted.containsKey(sku))
                    .toArray(String[]::new);
            return new Changes(changed, gone, present.containsKey(VERSION));
        }

        boolean none() {
            return versioned && changed.isEmpty() && gone.length == 0;
        }
    }

    /** @return false where somebody else wrote in between: then nothing was written */
    private boolean write(RedisCommands<String, String> redis) {
        redis.watch(KEY);
        Map<String, String> present = redis.hgetall(KEY);
        Changes changes = Changes.between(wanted(), present);
        if (changes.none()) {
            return true; // the connection, and with it the watch, ends here
        }
        redis.multi();
        // A catalogue that was lost goes on above every version that an edge can have seen.
        redis.hsetnx(KEY, VERSION, Long.toString(clock.millis()));
        if (!changes.changed().isEmpty()) {
            redis.hset(KEY, changes.changed());
        }
        if (changes.gone().length > 0) {
            redis.hdel(KEY, changes.gone());
        }
        redis.hincrby(KEY, VERSION, 1);
        return !redis.exec().wasDiscarded();
    }

    public static Entry entry(Item item) {
        return new Entry(
                item.id(),
                item.epoch(),
                item.promoId(),
                item.promoName(),
                Names.of(item.promoNameZh(), item.promoNameEn()),
                item.promoText() == null ? null : "/media/" + item.promoText() + ".json",
                Item.PROMO_VERSION,
                item.sku(),
                item.name(),
                Names.of(item.nameZh(), item.nameEn()),
                item.priceMinor(),
                item.listPriceMinor(),
                item.currency(),
                Picture.of(item),
                item.opens(),
                item.closes(),
                item.holdMs(),
                item.state(),
                item.minLevel(),
                item.limits(),
                item.published(),
                item.minLevel() == 0 && item.listId() == null,
                item.listId() == null ? null : true,
                item.bucketAccount(),
                item.bucketSku());
    }

    /** The entry of a SKU; null if there is none. */
    public @Nullable Entry find(String sku) {
        if (sku.equals(VERSION)) {
            return null;
        }
        String entry = RedisLink.await(link.commands().hget(KEY, sku));
        return entry == null ? null : json.readValue(entry, Entry.class);
    }
}
