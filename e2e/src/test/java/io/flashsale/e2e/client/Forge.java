package io.flashsale.e2e.client;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Makes session tokens, good and bad, with the installation's own key. */
public final class Forge {

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final String kid;
    private final byte[] key;

    public Forge(Installation installation) {
        String[] first = installation
                .secret("session-keys")
                .lines()
                .filter(l -> !l.isBlank() && !l.startsWith("#"))
                .findFirst()
                .orElseThrow()
                .split("\\s+");
        this.kid = first[0];
        this.key = Base64.getDecoder().decode(first[1]);
    }

    /** The claims of a good session for this buyer. */
    public Map<String, Object> claims(String userId, int level) {
        long now = Instant.now().getEpochSecond();
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", "flashsale");
        claims.put("aud", "flashsale-buy");
        claims.put("sub", userId);
        claims.put("lvl", level);
        claims.put("iat", now);
        claims.put("exp", now + 600);
        claims.put("sid", "forged-" + userId);
        return claims;
    }

    public Map<String, Object> header() {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", "HS256");
        header.put("typ", "JWT");
        header.put("kid", kid);
        return header;
    }

    public String sign(Map<String, Object> header, Map<String, Object> claims) {
        return sign(header, claims, key, "HmacSHA256");
    }

    /** A token signed with this key by this algorithm; a null key leaves the signature away. */
    public String sign(
            Map<String, Object> header, Map<String, Object> claims, byte @Nullable [] with, String algorithm) {
        String signed = encode(header) + "." + encode(claims);
        if (with == null) {
            return signed + ".";
        }
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(with, algorithm));
            return signed + "." + BASE64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public byte[] key() {
        return key.clone();
    }

    private static String encode(Map<String, Object> json) {
        return BASE64.encodeToString(Http.JSON.writeValueAsBytes(json));
    }
}
