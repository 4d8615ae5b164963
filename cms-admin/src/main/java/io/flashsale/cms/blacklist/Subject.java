package io.flashsale.cms.blacklist;

import io.flashsale.cms.web.Refusal;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who is on the list, written the one way that the edge will look it up by. */
public record Subject(Kind kind, String value) {

    /** What the value is. */
    public enum Kind {
        ADDRESS,
        NETWORK,
        ACCOUNT,
        SESSION;

        public String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern BITS = Pattern.compile("[0-9]{1,3}");

    /** A network of fewer bits would keep a part of the world out; one of all of them is an address. */
    private static final int FEWEST_BITS_OF_IPV4 = 8;

    private static final int FEWEST_BITS_OF_IPV6 = 16;

    /** @throws Refusal if it is not such a thing; the sentence names the field */
    public static Subject read(@Nullable String kind, @Nullable String value) {
        Kind known = kind(kind);
        if (value == null) {
            throw Refusal.badRequest("value", "must be there");
        }
        if (known == Kind.ADDRESS) {
            return new Subject(known, canonical(address(value, "one IPv4 or IPv6 address")));
        }
        if (known == Kind.NETWORK) {
            return new Subject(known, network(value));
        }
        if (!ID.matcher(value).matches()) {
            throw Refusal.badRequest("value", "must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        return new Subject(known, value);
    }

    /** What is looked for: an address or a network in the one way that it is written here, anything else as it is. */
    public static String asStored(String value) {
        for (Kind kind : List.of(Kind.ADDRESS, Kind.NETWORK)) {
            try {
                return read(kind.column(), value).value();
            } catch (Refusal other) {
                // it may be of the next kind
            }
        }
        return value;
    }

    /** @throws Refusal 400 if there is no such kind */
    static Kind kind(@Nullable String kind) {
        for (Kind known : Kind.values()) {
            if (known.column().equals(kind)) {
                return known;
            }
        }
        throw Refusal.badRequest("kind", "must be address, network, account or session");
    }

    /** The network with nothing but its own bits: 203.0.113.0/24 of 203.0.113.7/24. */
    private static String network(String text) {
        String problem =
                "a network such as 203.0.113.0/24 or 2001:db8::/64, of 8 to 31 bits of IPv4 or 16 to 127 of IPv6";
        int slash = text.indexOf('/');
        if (slash < 0 || !BITS.matcher(text.substring(slash + 1)).matches()) {
            throw Refusal.badRequest("value", "must be " + problem);
        }
        byte[] bytes = address(text.substring(0, slash), problem).getAddress();
        int bits = Integer.parseInt(text.substring(slash + 1));
        int fewest = bytes.length == 4 ? FEWEST_BITS_OF_IPV4 : FEWEST_BITS_OF_IPV6;
        if (bits < fewest || bits >= bytes.length * 8) {
            throw Refusal.badRequest("value", "must be " + problem);
        }
        for (int bit = bits; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        try {
            return canonical(InetAddress.getByAddress(bytes)) + "/" + bits;
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static InetAddress address(String text, String wanted) {
        try {
            boolean literal = IPV4.matcher(text).matches()
                    || (text.indexOf(':') >= 0 && IPV6.matcher(text).matches());
            if (literal) {
                // A literal is parsed, never looked up.
                return InetAddress.getByName(text);
            }
        } catch (UnknownHostException notAnAddress) {
            // falls through to the same sentence
        }
        throw Refusal.badRequest("value", "must be " + wanted);
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
