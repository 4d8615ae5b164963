package io.flashsale.cms.web;

/**
 * What is wrong with one field.
 *
 * @param field as the caller wrote it, for example {@code items[0].sku}
 * @param problem the rest of the sentence, for example {@code must be 1 to 10000000, not -1}
 */
public record Violation(String field, String problem) {

    public String sentence() {
        return field + " " + problem + ".";
    }
}
