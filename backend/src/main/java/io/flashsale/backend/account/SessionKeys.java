package io.flashsale.backend.account;

import io.flashsale.backend.config.BadSetting;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys of session tokens by {@code kid}. The first signs, all verify, so that keys can be changed without logging anybody out. */
record SessionKeys(String signingId, Map<String, byte[]> byId) {

    private static final int LEAST_BYTES = 32; // RFC 7518: no shorter than the hash

    static SessionKeys parse(List<String> lines) {
        var keys = new LinkedHashMap<String, byte[]>();
        for (String line : lines) {
            String[] parts = line.split("\\s+");
            if (parts.length != 2 || !parts[0].matches("[A-Za-z0-9_-]{1,32}")) {
                throw new BadSetting("FLASHSALE_SESSION_KEYS_FILE: line " + (keys.size() + 1)
                        + " is not 'kid base64': a kid has 1-32 letters, digits, _ or -.");
            }
            byte[] key = decode(parts[1], parts[0]);
            if (key.length < LEAST_BYTES) {
                throw new BadSetting(
                        "FLASHSALE_SESSION_KEYS_FILE: key " + parts[0] + " has fewer than " + LEAST_BYTES + " bytes.");
            }
            if (keys.put(parts[0], key) != null) {
                throw new BadSetting("FLASHSALE_SESSION_KEYS_FILE: key " + parts[0] + " is there twice.");
            }
        }
        if (keys.isEmpty()) {
            throw new BadSetting("FLASHSALE_SESSION_KEYS_FILE has no key.");
        }
        return new SessionKeys(keys.keySet().iterator().next(), keys);
    }

    private static byte[] decode(String text, String kid) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new BadSetting("FLASHSALE_SESSION_KEYS_FILE: key " + kid + " is not base64.", e);
        }
    }
}
