package io.flashsale.backend.functions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an item in Redis should be, as plainly as it can be written: the counters are derived from the list of orders, where the
 * library keeps them. One item, one epoch, a window that is always open; time is left to the table of cases.
 */
final class StockModel {

    /** One order; what it holds follows from its state. */
    static final class Order {
        final String user;
        final int level;
        final int quantity;
        final String request;
        char state = 'T';
        long retaken;
        String code = "";

        Order(String user, int level, int quantity, String request) {
            this.user = user;
            this.level = level;
            this.quantity = quantity;
            this.request = request;
        }
    }

    final Map<String, Order> orders = new LinkedHashMap<>();
    final Set<String> pending = new LinkedHashSet<>();
    final List<String> holders = new ArrayList<>();
    private final Map<Integer, Integer> limitByLevel;
    private final int defaultLimit;
    /** Who alone may buy; null: whoever has the level. */
    private final @Nullable Set<String> listed;

    private int published;
    private int restocked;
    private int withdrawn;
    /** By operation: the units asked for, and what was said. */
    private final Map<String, String> withdrawals = new HashMap<>();

    private String state = "LIVE";
    private long stateVersion;
    private long publishedVersion;
    private final long base;
    boolean covered = true;

    StockModel(
            int published,
            int defaultLimit,
            Map<Integer, Integer> limitByLevel,
            @Nullable Set<String> listed,
            long base) {
        this.published = published;
        this.defaultLimit = defaultLimit;
        this.limitByLevel = limitByLevel;
        this.listed = listed;
        this.base = base;
        this.stateVersion = base;
        this.publishedVersion = base;
    }

    int held() {
        return sum('T', 'S');
    }

    int sold() {
        return sum('P') - restocked;
    }

    int available() {
        return published - held() - sold();
    }

    int published() {
        return published;
    }

    private int sum(char... states) {
        int units = 0;
        for (Order order : orders.values()) {
            units += new String(states).indexOf(order.state) >= 0 ? order.quantity : 0;
        }
        return units;
    }

    /** Units of each buyer that count towards the limit; of an item with a list, of each who is on it. */
    Map<String, String> quotas() {
        var units = new TreeMap<String, Integer>();
        if (listed != null) {
            listed.forEach(user -> units.put(user, 0));
        }
        for (Order order : orders.values()) {
            if ("TSP".indexOf(order.state) >= 0) {
                units.merge(order.user, order.quantity, Integer::sum);
            }
        }
        var text = new TreeMap<String, String>();
        units.forEach((user, n) -> text.put(user, n.toString()));
        return text;
    }

    private int limit(int level) {
        return limitByLevel.getOrDefault(level, defaultLimit);
    }

    List<Object> reserve(String id, String user, int level, int quantity, String request) {
        if (!covered) {
            return List.of("NOT_READY");
        }
        var bound = boundTo(user, request);
        if (bound != null) {
            var order = bound.getValue();
            return order.quantity == quantity
                    ? List.of("REPLAYED", bound.getKey(), outcome(bound.getKey(), order))
                    : List.of("REQUEST_REUSED");
        }
        if (!state.equals("LIVE")) {
            return List.of(state);
        }
        if (limit(level) == 0) {
            return List.of("NOT_ELIGIBLE");
        }
        if (listed != null && !listed.contains(user)) {
            return List.of("NOT_ELIGIBLE");
        }
        int has = Integer.parseInt(quotas().getOrDefault(user, "0"));
        if (has + quantity > limit(level)) {
            return List.of("LIMIT_REACHED");
        }
        if (available() < quantity) {
            return List.of(held() > 0 ? "ALL_RESERVED" : "SOLD_OUT");
        }
        if (orders.containsKey(id)) {
            return List.of("ID_TAKEN");
        }
        orders.put(id, new Order(user, level, quantity, request));
        pending.add(id);
        holders.add(user);
        return List.of("TAKEN", id);
    }

