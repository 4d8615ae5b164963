package io.flashsale.backend.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.backend.config.Settings;
import io.flashsale.contract.Code;
import io.flashsale.contract.StockKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IntakeTest {

    private @Nullable Intake intake;

    private Intake intake(int workers, int capacity, int deadlineMs, Function<List<Candidate>, List<Code>> settlement) {
        var made = new Intake(
                settlement,
                new Settings.Intake(workers, capacity, 64, Duration.ofMillis(deadlineMs)),
                new SimpleMeterRegistry());
        made.start();
        intake = made;
        return made;
    }

    @AfterEach
    void stop() {
        if (intake != null) {
            intake.stop();
        }
    }

    private static List<Candidate> orders(int count) {
        var orders = new ArrayList<Candidate>();
        for (int i = 0; i < count; i++) {
            orders.add(new Candidate("1-" + i, new StockKeys("S", 1, 1), "u", 1, 1, false));
        }
        return orders;
    }

    private static List<Code> all(List<Candidate> orders, Code code) {
        return orders.stream().map(order -> code).toList();
    }

    private static List<Code> verdicts(Inquiry inquiry) {
        var verdicts = new ArrayList<Code>();
        for (int i = 0; i < inquiry.orders().size(); i++) {
            verdicts.add(inquiry.verdict(i));
        }
        return verdicts;
    }

    @Test
    void each_order_gets_its_own_verdict_once() throws Exception {
        var intake = intake(3, 100, 1500, orders -> orders.stream()
                .map(order -> order.orderId().endsWith("3") ? Code.NOT_ELIGIBLE : Code.RESERVED)
                .toList());
        var answered = new CountDownLatch(1);
        var inquiry = new Inquiry(orders(5), System.nanoTime(), done -> answered.countDown());
        intake.take(inquiry);
        answered.await();
        assertThat(verdicts(inquiry))
                .containsExactly(Code.RESERVED, Code.RESERVED, Code.RESERVED, Code.NOT_ELIGIBLE, Code.RESERVED);
    }

    @Test
    void what_has_no_verdict_at_the_deadline_is_pending_and_a_late_one_changes_nothing() throws Exception {
        var gate = new Semaphore(0);
        var intake = intake(1, 100, 200, orders -> {
            gate.acquireUninterruptibly();
            return all(orders, Code.RESERVED);
        });
        var answers = new CopyOnWriteArrayList<List<Code>>();
        long began = System.nanoTime();
        var took = new AtomicLong();
        intake.take(new Inquiry(orders(1), began, done -> {
            took.set(System.nanoTime() - began);
            answers.add(verdicts(done));
        }));
        Awaitility.await().until(() -> !answers.isEmpty());
        assertThat(Duration.ofNanos(took.get())).isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));
        gate.release(10);
        intake.stop();
        assertThat(answers).containsExactly(List.of(Code.PENDING));
    }

    @Test
    void a_full_queue_answers_pending_and_holds_the_edge_back_until_half_of_it_is_free() {
        var gate = new Semaphore(0);
        var intake = intake(1, 10, 1500, orders -> {
            gate.acquireUninterruptibly();
            return all(orders, Code.RESERVED);
        });
        var answers = new CopyOnWriteArrayList<List<Code>>();
        intake.take(new Inquiry(orders(1), System.nanoTime(), done -> answers.add(verdicts(done))));
        Awaitility.await().until(gate::hasQueuedThreads);
        assertThat(intake.problem()).isNull();
        for (int i = 0; i < 12; i++) {
            intake.take(new Inquiry(orders(1), System.nanoTime(), done -> answers.add(verdicts(done))));
        }
        assertThat(answers)
                .as("the two that found no room")
                .containsExactly(List.of(Code.PENDING), List.of(Code.PENDING));
        assertThat(intake.problem()).contains("more orders wait");
        gate.release(2); // the one under way, and the ten that waited
        Awaitility.await().until(() -> intake.problem() == null);
        Awaitility.await().until(() -> answers.size() == 13);
        assertThat(answers.stream().filter(List.of(Code.RESERVED)::equals)).hasSize(11);
    }

    @Test
    void the_longest_wait_is_that_of_the_order_which_is_next() {
        var gate = new Semaphore(0);
        var intake = intake(1, 10, 1500, orders -> {
            gate.acquireUninterruptibly();
            return all(orders, Code.RESERVED);
        });
        assertThat(intake.longestWait()).isZero();
        intake.take(new Inquiry(orders(1), System.nanoTime(), done -> {}));
        Awaitility.await().until(gate::hasQueuedThreads);
        assertThat(intake.longestWait()).as("one is settled, none waits").isZero();
        long aMinuteAgo = System.nanoTime() - Duration.ofMinutes(1).toNanos();
        intake.take(new Inquiry(orders(1), aMinuteAgo, done -> {}));
        intake.take(new Inquiry(orders(1), System.nanoTime(), done -> {}));
        assertThat(intake.longestWait()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(70));
        gate.release(10);
        Awaitility.await().until(() -> intake.longestWait().isZero());
    }

    @Test
    void a_batch_that_fails_is_pending_and_the_next_is_settled() {
        var intake = intake(1, 100, 1500, orders -> {
            if (orders.get(0).quantity() == 1) {
                throw new IllegalStateException("a store is away");
            }
            return all(orders, Code.RESERVED);
        });
        var answers = new CopyOnWriteArrayList<List<Code>>();
        intake.take(new Inquiry(orders(1), System.nanoTime(), done -> answers.add(verdicts(done))));
        Awaitility.await().until(() -> answers.size() == 1);
        var second = List.of(new Candidate("1-9", new StockKeys("S", 1, 1), "u", 1, 2, false));
        intake.take(new Inquiry(second, System.nanoTime(), done -> answers.add(verdicts(done))));
        Awaitility.await().until(() -> answers.size() == 2);
        assertThat(answers).containsExactly(List.of(Code.PENDING), List.of(Code.RESERVED));
    }

    @Test
    void orders_that_wait_while_one_batch_is_settled_go_together() {
        var gate = new Semaphore(0);
        var sizes = new CopyOnWriteArrayList<Integer>();
        var intake = intake(1, 1000, 1500, orders -> {
            sizes.add(orders.size());
            gate.acquireUninterruptibly();
            return all(orders, Code.RESERVED);
        });
        intake.take(new Inquiry(orders(1), System.nanoTime(), done -> {}));
        Awaitility.await().until(gate::hasQueuedThreads);
        intake.take(new Inquiry(orders(100), System.nanoTime(), done -> {}));
        gate.release(10);
        Awaitility.await().until(() -> sizes.size() == 3);
        assertThat(sizes).containsExactly(1, 64, 36);
    }
}
