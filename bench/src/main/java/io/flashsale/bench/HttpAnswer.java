package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/**
 * What a generator needs of an answer to {@code POST /buy}: nginx's own spelling of the head, and the fields of the JSON body that
 * decide. Written for thousands of answers a second; it is no parser of HTTP.
 *
 * @param code null where the body names none
 * @param retryAfter seconds; 0 where nothing was said
 */
record HttpAnswer(int status, @Nullable String code, @Nullable String orderId, int retryAfter, boolean closes) {

    private static final byte[] HEAD_END = bytes("\r\n\r\n");
    private static final byte[] LENGTH = bytes("\r\nContent-Length: ");
    private static final byte[] RETRY_AFTER = bytes("\r\nRetry-After: ");
    private static final byte[] CLOSES = bytes("\r\nConnection: close");
    private static final byte[] CODE = bytes("\"code\":\"");
    private static final byte[] ORDER_ID = bytes("\"orderID\":\"");
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    /** Null while less than the whole answer has come. */
    static @Nullable HttpAnswer read(byte[] in, int length) {
        int head = find(HEAD_END, in, 0, length);
        if (head < 0) {
            return null;
        }
        int body = head + HEAD_END.length;
        int at = find(LENGTH, in, 0, head + 2);
        if (at < 0) {
            throw new IllegalStateException("an answer without its length: " + new String(in, 0, length, ISO_8859_1));
        }
        int end = body + number(in, at + LENGTH.length);
        if (length < end) {
            return null;
        }
        int after = find(RETRY_AFTER, in, 0, head + 2);
        return new HttpAnswer(
                number(in, STATUS_AT),
                text(CODE, in, body, end),
                text(ORDER_ID, in, body, end),
                after < 0 ? 0 : number(in, after + RETRY_AFTER.length),
                find(CLOSES, in, 0, head + 2) >= 0);
    }

    private static @Nullable String text(byte[] name, byte[] in, int from, int to) {
        int at = find(name, in, from, to);
        if (at < 0) {
            return null;
        }
        int end = at + name.length;
        while (in[end] != '"') {
            end++;
        }
        return new String(in, at + name.length, end - at - name.length, ISO_8859_1);
    }

    private static int number(byte[] in, int from) {
        int number = 0;
        for (int i = from; in[i] >= '0' && in[i] <= '9'; i++) {
            number = 10 * number + in[i] - '0';
        }
        return number;
    }

    /** Where the pattern begins, or -1. */
    private static int find(byte[] pattern, byte[] in, int from, int to) {
        for (int i = from; i <= to - pattern.length; i++) {
            int same = 0;
            while (same < pattern.length && in[i + same] == pattern[same]) {
                same++;
            }
            if (same == pattern.length) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
