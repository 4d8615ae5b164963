package io.flashsale.backend.account;

import io.flashsale.backend.background.Loop;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Forgets codes and sessions a day after they were of any use. */
@Component
final class AccountCleaner extends Loop {

    private final CodeMapper codes;
    private final SessionMapper sessions;

    AccountCleaner(CodeMapper codes, SessionMapper sessions) {
        super("account-cleaner", Duration.ofMinutes(1));
        this.codes = codes;
        this.sessions = sessions;
    }

    @Override
    protected void run() {
        codes.forget();
        sessions.forget();
    }
}
