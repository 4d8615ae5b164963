package io.flashsale.cms.web;

import java.math.BigDecimal;
import java.util.Currency;

/** Amounts as people write them. */
public final class Amounts {

    /** {@code CNY 19.99} of 1999. */
    public String of(long minor, String currency) {
        int digits = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
        return currency + " " + BigDecimal.valueOf(minor, digits).toPlainString();
    }
}
