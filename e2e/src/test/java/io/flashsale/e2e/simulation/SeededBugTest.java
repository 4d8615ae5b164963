package io.flashsale.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Checker;
import io.flashsale.e2e.checker.Mutation;
import io.flashsale.e2e.checker.Run;
import io.flashsale.e2e.checker.Verdict;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checker against a system that is right, and against that system with one mistake in it. */
class SeededBugTest {

    private static final long SEEDS = 12;

    @Test
    void a_system_without_bugs_is_green_through_every_crash() {
        for (long seed = 0; seed < 100; seed++) {
            Verdict verdict = Checker.check(new SimulatedSystem(seed, null).run());
            assertThat(verdict.status()).as("seed %d: %s", seed, verdict).isEqualTo(Verdict.Status.GREEN);
        }
    }

    @ParameterizedTest
    @EnumSource(Bug.class)
    void each_bug_turns_the_checker_red(Bug bug) {
        List<Verdict> verdicts = LongStream.range(0, SEEDS)
                .mapToObj(seed -> Checker.check(new SimulatedSystem(seed, bug).run()))
                .toList();
        assertThat(verdicts)
                .as("seeds in which %s is noticed by %s; the first: %s", bug, bug.noticedBy, verdicts.get(0))
                .filteredOn(v -> v.invariants().contains(bug.noticedBy))
                .hasSizeGreaterThan((int) SEEDS / 2);
    }

    @ParameterizedTest
    @EnumSource(Mutation.class)
    void each_change_of_a_right_dump_turns_the_checker_red(Mutation mutation) {
        Run run = new SimulatedSystem(5, null).run();
        Verdict verdict = Checker.check(run.with(mutation.of(run.dump())));
        assertThat(verdict.invariants()).as("%s: %s", mutation, verdict).contains(mutation.noticedBy);
    }

    @Test
    void the_same_seed_gives_the_same_run() {
        assertThat(new SimulatedSystem(3, null).run()).isEqualTo(new SimulatedSystem(3, null).run());
    }

    @Test
    void a_run_in_which_nothing_was_accepted_is_unknown_and_not_green() {
        Run run = new SimulatedSystem(1, null).run();
        var refused = run.attempts().stream()
                .filter(a -> "SOLD_OUT".equals(a.code()) || "ALL_RESERVED".equals(a.code()))
                .toList();
        var untouched = Dumps.untouched(run.dump(), run.offers().get(0));
        assertThat(refused).isNotEmpty();
        Verdict verdict = Checker.check(
                new Run(run.offers(), List.of(refusedForWindow(refused.get(0))), List.of(), List.of(), untouched));
        assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.UNKNOWN);
    }

    private static Attempt refusedForWindow(Attempt a) {
        return new Attempt(
                a.number(),
                a.userId(),
                a.level(),
                a.sku(),
                a.quantity(),
                a.requestId(),
                a.invokedAt(),
                new Attempt.Outcome.Answered(a.invokedAt(), 409, "NOT_STARTED", null));
    }
}
