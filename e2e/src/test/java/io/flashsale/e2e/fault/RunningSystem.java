package io.flashsale.e2e.fault;

import io.flashsale.e2e.client.Hops;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * The system of the fault stage: started once, by the first class that needs it, with a proxy in each way between two parts. It runs
 * on when the tests have ended, for {@code ./flashsale down} to end.
 */
final class RunningSystem implements BeforeAllCallback, TestWatcher {

    /** What the fault classes share. */
    record Running(Hops hops) implements AutoCloseable {

        @Override
        public void close() {
            Report.write();
            hops.close();
        }
    }

    private static volatile @Nullable Running running;

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot()
                .getStore(Namespace.create(RunningSystem.class))
                .computeIfAbsent(Running.class, type -> start(), Running.class);
    }

    /** Said at once, for whoever follows the log of a long run. */
    @Override
    public void testSuccessful(ExtensionContext context) {
        System.out.println("held: " + context.getDisplayName());
    }

    @Override
    public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
        System.out.println("BROKEN: " + context.getDisplayName() + ": " + cause);
    }

    static Hops hops() {
        Running present = running;
        if (present == null) {
            throw new IllegalStateException("the class is not a @FaultTest");
        }
        return present.hops();
    }

    private static Running start() {
        Installation installation = Installation.fromEnvironment();
        Running started = new Running(new Hops(installation));
        running = started;
        new Operator(installation).repair();
        return started;
    }
}
