package io.flashsale.backend.account;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import io.flashsale.backend.web.Refusal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One spelling for each phone: E.164. A number without a country code is a Chinese one. */
final class Phones {

    private static final String HOME = "CN";
    private static final int MOST_CHARACTERS = 32;

    /** Those that take a text and cost the sender no premium. */
    private static final Set<PhoneNumberType> TEXTABLE =
            Set.of(PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE);

    private Phones() {}

    /** @throws Refusal BAD_REQUEST if it is no mobile phone's number */
    static String parse(@Nullable String text) {
        var util = PhoneNumberUtil.getInstance();
        try {
            if (text == null || text.length() > MOST_CHARACTERS) {
                throw notAPhone();
            }
            var number = util.parse(text, HOME);
            if (!util.isValidNumber(number)
                    || !TEXTABLE.contains(util.getNumberType(number))
                    || number.hasExtension()) {
                throw notAPhone();
            }
            return util.format(number, PhoneNumberFormat.E164);
        } catch (NumberParseException e) {
            throw notAPhone();
        }
    }

    /** The calling code of one in E.164. */
    static int country(String phone) {
        try {
            return PhoneNumberUtil.getInstance().parse(phone, HOME).getCountryCode();
        } catch (NumberParseException e) {
            throw new IllegalArgumentException("not E.164", e);
        }
    }

    /** As its owner recognises it, and nobody else: {@code +86 138****8000}. */
    static String masked(String phone) {
        var util = PhoneNumberUtil.getInstance();
        try {
            var number = util.parse(phone, HOME);
            String national = Long.toString(number.getNationalNumber());
            int shown = Math.min(3, national.length() / 3);
            int last = Math.min(4, national.length() / 3);
            return "+" + number.getCountryCode() + " " + national.substring(0, shown)
                    + "*".repeat(national.length() - shown - last) + national.substring(national.length() - last);
        } catch (NumberParseException e) {
            throw new IllegalArgumentException("not E.164", e);
        }
    }

    private static Refusal notAPhone() {
        return Refusal.badRequest(
                "phone", "must be the number of a mobile phone, with its country code if it is not Chinese");
    }
}
