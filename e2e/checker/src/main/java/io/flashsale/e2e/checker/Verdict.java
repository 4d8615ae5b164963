package io.flashsale.e2e.checker;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a check came to. Nothing accepted at all proves nothing, so it is {@code UNKNOWN} and never {@code GREEN}. */
public record Verdict(Status status, List<Finding> findings, String summary) {

    public enum Status {
        GREEN,
        RED,
        UNKNOWN
    }

    private static final int SHOWN = 8;

    public Verdict {
        findings = List.copyOf(findings);
    }

    public Set<String> invariants() {
        return findings.stream().map(Finding::invariant).collect(Collectors.toCollection(TreeSet::new));
    }

    /** For a reader: a few findings of each invariant, since one fault often shows in thousands of rows. */
    @Override
    public String toString() {
        var text = new StringBuilder(status + ": " + summary);
        for (String invariant : invariants()) {
            List<Finding> same = findings.stream()
                    .filter(f -> f.invariant().equals(invariant))
                    .toList();
            same.stream().limit(SHOWN).forEach(f -> text.append("\n  ").append(f));
            if (same.size() > SHOWN) {
                text.append("\n  ")
                        .append(invariant)
                        .append(" … and ")
                        .append(same.size() - SHOWN)
                        .append(" more");
            }
        }
        return text.toString();
    }
}
