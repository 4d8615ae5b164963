package io.flashsale.e2e.checker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One {@code GET /api/orders/{id}} by the order's buyer. {@code settled}: made after load had stopped and queues were dry, so
 * that it must agree with the rows.
 */
public record Reading(Instant at, String userId, String orderId, int status, @Nullable String state, boolean settled) {}
