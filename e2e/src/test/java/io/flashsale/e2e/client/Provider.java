package io.flashsale.e2e.client;

import java.net.URI;
import java.util.Objects;

/** A shopper on the payment provider's page, as the shop's answer names it. */
public final class Provider {

    private final URI page;

    /** Where the shop sends somebody who wants to pay; asked again where it is too busy to say. */
    public static Provider of(Shop shop, Buyer buyer, String order) {
        return new Provider(shop.pay(buyer, order));
    }

    /** @param where the shop's answer to who asked where to pay */
    public Provider(Http.Answer where) {
        if (where.status() != 200) {
            throw new AssertionError("nowhere to pay: " + where);
        }
        this.page = URI.create(Objects.requireNonNull(where.text("payURL")));
    }

    public void pay() {
        decide("decision=pay");
    }

    public void decline() {
        decide("decision=decline");
    }

    /** Pays, and has the provider misbehave: {@code copies=3}, {@code delaySeconds=12}, {@code amountMinor=1}, {@code failedFirst=true}. */
    public void pay(String misbehaving) {
        decide("decision=pay&" + misbehaving);
    }

    void decide(String form) {
        Http.Answer answer = Http.send("POST", page, form, "Content-Type", "application/x-www-form-urlencoded");
        if (answer.status() != 302 && answer.status() != 200) {
            throw new AssertionError("the provider's page says " + answer);
        }
    }
}
