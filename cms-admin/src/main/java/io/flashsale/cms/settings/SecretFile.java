package io.flashsale.cms.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads secrets, which come in files so that they show in no process list and no environment. */
public final class SecretFile {

    private static final int MAX_BYTES = 4096;

    private SecretFile() {}

    /**
     * The file's text without surrounding white space.
     *
     * @throws BadSetting if there is no such file, it cannot be read, is over 4096 bytes, or has under {@code atLeast} characters
     */
    public static String read(String setting, Path file, int atLeast) {
        String text;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new BadSetting(setting + " names " + file + ", which is over " + MAX_BYTES
                        + " bytes: that is not a secret's file.");
            }
            text = Files.readString(file).strip();
        } catch (IOException e) {
            throw new BadSetting(setting + " names " + file + ", which cannot be read ("
                    + e.getClass().getSimpleName() + "). Make the file, readable by this process only.");
        }
        if (text.length() < atLeast) {
            throw new BadSetting(setting + " names " + file + ", whose secret has " + text.length()
                    + " characters and needs at least " + atLeast + ".");
        }
        return text;
    }
}
