package io.flashsale.testkit;

import org.jspecify.annotations.Nullable;

/** A server could not be started, stopped or reached. Its message says which, and shows the end of the server's log. */
public final class TestkitException extends RuntimeException {
    TestkitException(String message) {
        super(message);
    }

    TestkitException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
