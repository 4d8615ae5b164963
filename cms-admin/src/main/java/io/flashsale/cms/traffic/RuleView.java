package io.flashsale.cms.traffic;

/**
 * A rule as it stands.
 *
 * @param threshold more than so many of what it counts, within {@code windowS} seconds
 * @param banS how long it keeps somebody out the first time, in seconds
 * @param mode OFF, DRY (says whom it would have caught) or ARMED
 * @param caught how many it caught in the last day
 */
public record RuleView(
        String name,
        String subject,
        String measure,
        int windowS,
        int threshold,
        int banS,
        String mode,
        int version,
        int caught) {}
