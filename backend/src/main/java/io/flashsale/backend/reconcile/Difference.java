package io.flashsale.backend.reconcile;

/**
 * One thing that is not as it should be.
 *
 * @param subject the order's id, or {@value #ITEM} for the item itself
 */
record Difference(Kind kind, String subject, String detail) {

    static final String ITEM = "-";

    enum Repair {
        /** The order's message once more: the consumer knows an order by its id, so twice is once. */
        RESEND,
        /** The item anew from MySQL, which is the truth: buyers hear "try again" for a second. */
        REBUILD,
        /** No machine can know what is right. */
        NONE
    }

    enum Kind {
        /** The queue took it, and it is neither an order nor parked. */
        LOST(Repair.RESEND),
        /** A live order that Redis does not know. */
        UNKNOWN_TO_REDIS(Repair.REBUILD),
        /** Both know the order, in states that do not go together. */
        STATE(Repair.REBUILD),
        /** Both know the order, with other units or another buyer. */
        CONTENT(Repair.REBUILD),
        /** All orders agree and nothing is under way, but the counters do not. */
        COUNTERS(Repair.REBUILD),
        /** A refusal that was told and is an order all the same. */
        REFUSED_YET_ORDER(Repair.NONE),
        /** MySQL's counters are not the sums of its ledger. */
        LEDGER(Repair.NONE),
        /** MySQL's held and sold units are not the sums of its orders. */
        ORDERS(Repair.NONE);

        private final Repair repair;

        Kind(Repair repair) {
            this.repair = repair;
        }

        Repair repair() {
            return repair;
        }
    }
}
