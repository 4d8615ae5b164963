package io.flashsale.cms.promo;

import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Units that buyers of a level may have, packed in one column as {@code level=limit;...}. */
record LevelLimits(SortedMap<Integer, Integer> byLevel) {

    static @Nullable String pack(@Nullable Map<String, Integer> limits) {
        if (limits == null) {
            return null;
        }
        var sorted = new TreeMap<Integer, Integer>();
        limits.forEach((level, limit) -> sorted.put(Integer.valueOf(level), limit));
        var text = new StringJoiner(";");
        sorted.forEach((level, limit) -> text.add(level + "=" + limit));
        return text.toString();
    }

    static LevelLimits unpack(String packed) {
        var limits = new TreeMap<Integer, Integer>();
        for (String pair : packed.split(";")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                limits.put(Integer.valueOf(pair.substring(0, equals)), Integer.valueOf(pair.substring(equals + 1)));
            }
        }
        return new LevelLimits(limits);
    }
}
