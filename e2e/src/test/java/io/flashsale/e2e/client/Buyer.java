package io.flashsale.e2e.client;

/** An account with a signed session. */
public record Buyer(String userId, int level, String session) {}
