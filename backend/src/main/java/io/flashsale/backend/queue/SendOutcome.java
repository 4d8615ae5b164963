package io.flashsale.backend.queue;

/** What became of a batch. Only {@code SENT} means that the queue has it; the others say nothing about where it is. */
public enum SendOutcome {
    SENT,
    /** A rule of Sentinel stopped it before it was sent. */
    BLOCKED,
    /** Failed or timed out: perhaps it is there, perhaps not. */
    UNKNOWN
}
