package io.flashsale.backend.policy;

/** A buyer's account; its level counts, not the session's. */
record Account(String userId, int level, String state) {

    boolean active() {
        return state.equals("ACTIVE");
    }
}
