package io.flashsale.backend.account;

import java.time.Instant;

/** Who asks, as a verified token says. */
public record Session(String userId, int level, String sessionId, Instant expiresAt) {}
