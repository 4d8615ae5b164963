package io.flashsale.cms.promo;

import java.util.List;
import java.util.Locale;

/** What can be done to a promo, from where, and what it is then called. */
enum Transition {
    /** By a program, for whom nobody has to approve anything. */
    PUBLISH("published", PromoState.LIVE, Review.Needed.NONE, PromoState.DRAFT),
    /** By a reviewer: an operator may schedule it. */
    APPROVE("approved", PromoState.DRAFT, Review.Needed.OPEN, PromoState.DRAFT),
    /** By a reviewer: its draft is gone on with. */
    RETURN("returned", PromoState.ENDED, Review.Needed.NONE, PromoState.DRAFT),
    /** By a person: on sale as soon as it opens. */
    SCHEDULE("scheduled", PromoState.LIVE, Review.Needed.APPROVED, PromoState.DRAFT),
    /** Of what was never on sale. */
    CANCEL("cancelled", PromoState.ENDED, Review.Needed.NONE, PromoState.DRAFT),
    PAUSE("paused", PromoState.PAUSED, Review.Needed.NONE, PromoState.LIVE),
    RESUME("resumed", PromoState.LIVE, Review.Needed.NONE, PromoState.PAUSED),
    END("ended", PromoState.ENDED, Review.Needed.NONE, PromoState.LIVE, PromoState.PAUSED);

    private final String done;
    private final PromoState to;
    private final Review.Needed needed;
    private final List<PromoState> from;

    Transition(String done, PromoState to, Review.Needed needed, PromoState... from) {
        this.done = done;
        this.to = to;
        this.needed = needed;
        this.from = List.of(from);
    }

    PromoState to() {
        return to;
    }

    Review.Needed needed() {
        return needed;
    }

    List<PromoState> from() {
        return from;
    }

    /** Whether it is a reviewer's. */
    boolean reviews() {
        return this == APPROVE || this == RETURN;
    }

    String action() {
        return "PROMO_" + done.toUpperCase(Locale.ROOT);
    }

    String refusal(PromoState now) {
        String allowed = String.join(" or ", from.stream().map(Enum::name).toList());
        return "It is " + now + "; only a promo that is " + allowed + " can be " + done + ".";
    }
}
