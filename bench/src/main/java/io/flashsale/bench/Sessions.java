package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A pool of buyers with a valid session each, packed: a million are 300 MB. */
final class Sessions {

    private byte[] bytes;
    private int end;
    private final int[] users; // where each buyer's id begins; his token follows it
    private final int[] tokens;

    private Sessions(int count) {
        this.users = new int[count + 1];
        this.tokens = new int[count];
        this.bytes = new byte[320 * count];
    }

    /** Of accounts that the backend opened. */
    static Sessions of(List<Target.Buyer> buyers) {
        var sessions = new Sessions(buyers.size());
        for (int i = 0; i < buyers.size(); i++) {
            sessions.add(i, buyers.get(i).userId(), buyers.get(i).session());
        }
        return sessions;
    }

    /**
     * Signed here, as the backend signs them; nobody opened these accounts, and the edge does not ask.
     *
     * @param keys the file that the edge reads
     */
    static Sessions signed(Path keys, String prefix, int count) {
        var sessions = new Sessions(count);
        var base64 = Base64.getUrlEncoder().withoutPadding();
        try {
            String[] first = Files.readAllLines(keys).get(0).split("\\s+");
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(first[1]), "HmacSHA256"));
            String header = base64.encodeToString("{\"kid\":\"%s\",\"typ\":\"JWT\",\"alg\":\"HS256\"}"
                    .formatted(first[0])
                    .getBytes(UTF_8));
            long now = System.currentTimeMillis() / 1000;
            for (int i = 0; i < count; i++) {
                String user = prefix + (i + 1);
                String claims = "{\"iss\":\"flashsale\",\"aud\":\"flashsale-buy\",\"sub\":\"" + user
                        + "\",\"lvl\":1,\"sid\":\"" + "00000000-0000-4000-8000-%012d".formatted(i) + "\",\"iat\":" + now
                        + ",\"exp\":" + (now + 7200) + "}";
                String signed = header + "." + base64.encodeToString(claims.getBytes(US_ASCII));
                String signature = base64.encodeToString(mac.doFinal(signed.getBytes(US_ASCII)));
                sessions.add(i, user, signed + "." + signature);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return sessions;
    }

    private void add(int i, String user, String token) {
        users[i] = end;
        append(user);
        tokens[i] = end;
        append(token);
        users[i + 1] = end;
    }

    private void append(String text) {
        byte[] ascii = text.getBytes(US_ASCII);
        if (end + ascii.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.addExact(bytes.length, bytes.length / 2));
        }
        System.arraycopy(ascii, 0, bytes, end, ascii.length);
        end += ascii.length;
    }

    int size() {
        return tokens.length;
    }

    int userLength(int i) {
        return tokens[i] - users[i];
    }

    int tokenLength(int i) {
        return users[i + 1] - tokens[i];
    }

    void putUser(int i, ByteBuffer into) {
        into.put(bytes, users[i], userLength(i));
    }

    void putToken(int i, ByteBuffer into) {
        into.put(bytes, tokens[i], tokenLength(i));
    }
}
