package io.flashsale.backend.config;

/** What kind of installation this is; {@code production} refuses what only a demonstration needs. */
public enum Profile {
    DEMO,
    PRODUCTION
}
