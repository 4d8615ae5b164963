package io.flashsale.cms.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.CmsAdminApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not fit stops the start, in a process of its own and with a sentence that names it. */
class SettingsIT {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path token;

    @SuppressWarnings("NullAway.Init")
    private Path password;

    @BeforeEach
    void secrets() throws IOException {
        token = secret("token", "t".repeat(32));
        password = secret("password", "p");
    }

    @Test
    void without_its_secrets_it_names_the_variables_that_lead_to_them() throws Exception {
        assertThat(outputOf())
                .contains("must name the file that holds the operator's token (FLASHSALE_OPERATOR_TOKEN_FILE)")
                .contains("must name the file that holds the account's password (FLASHSALE_MYSQL_PASSWORD_FILE)")
                .contains("must name the account of cms-admin (FLASHSALE_MYSQL_USER)");
    }

    @Test
    void a_short_token_is_refused() throws Exception {
        secret("token", "changeme");

        assertThat(outputOf(complete()))
                .contains("FLASHSALE_OPERATOR_TOKEN_FILE names " + token
                        + ", whose secret has 8 characters and needs at least 32.")
                .doesNotContain("changeme");
    }

    @Test
    void a_missing_file_is_named() throws Exception {
        Files.delete(password);

        assertThat(outputOf(complete()))
                .contains("FLASHSALE_MYSQL_PASSWORD_FILE names " + password + ", which cannot be read");
    }

    @Test
    void a_profile_that_is_none_and_a_port_that_is_none_are_named() throws Exception {
        assertThat(outputOf(with(complete(), "FLASHSALE_PROFILE=staging"))).contains("flashsale.profile", "staging");
        assertThat(outputOf(with(complete(), "FLASHSALE_CMS_PORT=eighty")))
                .contains("server.port", "FLASHSALE_CMS_PORT");
        assertThat(outputOf(with(complete(), "FLASHSALE_MYSQL_URL=jdbc:postgresql://x/y")))
                .contains("must be a jdbc:mysql:// address (FLASHSALE_MYSQL_URL)");
        assertThat(outputOf(with(complete(), "FLASHSALE_CMS_REVIEW=three")))
                .contains("must be two or one (FLASHSALE_CMS_REVIEW)");
        assertThat(outputOf(with(complete(), "FLASHSALE_SHOP_URL=http://shop.example/s")))
                .contains("must be http:// or https:// with a host and no path (FLASHSALE_SHOP_URL)");
        assertThat(outputOf(with(complete(), "FLASHSALE_CDN_DIR=here/cdn")))
                .contains("must be the path of a directory from the root on (FLASHSALE_CDN_DIR)");
        assertThat(outputOf(with(complete(), "FLASHSALE_BENCH_REPORT=all.json")))
                .contains("must be the path of a file from the root on (FLASHSALE_BENCH_REPORT)");
        assertThat(outputOf(with(
                        complete(),
                        "FLASHSALE_CDN_BUCKET=Pictures",
                        "FLASHSALE_CDN_ENDPOINT=s3.local",
                        "FLASHSALE_CDN_REGION=")))
                .contains("must be the name of a bucket (FLASHSALE_CDN_BUCKET)")
                .contains(
                        "must be http:// or https:// with a host and no path; a port is below 60000 (FLASHSALE_CDN_ENDPOINT)")
                .contains("must be the name of a region (FLASHSALE_CDN_REGION)");
    }

    @Test
    void a_bucket_without_a_key_is_refused() throws Exception {
        assertThat(outputOf(with(complete(), "FLASHSALE_CDN_BUCKET=pictures")))
                .contains(
                        "FLASHSALE_CDN_BUCKET needs an access key",
                        "FLASHSALE_CDN_KEY_ID",
                        "FLASHSALE_CDN_SECRET_FILE");
        assertThat(outputOf(with(
                        complete(),
                        "FLASHSALE_CDN_BUCKET=pictures",
                        "FLASHSALE_CDN_KEY_ID=shop",
                        "FLASHSALE_CDN_SECRET_FILE=" + folder.resolve("none"))))
                .contains("FLASHSALE_CDN_SECRET_FILE names " + folder.resolve("none") + ", which cannot be read");
        assertThat(outputOf(with(complete(), "FLASHSALE_CDN_ENDPOINT=http://store:9000")))
                .contains("are of a bucket that FLASHSALE_CDN_BUCKET names");
        Files.setPosixFilePermissions(secret("cdn", "a secret"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(outputOf(with(
                        complete(),
                        "FLASHSALE_PROFILE=production",
                        "FLASHSALE_CDN_BUCKET=pictures",
                        "FLASHSALE_CDN_KEY_ID=shop",
                        "FLASHSALE_CDN_SECRET_FILE=" + folder.resolve("cdn"))))
                .contains("FLASHSALE_CDN_SECRET_FILE names " + folder.resolve("cdn"), "Run chmod 600 on it.");
    }

    @Test
    void production_refuses_secrets_that_others_can_read() throws Exception {
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(outputOf(with(complete(), "FLASHSALE_PROFILE=production")))
                .contains("FLASHSALE_OPERATOR_TOKEN_FILE names " + token)
                .contains("production refuses that. Run chmod 600 on it.");
    }

    @Test
    void production_refuses_to_take_the_token_over_plain_http_from_a_network() throws Exception {
        assertThat(outputOf(with(complete(), "FLASHSALE_PROFILE=production", "SERVER_ADDRESS=0.0.0.0")))
                .contains("server.address is 0.0.0.0, where the operator's token would travel over plain HTTP");
    }

    private Path secret(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private List<String> complete() {
        return List.of(
                "FLASHSALE_OPERATOR_TOKEN_FILE=" + token,
                "FLASHSALE_MYSQL_USER=cms",
                "FLASHSALE_MYSQL_PASSWORD_FILE=" + password,
                "FLASHSALE_MYSQL_URL=jdbc:mysql://127.0.0.1:9/flashsale");
    }

    private static List<String> with(List<String> settings, String... more) {
        var all = new ArrayList<>(settings);
        all.addAll(List.of(more));
        return all;
    }

    private static String outputOf(String... environment) throws Exception {
        return outputOf(List.of(environment));
    }

    /** The output of a start that must fail by itself. */
    private static String outputOf(List<String> environment) throws Exception {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CmsAdminApplication.class.getName());
        builder.environment().keySet().removeIf(name -> name.startsWith("FLASHSALE_") || name.startsWith("SERVER_"));
        builder.environment().put("FLASHSALE_CMS_PORT", "0");
        for (String setting : environment) {
            int equals = setting.indexOf('=');
            builder.environment().put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        Process process = builder.redirectErrorStream(true).start();
        try {
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(output).isNotZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
