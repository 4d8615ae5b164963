package io.flashsale.cms.stock;

import com.fasterxml.jackson.annotation.JsonIgnore;

/** The effects that this service causes; their JSON is the payload that the backend reads. */
public sealed interface Effect {

    @JsonIgnore
    String kind();

    /** Lay the item down in Redis for the first time. */
    record Install() implements Effect {
        @Override
        public String kind() {
            return "INSTALL";
        }
    }

    /** Redis was proved wrong about the item: build it anew. */
    record Rebuild() implements Effect {
        @Override
        public String kind() {
            return "REBUILD";
        }
    }

    /**
     * The new total, absolute, so that repeating it does no harm.
     *
     * @param total units that ever were, also those that were withdrawn since: Redis may know of a withdrawal before MySQL does
     */
    record TopUp(long total) implements Effect {
        public static final String KIND = "TOP_UP";

        @Override
        public String kind() {
            return KIND;
        }
    }

    /** State and window, times in epoch milliseconds. */
    record State(String state, long opens, long closes) implements Effect {
        @Override
        public String kind() {
            return "STATE";
        }
    }
}
