package io.flashsale.consumer.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** The environment of a consumer, with its secrets in files. */
public final class Secrets {

    public static final String TOKEN = "internal-token-of-the-tests-0123456789";

    private Secrets() {}

    /** @param jdbcUrl without user and password */
    public static Map<String, String> environment(Path folder, String jdbcUrl, String namesrv, Shop shop) {
        return Map.of(
                "FLASHSALE_CONSUMER_PORT",
                "0",
                "FLASHSALE_NAMESRV",
                namesrv,
                "FLASHSALE_MYSQL_URL",
                jdbcUrl,
                "FLASHSALE_MYSQL_USER",
                Shop.USER,
                "FLASHSALE_MYSQL_PASSWORD_FILE",
                file(folder, "mysql", Shop.PASSWORD),
                "FLASHSALE_MIGRATION_USER",
                shop.server.user(),
                "FLASHSALE_MIGRATION_PASSWORD_FILE",
                file(folder, "migration", shop.server.password()),
                "FLASHSALE_MIGRATIONS",
                "filesystem:" + io.flashsale.testkit.Checkout.root().resolve("sql/migration"),
                "FLASHSALE_INTERNAL_TOKEN_FILE",
                file(folder, "token", TOKEN));
    }

    private static String file(Path folder, String name, String content) {
        try {
            Path file = folder.resolve(name);
            Files.writeString(file, content + "\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return file.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
