package io.flashsale.backend.health;

import org.jspecify.annotations.Nullable;

/** Something that must hold before an order may be taken. Asked five times a second, so it answers from memory. */
public interface Condition {

    /** One word: {@code mysql}, {@code lease}, … */
    String name();

    /** Why it does not hold, in a short sentence; null if it holds. */
    @Nullable
    String problem();
}
