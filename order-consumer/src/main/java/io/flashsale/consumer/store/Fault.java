package io.flashsale.consumer.store;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Whose fault a failed write is. */
public enum Fault {
    /** A row with this key is there already. */
    DUPLICATE,
    /** The rows can never be written as they are. */
    DATA,
    /** Deadlock, lock wait, lost connection, missing grant, full disk: the same rows may be written later. */
    INFRASTRUCTURE;

    private static final int DUPLICATE_ENTRY = 1062;

    /**
     * Errors of the server that name the values as the cause, where the SQL state does not say so: null, wrong, out of range or too long;
     * violated CHECK of MySQL and of MariaDB.
     */
    private static final Set<Integer> OF_THE_VALUES = Set.of(1048, 1264, 1265, 1292, 1366, 1406, 3819, 4025);

    /**
     * Judges by the innermost {@link SQLException}. What reached no database and is not about reaching it is the fault of the data that it
     * choked on: retrying it for ever would stop everybody else's orders.
     */
    public static Fault of(Throwable failure) {
        SQLException sql = innermost(failure);
        if (sql != null) {
            return of(sql);
        }
        boolean aboutTheDatabase = failure instanceof DataAccessException || failure instanceof TransactionException;
        return aboutTheDatabase ? INFRASTRUCTURE : DATA;
    }

    private static Fault of(SQLException failure) {
        if (failure.getErrorCode() == DUPLICATE_ENTRY) {
            return DUPLICATE;
        }
        String state = failure.getSQLState();
        boolean ofTheValues = OF_THE_VALUES.contains(failure.getErrorCode())
                || (state != null && (state.startsWith("22") || state.startsWith("23")));
        return ofTheValues ? DATA : INFRASTRUCTURE;
    }

    private static @Nullable SQLException innermost(Throwable failure) {
        SQLException found = null;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SQLException sql) {
                found = sql;
            }
        }
        return found;
    }
}
