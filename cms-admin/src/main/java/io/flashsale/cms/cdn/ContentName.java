package io.flashsale.cms.cdn;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What a file is called that never changes: half of the SHA-256 of what is in it, as 32 hexadecimal digits. */
public final class ContentName {

    private ContentName() {}

    public static String of(byte[] bytes) {
        return of(List.of(bytes));
    }

    /** One name for several files. */
    public static String of(List<byte[]> files) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            files.forEach(sha256::update);
            return HexFormat.of().formatHex(sha256.digest(), 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
