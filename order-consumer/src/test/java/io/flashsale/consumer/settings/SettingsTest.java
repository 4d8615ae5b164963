package io.flashsale.consumer.settings;

import static java.util.Map.entry;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Settings as they come from {@code application.yaml} and the environment, which has the same names as these properties. */
class SettingsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void aGoodEnvironment() throws IOException {
        environment.putAll(Map.ofEntries(
                entry("FLASHSALE_MYSQL_USER", "consumer"),
                entry("FLASHSALE_MYSQL_PASSWORD_FILE", secret("mysql", "0123456789")),
                entry("FLASHSALE_MIGRATION_USER", "migration"),
                entry("FLASHSALE_MIGRATION_PASSWORD_FILE", secret("migration", "0123456789")),
                entry("FLASHSALE_PAYMENT_KEY_FILE", secret("payment", "0123456789")),
                entry("FLASHSALE_INTERNAL_TOKEN_FILE", secret("token", "0123456789012345678901234567890123456789"))));
    }

    @Test
    void the_defaults_are_enough_beside_users_and_secrets() {
        runner().run(context -> {
            var settings = context.getBean(ConsumerSettings.class);
            assertThat(settings.port()).isEqualTo(8082);
            assertThat(settings.profile()).isEqualTo(ConsumerSettings.Profile.DEMO);
            assertThat(settings.intake().topic()).isEqualTo("flashsale-orders");
            assertThat(settings.intake().batchMessages()).isEqualTo(200);
        });
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "FLASHSALE_CONSUMER_PORT, 70000",
        "FLASHSALE_NAMESRV, nowhere",
        "FLASHSALE_MYSQL_URL, jdbc:postgresql://x/y",
        "FLASHSALE_MYSQL_USER, ''",
        "FLASHSALE_MYSQL_PASSWORD_FILE, ''",
        "FLASHSALE_MIGRATION_USER, ''",
        "FLASHSALE_MIGRATION_PASSWORD_FILE, ''",
        "FLASHSALE_MIGRATIONS, /somewhere",
        "FLASHSALE_INTERNAL_TOKEN_FILE, ''",
        "FLASHSALE_PAYMENT_KEY_FILE, ''",
        "FLASHSALE_PAYMENT_URL, nowhere",
        "FLASHSALE_OTLP_URL, 127.0.0.1:4318",
        "FLASHSALE_TRACE_SAMPLE, 1.1",
    })
    void a_bad_value_stops_the_start_with_a_sentence_that_names_it(String name, String value) {
        environment.put(name, value);
        runner().run(context ->
                assertThat(context.getStartupFailure()).rootCause().hasMessageContaining(name));
    }

    @Test
    void an_unknown_profile_stops_the_start() {
        environment.put("FLASHSALE_PROFILE", "staging");
        runner().run(context -> assertThat(context.getStartupFailure()).hasStackTraceContaining("staging"));
    }

    @Test
    void production_starts_when_everything_is_as_it_should_be() {
        environment.put("FLASHSALE_PROFILE", "production");
        runner().run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void production_refuses_a_secret_that_others_can_read() throws IOException {
        environment.put("FLASHSALE_PROFILE", "production");
        Files.setPosixFilePermissions(folder.resolve("token"), PosixFilePermissions.fromString("rw-r--r--"));
        refuses("FLASHSALE_INTERNAL_TOKEN_FILE", "0600");
    }

    @Test
    void production_refuses_a_short_token() throws IOException {
        environment.put("FLASHSALE_PROFILE", "production");
        secret("token", "short");
        refuses("FLASHSALE_INTERNAL_TOKEN_FILE", "shorter than 32");
    }

    @Test
    void production_refuses_root_and_a_service_that_may_change_the_schema() {
        environment.put("FLASHSALE_PROFILE", "production");
        environment.put("FLASHSALE_MYSQL_USER", "root");
        environment.put("FLASHSALE_MIGRATION_USER", "root");
        refuses("is root", "is the migration user");
    }

    @Test
    void a_placeholder_or_an_empty_file_is_not_a_secret() throws IOException {
        String file = secret("s", "changeme");
        assertThatThrownBy(() -> SecretFile.read("X", file)).hasMessageContaining("placeholder");
        String empty = secret("s", " ");
        assertThatThrownBy(() -> SecretFile.read("X", empty)).hasMessageContaining("empty");
        assertThatThrownBy(() -> SecretFile.read("X", "/no/such")).hasMessageContaining("X: cannot read /no/such");
    }

    private void refuses(String... why) {
        runner().run(context ->
                assertThat(context.getStartupFailure()).rootCause().hasMessageContainingAll(why));
    }

    private String secret(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file.toString();
    }

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .withPropertyValues(environment.entrySet().stream()
                        .map(each -> each.getKey() + "=" + each.getValue())
                        .toArray(String[]::new))
                .withUserConfiguration(Enabled.class);
    }

    @Configuration
    @EnableConfigurationProperties(ConsumerSettings.class)
    @Import(ProductionChecks.class)
    static class Enabled {}
}
