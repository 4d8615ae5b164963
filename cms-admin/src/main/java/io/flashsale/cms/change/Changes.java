package io.flashsale.cms.change;

import io.flashsale.cms.change.Made.Entry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one way to change anything: one transaction at READ COMMITTED, and its audit rows in it. A body cannot return without
 * saying what it did, so no change goes unaudited.
 */
@Component
public class Changes {

    /** Deadlocks and lock waits pass when the other side is done; three of them in a row do not. */
    private static final int ATTEMPTS = 3;

    /** Short of the client's patience and far over what a change takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final PlatformTransactionManager transactions;
    private final AuditLog audit;
    private final JsonMapper json;

    Changes(PlatformTransactionManager transactions, AuditLog audit, JsonMapper json) {
        this.transactions = transactions;
        this.audit = audit;
        this.json = json;
    }

    /** Runs the body, again if a lock was lost; it must therefore touch nothing but the database. */
    public <T> T make(Actor actor, Supplier<Made<T>> body) {
        return make(actor, PATIENCE, body);
    }

    /** The same for what takes longer, and locks nothing that others want. */
    public <T> T make(Actor actor, Duration patience, Supplier<Made<T>> body) {
        var transaction = new TransactionTemplate(transactions);
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        transaction.setTimeout(Math.toIntExact(patience.toSeconds()));
        for (int attempt = 1; ; attempt++) {
            try {
                return once(transaction, actor, body);
            } catch (ConcurrencyFailureException lost) {
                if (attempt == ATTEMPTS) {
                    throw lost;
                }
            }
        }
    }

    private static Map<String, ?> detail(Actor actor, Entry entry) {
        if (actor.why() == null) {
            return entry.detail();
        }
        var detail = new LinkedHashMap<String, Object>(entry.detail());
        detail.put("why", actor.why());
        return detail;
    }

    /** From where the request came that is being answered, as the socket has it; null where there is none. */
    static @Nullable String address() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes asked
                ? asked.getRequest().getRemoteAddr().replaceFirst("%.*", "") // the scope of a link-local one
                : null;
    }

    private <T> T once(TransactionTemplate transaction, Actor actor, Supplier<Made<T>> body) {
        Made<T> made = transaction.execute(status -> {
            Made<T> done = body.get();
            for (Entry entry : done.entries()) {
                audit.append(
                        actor.name(),
                        entry.action(),
                        entry.subject(),
                        json.writeValueAsString(detail(actor, entry)),
                        actor.from());
            }
            return done;
        });
        return made.result();
    }
}