    private Map.@Nullable Entry<String, Order> boundTo(String user, String request) {
        for (var entry : orders.entrySet()) {
            if (!request.isEmpty()
                    && entry.getValue().user.equals(user)
                    && entry.getValue().request.equals(request)) {
                return entry;
            }
        }
        return null;
    }

    private String outcome(String id, Order order) {
        return switch (order.state) {
            case 'T' -> "UNDECIDED";
            case 'R' -> order.code;
            case 'S' -> pending.contains(id) ? "SENT" : "RESERVED";
            default -> "RESERVED";
        };
    }

    String decide(String id, String verdict) {
        if (!covered) {
            return "NOT_READY";
        }
        var order = orders.get(id);
        if (order == null) {
            return "UNKNOWN";
        }
        if (order.state == 'T') {
            order.state = verdict.equals("SEND") ? 'S' : 'R';
            if (order.state == 'R') {
                order.code = verdict;
                pending.remove(id);
            }
            return verdict;
        }
        return switch (order.state) {
            case 'R' -> order.code;
            case 'C' -> "GIVEN_BACK";
            default -> "SEND";
        };
    }

    List<Object> acknowledge(String id) {
        return covered ? List.of("OK", pending.remove(id) ? 1L : 0L) : List.of("NOT_READY");
    }

    String finish(long version, String id, char target) {
        if (!covered) {
            return "NOT_READY";
        }
        if (version <= base) {
            return "IGNORED";
        }
        var order = orders.get(id);
        if (order == null || "TSCP".indexOf(order.state) < 0) {
            return "MISSING";
        }
        if (target == 'C' && version <= order.retaken) {
            return "IGNORED";
        }
        if (order.state == target) {
            return "ALREADY";
        }
        if (order.state == 'C' || order.state == 'P') {
            return "MISSING";
        }
        order.state = target;
        pending.remove(id);
        return "APPLIED";
    }

    String topUp(long version, int total) {
        if (!covered) {
            return "NOT_READY";
        }
        if (version <= publishedVersion) {
            return "IGNORED";
        }
        if (total - withdrawn < held() + sold()) {
            return "NEGATIVE";
        }
        published = total - withdrawn;
        publishedVersion = version;
        return "APPLIED";
    }

    String withdraw(String operation, int units) {
        if (!covered) {
            return "NOT_READY";
        }
        String said = withdrawals.get(operation);
        if (said == null) {
            said = available() < units ? "TOO_FEW" : "WITHDRAWN";
            withdrawals.put(operation, said);
            if (said.equals("WITHDRAWN")) {
                published -= units;
                withdrawn += units;
            }
        }
        return said;
    }

    int withdrawn() {
        return withdrawn;
    }

    String changeState(long version, String next) {
        if (!covered) {
            return "NOT_READY";
        }
        if (version <= stateVersion) {
            return "IGNORED";
        }
        state = next;
        stateVersion = version;
        return "APPLIED";
    }

    String restock(long version, int total) {
        if (!covered) {
            return "NOT_READY";
        }
        if (version <= base || total <= restocked) {
            return "IGNORED";
        }
        if (total - restocked > sold()) {
            return "NEGATIVE";
        }
        restocked = total;
        return "APPLIED";
    }

    int restocked() {
        return restocked;
    }

    String retake(String id, long version) {
        if (!covered) {
            return "NOT_READY";
        }
        var order = orders.get(id);
        if (order == null || order.state == 'R' || order.state == 'T') {
            return "MISSING";
        }
        if (order.state != 'C') {
            return "ALREADY";
        }
        if (Integer.parseInt(quotas().getOrDefault(order.user, "0")) + order.quantity > limit(order.level)) {
            return "LIMIT_REACHED";
        }
        if (available() < order.quantity) {
            return "SOLD_OUT";
        }
        order.state = 'S';
        order.retaken = version;
        return "RETAKEN";
    }
}
