package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.List;

/** {@code POST /buy} as the storefront sends it, each by the next buyer of a pool and, where there are several, for the next SKU. */
final class Buys implements Saturator.Requests {

    /** What the buyer says of himself. */
    enum Who {
        HIMSELF,
        /** With a signature that is wrong at its end. */
        FORGED,
        /** His own session, and another's id. */
        ANOTHER
    }

    /** Every buyer's key: asked again, it is the same request. */
    static final String KEY = "bench-1";

    private static final byte[] HEAD =
            "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                    .getBytes(US_ASCII);
    private static final byte[] SESSION = "\r\n\r\n{\"sessionID\":\"".getBytes(US_ASCII);
    private static final byte[] USER = "\",\"userID\":\"".getBytes(US_ASCII);
    private static final byte[] SKU =
            "\",\"userLevel\":1,\"clientIP\":\"203.0.113.7\",\"goodsSKU\":\"".getBytes(US_ASCII);
    private static final byte[] REST = ("\",\"goodsQuantity\":1,\"requestID\":\"" + KEY + "\"}").getBytes(US_ASCII);
    private static final int FIXED = SESSION.length - 4 + USER.length + SKU.length + REST.length;

    private final Sessions buyers;
    private final byte[][] skus;
    private final Who who;
    private int buyer;
    private int sku;

    Buys(Sessions buyers, List<String> skus, Who who) {
        this.buyers = buyers;
        this.skus = skus.stream().map(s -> s.getBytes(US_ASCII)).toArray(byte[][]::new);
        this.who = who;
    }

    Buys(Sessions buyers, String sku) {
        this(buyers, List.of(sku), Who.HIMSELF);
    }

    int pool() {
        return buyers.size();
    }

    @Override
    public void next(ByteBuffer into) {
        int named = who == Who.ANOTHER ? (buyer + 1) % buyers.size() : buyer;
        int length = FIXED + buyers.tokenLength(buyer) + buyers.userLength(named) + skus[sku].length;
        into.put(HEAD);
        into.put((byte) ('0' + length / 100))
                .put((byte) ('0' + length / 10 % 10))
                .put((byte) ('0' + length % 10));
        into.put(SESSION);
        buyers.putToken(buyer, into);
        if (who == Who.FORGED) {
            forge(into);
        }
        into.put(USER);
        buyers.putUser(named, into);
        into.put(SKU).put(skus[sku]).put(REST);
        buyer = (buyer + 1) % buyers.size();
        sku = (sku + 1) % skus.length;
    }

    /** Changes the third last byte of the signature: the last one has bits that count for nothing. */
    private static void forge(ByteBuffer token) {
        int at = token.position() - 3;
        token.put(at, (byte) (token.get(at) == 'A' ? 'B' : 'A'));
    }
}
