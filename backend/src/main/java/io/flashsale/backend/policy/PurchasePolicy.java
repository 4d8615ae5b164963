package io.flashsale.backend.policy;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.util.concurrent.UncheckedExecutionException;
import io.flashsale.backend.stock.Item;
import io.flashsale.backend.stock.ItemDirectory;
import io.flashsale.backend.stock.RedisLink;
import io.flashsale.contract.Code;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.RedisFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What the edge cannot know from a session: whether the account exists and may buy, its level today, and the limits of today.
 * Limits themselves are counted in Redis, with the reservation; here they are looked at again where the account's level is
 * not the session's or the limit was lowered since the item was installed. No policy row means allowed.
 *
 * <p>Accounts are at most 5 s old here, items and policy rows 1 s. If MySQL cannot be asked, nothing is judged.
 */
@Component
public final class PurchasePolicy {

    /** The verdict that lets an order through. */
    public static final String SEND = "SEND";

    private final AccountMapper accounts;
    private final ItemDirectory items;
    private final RedisLink link;
    // Bounds: a sale's crowd of winners; an account is some 200 bytes.
    private final Cache<String, Account> known = CacheBuilder.newBuilder()
            .maximumSize(100_000)
            .expireAfterWrite(Duration.ofSeconds(5))
            .build();
    // Limits of an epoch do not change once installed.
    private final Cache<StockKeys, Limits> installed =
            CacheBuilder.newBuilder().maximumSize(10_000).build();
    private final Cache<String, Limits> parsed =
            CacheBuilder.newBuilder().maximumSize(10_000).build();

    PurchasePolicy(AccountMapper accounts, ItemDirectory items, RedisLink link) {
        this.accounts = accounts;
        this.items = items;
        this.link = link;
    }

    /** One verdict per request, in their order: {@link #SEND} or a refusal's code. */
    public List<String> judge(List<Request> requests) {
        Map<String, Account> buyers = accounts(requests);
        var lists = new Lists(requests);
        var verdicts = new ArrayList<String>(requests.size());
        var counts = new ArrayList<Count>();
        for (Request request : requests) {
            Item item = items.byId(request.keys().promoItemId());
            Account account = buyers.get(request.userId());
            Code refusal = refusal(request, account, item, item == null ? null : limits(item.limits()));
            if (refusal == null && item != null && !lists.admit(item, request.userId())) {
                refusal = Code.NOT_ELIGIBLE;
            }
            verdicts.add(refusal == null ? SEND : refusal.name());
            if (refusal == null && account != null && item != null) {
                Integer limit = limits(item.limits()).of(account.level());
                if (limit != null && stricterThanTaken(request, account, limit)) {
                    counts.add(new Count(
                            verdicts.size() - 1,
                            limit,
                            link.commands().hget(request.keys().buyers(), request.userId())));
                }
            }
        }
        for (Count count : counts) {
            // Includes the units of this very request. Two that were taken at once may both be refused: too little, not
            // too much.
            String units = RedisLink.await(count.units());
            if (units != null && Long.parseLong(units) > count.limit()) {
                verdicts.set(count.index(), Code.LIMIT_REACHED.name());
            }
        }
        return verdicts;
    }

    /** Who of some requests is on the list of the item that they ask for. Redis has looked already, and may have been wrong. */
    private final class Lists {

        private final Map<Long, Set<String>> listed = new HashMap<>();

        private Lists(List<Request> requests) {
            var asked = new HashMap<Long, Set<String>>();
            for (Request request : requests) {
                Item item = items.byId(request.keys().promoItemId());
                if (item != null && item.listId() != null) {
                    asked.computeIfAbsent(item.listId(), list -> new HashSet<>())
                            .add(request.userId());
                }
            }
            asked.forEach((list, users) -> listed.put(list, accounts.listed(list, users)));
        }

        private boolean admit(Item item, String userId) {
            return item.listId() == null
                    || listed.getOrDefault(item.listId(), Set.of()).contains(userId);
        }
    }

    /** Whether somebody may buy an item as far as its list goes. */
    public boolean isListed(long itemId, String userId) {
        Item item = items.byId(itemId);
        return item != null
                && (item.listId() == null
                        || !accounts.listed(item.listId(), Set.of(userId)).isEmpty());
    }

    private record Count(int index, int limit, RedisFuture<String> units) {}

    /** What can be said without counting. */
    static @Nullable Code refusal(
            Request request, @Nullable Account account, @Nullable Item item, @Nullable Limits limits) {
        if (account == null || !account.active()) {
            // Every session we sign has an account: one without was never ours to serve, or is gone.
            return Code.NOT_ELIGIBLE;
        }
        if (item == null || limits == null) {
            return Code.UNKNOWN_SKU;
        }
        if (account.level() < item.minLevel()) {
            return Code.NOT_ELIGIBLE;
        }
        Integer limit = limits.of(account.level());
        if (limit != null && limit == 0) {
            return Code.NOT_ELIGIBLE;
        }
        return limit != null && request.quantity() > limit ? Code.LIMIT_REACHED : null;
    }

    private boolean stricterThanTaken(Request request, Account account, int limit) {
        Limits taken = installed(request.keys());
        return taken == null ? account.level() != request.level() : Limits.stricter(limit, taken.of(request.level()));
    }

    private @Nullable Limits installed(StockKeys keys) {
        Limits present = installed.getIfPresent(keys);
        if (present != null) {
            return present;
        }
        String packed = RedisLink.await(link.commands().hget(keys.item(), "limits"));
        if (packed == null) {
            return null;
        }
        Limits limits = limits(packed);
        installed.put(keys, limits);
        return limits;
    }

    private Limits limits(String packed) {
        try {
            return parsed.get(packed, () -> Limits.parse(packed));
        } catch (ExecutionException | UncheckedExecutionException e) {
            throw new IllegalStateException("limits cannot be read: " + packed, e);
        }
    }

    private Map<String, Account> accounts(List<Request> requests) {
        var found = new HashMap<String, Account>();
        var missing = new HashSet<String>();
        for (Request request : requests) {
            Account account = known.getIfPresent(request.userId());
            if (account == null) {
                missing.add(request.userId());
            } else {
                found.put(account.userId(), account);
            }
        }
        if (!missing.isEmpty()) {
            for (Account account : accounts.find(missing)) {
                known.put(account.userId(), account);
                found.put(account.userId(), account);
            }
        }
        return found;
    }
}
