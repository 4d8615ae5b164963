package io.flashsale.consumer.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/** The environment of a consumer, with its secrets in files. */
public final class Secrets {

    public static final String PAYMENT_KEY = "payment-key-of-the-tests-0123456789";
    public static final String TOKEN = "internal-token-of-the-tests-0123456789";

    private Secrets() {}

    /** @param jdbcUrl without user and password */
    public static Map<String, String> environment(Path folder, String jdbcUrl, String namesrv, Shop shop) {
        return Map.ofEntries(
                Map.entry("FLASHSALE_PAYMENT_KEY_FILE", file(folder, "payment", PAYMENT_KEY)),
                Map.entry("FLASHSALE_CONSUMER_PORT", "0"),
                Map.entry("FLASHSALE_NAMESRV", namesrv),
                Map.entry("FLASHSALE_MYSQL_URL", jdbcUrl),
                Map.entry("FLASHSALE_MYSQL_USER", Shop.USER),
                Map.entry("FLASHSALE_MYSQL_PASSWORD_FILE", file(folder, "mysql", Shop.PASSWORD)),
                Map.entry("FLASHSALE_MIGRATION_USER", shop.server.user()),
                Map.entry("FLASHSALE_MIGRATION_PASSWORD_FILE", file(folder, "migration", shop.server.password())),
                Map.entry(
                        "FLASHSALE_MIGRATIONS",
                        "filesystem:" + io.flashsale.testkit.Checkout.root().resolve("sql/migration")),
                Map.entry("FLASHSALE_INTERNAL_TOKEN_FILE", file(folder, "token", TOKEN)));
    }

    static String file(Path folder, String name, String content) {
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
