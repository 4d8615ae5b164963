package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;

/** {@code POST /buy} of many buyers for one unit, made beforehand; only the request key is written at the time. */
final class Requests {

    private static final int DIGITS = 7;
    /** What stands behind the key's digits in the body. */
    private static final String END = "\"}";

    private final byte[][] requests;

    Requests(String sku, List<Target.Buyer> buyers) {
        this(buyers.stream().map(buyer -> request(sku, buyer, "")).toArray(byte[][]::new));
    }

    /** Who sends them: from which address, as a proxy says, and with a session that nobody signed, or his own. */
    record Sender(Target.Buyer buyer, String address, boolean forges) {

        private byte[] request(String sku) {
            String session = buyer.session();
            if (forges) {
                // Its third last letter: the last one has bits that count for nothing.
                int at = session.length() - 3;
                session =
                        session.substring(0, at) + (session.charAt(at) == 'A' ? 'B' : 'A') + session.substring(at + 1);
            }
            return Requests.request(
                    sku,
                    new Target.Buyer(buyer.userId(), buyer.level(), session),
                    "X-Forwarded-For: " + address + "\r\n");
        }
    }

    private Requests(byte[][] requests) {
        this.requests = requests;
    }

    static Requests of(String sku, List<Sender> senders) {
        return new Requests(senders.stream().map(sender -> sender.request(sku)).toArray(byte[][]::new));
    }

    /** The request's bytes, which the next call for the same buyer writes over. */
    byte[] of(int buyer, int key) {
        byte[] request = requests[buyer];
        int at = request.length - END.length();
        for (int digit = 0, rest = key; digit < DIGITS; digit++, rest /= 10) {
            request[--at] = (byte) ('0' + rest % 10);
        }
        return request;
    }

    static String key(int key) {
        return "b%07d".formatted(key);
    }

    private static byte[] request(String sku, Target.Buyer buyer, String headers) {
        String body = "{\"sessionID\":\"" + buyer.session() + "\",\"userID\":\"" + buyer.userId() + "\",\"userLevel\":"
                + buyer.level() + ",\"clientIP\":\"203.0.113.7\",\"goodsSKU\":\"" + sku
                + "\",\"goodsQuantity\":1,\"requestID\":\"" + key(0) + END;
        String head = "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (head + body).getBytes(ISO_8859_1);
    }
}
