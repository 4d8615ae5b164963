package io.flashsale.backend.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SecretsTest {

    @TempDir
    private Path folder = Path.of("."); // JUnit's, in a moment

    private final Map<String, String> settings = new HashMap<>();

    @BeforeEach
    void whole() throws IOException {
        settings.put("flashsale.edge-token-file", secret("edge", "e".repeat(32)));
        settings.put("flashsale.internal-token-file", secret("internal", "i".repeat(32)));
        settings.put("flashsale.session-keys-file", secret("sessions", "# keys\nk2 AAAA\n\nk1 BBBB"));
        settings.put("flashsale.mysql.password-file", secret("mysql", "m"));
        settings.put("flashsale.redis.password-file", secret("redis", "r"));
        settings.put("flashsale.sms.url", "https://sms.example/texts");
        settings.put("flashsale.sms.key-file", secret("sms", "s".repeat(32)));
    }

    private String secret(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file.toString();
    }

    private Secrets read() {
        return new Secrets(new Binder(new MapConfigurationPropertySource(settings))
                .bind("flashsale", Settings.class)
                .get());
    }

    @Test
    void secrets_come_from_their_files_without_the_line_end() {
        var secrets = read();
        assertThat(secrets.edgeToken()).isEqualTo("e".repeat(32));
        assertThat(secrets.mysqlPassword()).isEqualTo("m");
        assertThat(secrets.smsKey()).isEqualTo("s".repeat(32));
        assertThat(secrets.readSessionKeys()).containsExactly("k2 AAAA", "k1 BBBB");
    }

    @Test
    void a_secret_that_is_not_named_stops_the_start() {
        settings.remove("flashsale.internal-token-file");
        assertThatThrownBy(this::read)
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining("FLASHSALE_INTERNAL_TOKEN_FILE is not set");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        settings.put("flashsale.mysql.password-file", folder + "/nowhere");
        assertThatThrownBy(this::read)
                .hasMessageContaining("FLASHSALE_MYSQL_PASSWORD_FILE")
                .hasMessageContaining("nowhere");
    }

    @Test
    void a_token_that_can_be_guessed_is_refused_and_not_told() throws IOException {
        settings.put("flashsale.edge-token-file", secret("edge", "secret"));
        assertThatThrownBy(this::read)
                .hasMessageContaining("FLASHSALE_EDGE_TOKEN_FILE")
                .hasMessageContaining("fewer than 16")
                .hasMessageNotContaining("secret\n");
    }

    @Test
    void the_two_doors_have_different_tokens() throws IOException {
        settings.put("flashsale.edge-token-file", secret("edge", "i".repeat(32)));
        assertThatThrownBy(this::read).hasMessageContaining("the same token");
    }

    @Test
    void production_wants_passwords_and_files_that_only_the_owner_reads() throws IOException {
        settings.put("flashsale.profile", "production");
        assertThat(read().redisPassword()).isEqualTo("r");
        Files.setPosixFilePermissions(folder.resolve("redis"), PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(this::read).hasMessageContaining("chmod 600");
        settings.remove("flashsale.redis.password-file");
        assertThatThrownBy(this::read).hasMessageContaining("FLASHSALE_REDIS_PASSWORD_FILE is not set");
    }
}
