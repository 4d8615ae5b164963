package io.flashsale.cms.work;

/** What work says of itself while it is done. */
public interface Progress {

    /**
     * How far it is.
     *
     * @throws Stopped where somebody has asked for that
     */
    void at(int done);

    /**
     * The last thing that it does, within its transaction: then it is done exactly if the transaction is.
     *
     * @param page where what came of it is
     * @throws Stopped where somebody has asked for that
     */
    void done(String page);

    /** Rolls back what was done so far. Without a stack trace, since it is an answer and not a fault. */
    final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Stopped() {
            super("somebody had it stop", null, false, false);
        }
    }
}
