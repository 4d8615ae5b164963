package io.flashsale.cms.blacklist;

import io.flashsale.cms.web.Refusal;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who is on the list, written the one way that the edge will look it up by. */
record Subject(Kind kind, String value) {

    /** What the value is. */
    enum Kind {
        ADDRESS,
        ACCOUNT,
        SESSION;

        String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    /** @throws Refusal if it is not such a thing; the sentence names the field */
    static Subject read(@Nullable String kind, @Nullable String value) {
        Kind known = kind(kind);
        if (value == null) {
            throw Refusal.badRequest("value", "must be there");
        }
        if (known == Kind.ADDRESS) {
            return new Subject(known, address(value));
        }
        if (!ID.matcher(value).matches()) {
            throw Refusal.badRequest("value", "must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        return new Subject(known, value);
    }

    /** What is looked for: an address in the one way that it is written here, anything else as it is. */
    static String asStored(String value) {
        try {
            return address(value);
        } catch (Refusal noAddress) {
            return value;
        }
    }

    /** @throws Refusal 400 if there is no such kind */
    static Kind kind(@Nullable String kind) {
        for (Kind known : Kind.values()) {
            if (known.column().equals(kind)) {
                return known;
            }
        }
        throw Refusal.badRequest("kind", "must be address, account or session");
    }

    private static String address(String text) {
        try {
            boolean literal = IPV4.matcher(text).matches()
                    || (text.indexOf(':') >= 0 && IPV6.matcher(text).matches());
            if (literal) {
                // A literal is parsed, never looked up.
                return canonical(InetAddress.getByName(text));
            }
        } catch (UnknownHostException notAnAddress) {
            // falls through to the same sentence
        }
        throw Refusal.badRequest("value", "must be one IPv4 or IPv6 address");
    }

    /** As nginx writes addresses: RFC 5952, IPv4-mapped ones as IPv4. */
    private static String canonical(InetAddress address) {
        if (address instanceof Inet4Address) {
            return address.getHostAddress();
        }
        byte[] bytes = address.getAddress();
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
        }
        int gapAt = -1;
        int gapLength = 1; // a single zero is not shortened
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > gapLength) {
                gapAt = i;
                gapLength = end - i;
            }
            i = Math.max(i, end - 1);
        }
        var text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == gapAt) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
