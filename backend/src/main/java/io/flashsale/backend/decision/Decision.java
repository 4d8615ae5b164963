package io.flashsale.backend.decision;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer of an edge.
 *
 * @param ends when what kept them out ends, in ms; 0: when it is lifted; null: nothing did
 * @param at when it was told, in ms on Redis's clock
 */
record Decision(
        String traceId,
        String code,
        @Nullable String sku,
        @Nullable String userId,
        @Nullable String address,
        @Nullable Long ends,
        String node,
        long at) {

    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern LINE = Pattern.compile("([0-9a-f]{16}) ([A-Z_]{1,32}) (-|[A-Za-z0-9_-]{1,64})"
            + " (-|[A-Za-z0-9_-]{1,64}) (-|[0-9a-f.:]{2,45}) (-|[0-9]{1,15})");

    /** What a report tells (edge-lua/lua/flashsale/decisions.lua); lines that are none are passed over. */
    static List<Decision> parse(String node, long at, String report) {
        var decisions = new ArrayList<Decision>();
        if (!NODE.matcher(node).matches()) {
            return decisions;
        }
        for (String each : report.lines().toList()) {
            Matcher line = LINE.matcher(each);
            if (line.matches()) {
                String ends = known(line.group(6));
                decisions.add(new Decision(
                        line.group(1),
                        line.group(2),
                        known(line.group(3)),
                        known(line.group(4)),
                        known(line.group(5)),
                        ends == null ? null : Long.valueOf(ends),
                        node,
                        at));
            }
        }
        return decisions;
    }

    private static @Nullable String known(String word) {
        return word.equals("-") ? null : word;
    }
}
