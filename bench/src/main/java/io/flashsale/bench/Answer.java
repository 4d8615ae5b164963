package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Reads nginx's answers one after another and counts them, without garbage. Not a parser of HTTP in general. */
final class Answer {

    private static final byte[] LENGTH = "Content-Length: ".getBytes(US_ASCII);
    private static final byte[] CHUNKED = "Transfer-Encoding: chunked".getBytes(US_ASCII);
    private static final byte[] CODE = "\"code\":\"".getBytes(US_ASCII);
    private static final int CODE_WITHIN = 256; // bytes of the body
    private static final int STATUS = "HTTP/1.1 ".length();

    private byte[] bytes = new byte[0];
    private int size;
    private int body;

    private final Map<String, long[]> counts = new HashMap<>();
    private byte[] last = new byte[0];
    private long[] lastCount = new long[1];

    /** Whether {@code in}, filled from its beginning to its position, holds a whole answer. */
    boolean read(ByteBuffer in) {
        if (bytes.length < in.capacity()) {
            bytes = new byte[in.capacity()];
        }
        size = in.position();
        in.get(0, bytes, 0, size);
        int line = lineAfter(0);
        int length = 0;
        boolean chunked = false;
        while (line < size && bytes[line] != '\r') {
            if (begins(LENGTH, line)) {
                length = number(line + LENGTH.length, 10);
            } else if (begins(CHUNKED, line)) {
                chunked = true;
            }
            line = lineAfter(line);
        }
        body = line + 2;
        return chunked ? lastChunkEnds() : body + length <= size;
    }

    /** Counts what was read last, by its code, or by its status where it has none. */
    void count() {
        int from = code();
        int to = from;
        while (bytes[to] >= '0') { // a quote and a space are below
            to++;
        }
        if (!Arrays.equals(bytes, from, to, last, 0, last.length)) {
            last = Arrays.copyOfRange(bytes, from, to);
            lastCount = counts.computeIfAbsent(new String(last, US_ASCII), code -> new long[1]);
        }
        lastCount[0]++;
    }

    Map<String, Long> counts() {
        var all = new TreeMap<String, Long>();
        counts.forEach((code, count) -> all.put(code, count[0]));
        return all;
    }

    private int code() {
        int most = Math.min(size - CODE.length, body + CODE_WITHIN);
        for (int i = body; i < most; i++) {
            if (bytes[i] == '"' && begins(CODE, i)) {
                return i + CODE.length;
            }
        }
        return STATUS;
    }

    private boolean lastChunkEnds() {
        int at = body;
        while (at < size) {
            int length = number(at, 16);
            int data = lineAfter(at);
            at = data + length + 2;
            if (length == 0) {
                return data < size && at <= size;
            }
        }
        return false;
    }

    /** Where the next line begins; beyond the end if it has not come. */
    private int lineAfter(int from) {
        for (int i = from; i < size; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return size;
    }

    private boolean begins(byte[] text, int at) {
        return bytes[at] == text[0]
                && at + text.length <= size
                && Arrays.equals(bytes, at, at + text.length, text, 0, text.length);
    }

    private int number(int from, int base) {
        int number = 0;
        for (int i = from; i < size && Character.digit(bytes[i], base) >= 0; i++) {
            number = base * number + Character.digit(bytes[i], base);
        }
        return number;
    }
}
