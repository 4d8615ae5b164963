package io.flashsale.cms.promo;

import java.util.List;

/** What can be done to a promo, from where, and what it is then called. */
enum Transition {
    PUBLISH("published", PromoState.LIVE, PromoState.DRAFT),
    /** Of what was never on sale. */
    CANCEL("cancelled", PromoState.ENDED, PromoState.DRAFT),
    PAUSE("paused", PromoState.PAUSED, PromoState.LIVE),
    RESUME("resumed", PromoState.LIVE, PromoState.PAUSED),
    END("ended", PromoState.ENDED, PromoState.LIVE, PromoState.PAUSED);

    private final String done;
    private final PromoState to;
    private final List<PromoState> from;

    Transition(String done, PromoState to, PromoState... from) {
        this.done = done;
        this.to = to;
        this.from = List.of(from);
    }

    PromoState to() {
        return to;
    }

    List<PromoState> from() {
        return from;
    }

    String action() {
        return "PROMO_" + done.toUpperCase(java.util.Locale.ROOT);
    }

    String refusal(PromoState now) {
        String allowed = String.join(" or ", from.stream().map(Enum::name).toList());
        return "It is " + now + "; only a promo that is " + allowed + " can be " + done + ".";
    }
}
