package io.flashsale.backend.policy;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Units per buyer by level, read from {@code default[;level=limit...]}; a default of {@code -} is none. */
record Limits(@Nullable Integer otherwise, Map<Integer, Integer> byLevel) {

    static Limits parse(String packed) {
        String[] parts = packed.split(";");
        var byLevel = new HashMap<Integer, Integer>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            byLevel.put(
                    Integer.valueOf(parts[i].substring(0, equals)), Integer.valueOf(parts[i].substring(equals + 1)));
        }
        return new Limits(parts[0].equals("-") ? null : Integer.valueOf(parts[0]), Map.copyOf(byLevel));
    }

    /** Null: no limit; 0: the level may not buy. */
    @Nullable
    Integer of(int level) {
        return byLevel.getOrDefault(level, otherwise);
    }

    /** Whether a limit lets less through than another. */
    static boolean stricter(@Nullable Integer limit, @Nullable Integer than) {
        return limit != null && (than == null || limit < than);
    }
}
