package io.flashsale.backend.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The secrets, each from its own file. None has a default, and none is ever in a message. */
@Component
public final class Secrets {

    private static final int LEAST_TOKEN_LENGTH = 16;

    private final String edgeToken;
    private final String internalToken;
    private final @Nullable String mysqlPassword;
    private final @Nullable String redisPassword;
    private final Supplier<List<String>> sessionKeys;
    private final @Nullable String smsKey;

    Secrets(Settings settings) {
        boolean strict = settings.profile() == Profile.PRODUCTION;
        edgeToken = token("FLASHSALE_EDGE_TOKEN_FILE", settings.edgeTokenFile(), strict);
        internalToken = token("FLASHSALE_INTERNAL_TOKEN_FILE", settings.internalTokenFile(), strict);
        if (edgeToken.equals(internalToken)) {
            throw new BadSetting("FLASHSALE_EDGE_TOKEN_FILE and FLASHSALE_INTERNAL_TOKEN_FILE hold the same token:"
                    + " each door needs its own.");
        }
        mysqlPassword =
                password("FLASHSALE_MYSQL_PASSWORD_FILE", settings.mysql().passwordFile(), strict);
        redisPassword =
                password("FLASHSALE_REDIS_PASSWORD_FILE", settings.redis().passwordFile(), strict);
        sessionKeys = () -> required("FLASHSALE_SESSION_KEYS_FILE", settings.sessionKeysFile(), strict)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        readSessionKeys();
        Path smsKeyFile = settings.sms().keyFile();
        // A mail server has its own idea of how long a password is.
        smsKey = smsKeyFile == null
                ? null
                : settings.sms().byMail()
                        ? password("FLASHSALE_SMS_KEY_FILE", smsKeyFile, strict)
                        : token("FLASHSALE_SMS_KEY_FILE", smsKeyFile, strict);
    }

    public String edgeToken() {
        return edgeToken;
    }

    public String internalToken() {
        return internalToken;
    }

    public @Nullable String smsKey() {
        return smsKey;
    }

    public @Nullable String mysqlPassword() {
        return mysqlPassword;
    }

    public @Nullable String redisPassword() {
        return redisPassword;
    }

    /** As the file has them now, which may change while this runs: lines {@code kid base64}; the first signs. */
    public List<String> readSessionKeys() {
        return sessionKeys.get();
    }

    private static String token(String name, @Nullable Path file, boolean strict) {
        String token = required(name, file, strict).strip();
        if (token.length() < LEAST_TOKEN_LENGTH) {
            throw new BadSetting(
                    name + ": the token in " + file + " has fewer than " + LEAST_TOKEN_LENGTH + " characters.");
        }
        return token;
    }

    private static @Nullable String password(String name, @Nullable Path file, boolean strict) {
        if (file == null) {
            if (strict) {
                throw new BadSetting(name + " is not set: the production profile connects with a password only.");
            }
            return null;
        }
        String password = read(name, file, strict).strip();
        if (password.isEmpty()) {
            throw new BadSetting(name + ": " + file + " is empty.");
        }
        return password;
    }

    private static String required(String name, @Nullable Path file, boolean strict) {
        if (file == null) {
            throw new BadSetting(name + " is not set: it must name the file of the secret; there is no default.");
        }
        return read(name, file, strict);
    }

    private static String read(String name, Path file, boolean strict) {
        try {
            var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            if (strict && view != null && readableByOthers(view.readAttributes().permissions())) {
                throw new BadSetting(name + ": " + file + " can be read by others than its owner; chmod 600 it.");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new BadSetting(
                    name + ": " + file + " cannot be read (" + e.getClass().getSimpleName() + ").", e);
        }
    }

    private static boolean readableByOthers(Set<PosixFilePermission> permissions) {
        return permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ);
    }
}
