package io.flashsale.backend.policy;

import io.flashsale.contract.StockKeys;

/** What the policy judges: a reservation and the level that the session claimed. */
public record Request(StockKeys keys, String userId, int level, int quantity) {}
