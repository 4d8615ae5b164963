package io.flashsale.e2e.attack;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Requests that are nearly right: each is one of the public interface with a few things changed, by a seed that tells them all again. */
final class Fuzz {

    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "TRACE", "get", "BREW", "POST\0");

    private static final List<String> VALUES = List.of(
            "",
            "0",
            "-1",
            "1e308",
            "1e-400",
            "9223372036854775808",
            "18446744073709551616",
            "NaN",
            "null",
            "true",
            "[]",
            "{}",
            "[[[[[[[[",
            "{\"a\":",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "%00",
            "%2e%2e%2f",
            "../../etc/passwd",
            "' OR '1'='1",
            "<script>",
            "${jndi:x}",
            "\u0000",
            "\u00ff\u00fe",
            "\ufeff",
            "茶",
            "\ud83d\ude00",
            "A".repeat(65),
            "A".repeat(129),
            "9".repeat(400),
            " ",
            "\t",
            "\u000b");

    private static final List<String> HEADERS = List.of(
            "Content-Type: text/plain",
            "Content-Type: application/json; charset=utf-16",
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Type: application/xml",
            "Content-Type:",
            "Content-Encoding: gzip",
            "Content-Encoding: br",
            "Accept: text/html",
            "Accept: */*;q=x",
            "Accept-Language: \u00e9",
            "Expect: 200-ok",
            "Range: bytes=0-1,5-",
            "Range: bytes=-99999999999",
            "If-None-Match: \"x\"",
            "If-Modified-Since: yesterday",
            "Authorization: Bearer",
            "Authorization: Bearer a.b.c",
            "Authorization: Basic x",
            "Cookie: session=a.b.c",
            "Cookie: session=; session=",
            "Idempotency-Key: a b",
            "Idempotency-Key: ok",
            "X-Forwarded-For: 1.2.3.4",
            "X-User-ID: admin",
            "X-HTTP-Method-Override: DELETE",
            "Origin: null",
            "Origin: https://elsewhere.example",
            "Sec-Fetch-Site: cross-site",
            "Upgrade: h2c",
            "Connection: upgrade",
            "Host: elsewhere.example",
            "Forwarded: for=\"_x\"",
            "traceparent: 00-0-0-0",
            "X-Trace-Id: x\u0001y",
            "A: " + "b".repeat(3000));

    /** @param body null: none is sent */
    record Base(String method, String path, @org.jspecify.annotations.Nullable String body, List<String> headers) {}

    private final Random random;
    private final List<Base> bases;

    Fuzz(long seed, List<Base> bases) {
        this.random = new Random(seed);
        this.bases = bases;
    }

    /**
     * @param framed whether its length is told rightly, so that another may follow on the same connection
     * @param head whether the answer has no body
     */
    record Request(byte[] bytes, boolean framed, boolean head) {}

    Request next() {
        Base base = one(bases);
        String method = base.method();
        String path = base.path();
        byte[] body = base.body() == null ? new byte[0] : base.body().getBytes(StandardCharsets.UTF_8);
        var headers = new ArrayList<>(base.headers());
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            switch (random.nextInt(10)) {
                case 0 -> method = one(METHODS);
                case 1, 2 -> path = path(path);
                case 3, 4 -> headers.add(random.nextInt(headers.size() + 1), one(HEADERS));
                case 5 -> body = encoded(body);
                default -> body = body.length == 0 ? one(VALUES).getBytes(StandardCharsets.UTF_8) : changed(body);
            }
        }
        boolean wild = random.nextInt(25) == 0;
        byte[] bytes = assembled(method, path, headers, body);
        if (wild) {
            return new Request(flipped(bytes), false, false);
        }
        // What nginx takes for another message, or for none, ends the connection: nothing may follow it.
        boolean framed = headers.stream().noneMatch(h -> h.startsWith("Connection") || h.startsWith("Host: e"))
                && method.matches("[A-Z]+")
                && path.matches("/[!-~]*");
        return new Request(bytes, framed, method.equals("HEAD"));
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private String path(String path) {
        int at = 1 + random.nextInt(path.length());
        return switch (random.nextInt(6)) {
            case 0 -> path.substring(0, at) + one(VALUES) + path.substring(at);
            case 1 -> path + "?" + one(VALUES) + "=" + one(VALUES);
            case 2 -> path.substring(0, at);
            case 3 -> path + "/" + one(VALUES);
            case 4 -> "/" + path;
            default -> path.substring(0, at) + "%" + Integer.toHexString(random.nextInt(256)) + path.substring(at);
        };
    }

    private byte[] changed(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        int at = random.nextInt(text.length() + 1);
        return switch (random.nextInt(8)) {
            case 0 -> flipped(body);
            case 1 -> text.substring(0, at).getBytes(StandardCharsets.UTF_8);
            case 2 -> (text.substring(0, at) + one(VALUES) + text.substring(at)).getBytes(StandardCharsets.UTF_8);
            case 3 -> (text + text).getBytes(StandardCharsets.UTF_8);
            // one of its values for another
            case 4, 5, 6 ->
                text.replaceFirst(
                                ":(\"[^\"]*\"|[0-9]+)(?=[,}])" + (random.nextBoolean() ? "" : "(?=[^:]*$)"),
                                java.util.regex.Matcher.quoteReplacement(
                                        ":" + (random.nextBoolean() ? one(VALUES) : "\"" + one(VALUES) + "\"")))
                        .getBytes(StandardCharsets.UTF_8);
            default ->
                (text.replaceFirst("}$", ",\"x\":" + "[".repeat(random.nextInt(40)) + "1}"))
                        .getBytes(StandardCharsets.UTF_8);
        };
    }

    private byte[] encoded(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        Charset charset = one(List.of(
                StandardCharsets.UTF_16,
                StandardCharsets.UTF_16LE,
                StandardCharsets.ISO_8859_1,
                Charset.forName("UTF-32")));
        return random.nextBoolean() ? text.getBytes(charset) : ("\ufeff" + text).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] flipped(byte[] bytes) {
        byte[] flipped = bytes.clone();
        for (int i = 0; flipped.length > 0 && i <= random.nextInt(4); i++) {
            flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
        }
        return flipped;
    }

    private static byte[] assembled(String method, String path, List<String> headers, byte[] body) {
        var head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(body);
        return bytes.toByteArray();
    }
}
