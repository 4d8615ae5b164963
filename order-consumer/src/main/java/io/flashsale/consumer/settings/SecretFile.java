package io.flashsale.consumer.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Locale;
import java.util.Set;

/** Reads a secret from its file. Says what is wrong with the file, never what is in it. */
public final class SecretFile {

    private static final Set<String> PLACEHOLDERS =
            Set.of("changeme", "change-me", "password", "secret", "token", "example", "todo");

    private SecretFile() {}

    /**
     * @param variable that named the file, for the message
     * @throws BadSetting if there is no such file, or nothing or a placeholder in it
     */
    public static String read(String variable, String file) {
        String secret;
        try {
            secret = Files.readString(Path.of(file)).strip();
        } catch (IOException | InvalidPathException e) {
            throw new BadSetting(variable + ": cannot read " + file, e);
        }
        if (secret.isEmpty()) {
            throw new BadSetting(variable + ": " + file + " is empty");
        }
        if (PLACEHOLDERS.contains(secret.toLowerCase(Locale.ROOT))) {
            throw new BadSetting(variable + ": " + file + " holds a placeholder, not a secret");
        }
        return secret;
    }

    /** Whether others than the owner may read the file; where the file system cannot tell, no. */
    static boolean isOpenToOthers(String file) throws IOException {
        Path path = Path.of(file);
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return false;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        return permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ);
    }
}
