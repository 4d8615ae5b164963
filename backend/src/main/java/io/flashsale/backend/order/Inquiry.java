package io.flashsale.backend.order;

import io.flashsale.contract.Code;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/** The orders of one request and what is known of them. Answered once: when the last verdict is there, or at the deadline. */
final class Inquiry {

    private final List<Candidate> orders;
    private final AtomicReferenceArray<Code> verdicts;
    private final AtomicInteger open;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final long began;
    private final Consumer<Inquiry> answer;

    Inquiry(List<Candidate> orders, long began, Consumer<Inquiry> answer) {
        this.orders = orders;
        this.verdicts = new AtomicReferenceArray<>(orders.size());
        this.open = new AtomicInteger(orders.size());
        this.began = began;
        this.answer = answer;
    }

    List<Candidate> orders() {
        return orders;
    }

    /** When it came, by {@link System#nanoTime()}. */
    long began() {
        return began;
    }

    Code verdict(int index) {
        Code verdict = verdicts.get(index);
        return verdict == null ? Code.PENDING : verdict;
    }

    void settle(int index, Code verdict) {
        if (!verdicts.compareAndSet(index, null, verdict)) {
            return;
        }
        orders.get(index).answered(verdict);
        if (open.decrementAndGet() == 0) {
            answer();
        }
    }

    boolean answered() {
        return answered.get();
    }

    /** Answers now, PENDING for what is not known. */
    void answer() {
        if (answered.compareAndSet(false, true)) {
            answer.accept(this);
        }
    }
}
