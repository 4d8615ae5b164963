package io.flashsale.backend.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class SettingsTest {

    private static Settings bind(Map<String, String> environment) {
        var env = new StandardEnvironment();
        env.getPropertySources().forEach(source -> env.getPropertySources().remove(source.getName()));
        env.getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        "systemEnvironment", new HashMap<String, Object>(environment)));
        ConfigurationPropertySources.attach(env);
        return Binder.get(env).bindOrCreate("flashsale", Settings.class);
    }

    @Test
    void everything_but_the_secrets_has_a_default() {
        var settings = bind(Map.of());
        assertThat(settings.profile()).isEqualTo(Profile.DEMO);
        assertThat(settings.backendPort()).isEqualTo(8081);
        assertThat(settings.mysql().url()).isEqualTo("jdbc:mysql://127.0.0.1:13306/flashsale");
        assertThat(settings.redis().user()).isEqualTo("backend");
        assertThat(settings.demoSessions()).isTrue();
        assertThat(settings.edgeTokenFile()).isNull();
    }

    @Test
    void the_environment_is_named_as_the_command_names_it() {
        var settings = bind(Map.ofEntries(
                Map.entry("FLASHSALE_PROFILE", "production"),
                Map.entry("FLASHSALE_BACKEND_PORT", "9000"),
                Map.entry("FLASHSALE_MYSQL_PASSWORD_FILE", "/secrets/mysql"),
                Map.entry("FLASHSALE_REDIS_PORT", "7000"),
                Map.entry("FLASHSALE_REDIS_PASSWORD_FILE", "/secrets/redis"),
                Map.entry("FLASHSALE_NAMESRV", "a:1;b:2"),
                Map.entry("FLASHSALE_EDGE_TOKEN_FILE", "/secrets/edge"),
                Map.entry("FLASHSALE_SESSION_KEYS_FILE", "/secrets/sessions"),
                Map.entry("FLASHSALE_SMS_URL", "https://sms.example/texts"),
                Map.entry("FLASHSALE_SMS_KEY_FILE", "/secrets/sms"),
                Map.entry("FLASHSALE_CONSUMER_URL", "http://127.0.0.1:9001")));
        assertThat(settings.profile()).isEqualTo(Profile.PRODUCTION);
        assertThat(settings.backendPort()).isEqualTo(9000);
        assertThat(settings.mysql().passwordFile()).hasToString("/secrets/mysql");
        assertThat(settings.redis().port()).isEqualTo(7000);
        assertThat(settings.redis().passwordFile()).hasToString("/secrets/redis");
        assertThat(settings.edgeTokenFile()).hasToString("/secrets/edge");
        assertThat(settings.sessionKeysFile()).hasToString("/secrets/sessions");
        assertThat(settings.demoSessions()).isFalse();
        assertThat(settings.sms().url()).hasToString("https://sms.example/texts");
    }

    @ParameterizedTest
    @CsvSource({
        "FLASHSALE_BACKEND_PORT, 70000",
        "FLASHSALE_NAMESRV, nonsense",
        "FLASHSALE_CONSUMER_URL, ftp://x",
        "FLASHSALE_MYSQL_URL, jdbc:postgresql://x",
        "FLASHSALE_MYSQL_POOL_SIZE, 1",
        "FLASHSALE_REDIS_TIMEOUT, 1ms",
        "FLASHSALE_INTAKE_BATCH, 257",
        "FLASHSALE_QUEUE_SLOW_RATIO, 1.5",
        "FLASHSALE_QUEUE_SLOW_AFTER, 2s",
        "FLASHSALE_STOCK_LEASE_TTL, 1s",
        "FLASHSALE_OTLP_URL, 127.0.0.1:4318",
        "FLASHSALE_TRACE_SAMPLE, 1.1",
        "FLASHSALE_SMS_URL, https://sms.example/no-key-file",
        "FLASHSALE_SMS_URL, smtp://sms.example",
        "FLASHSALE_SMS_URL, smtp://shop:secret@sms.example",
        "FLASHSALE_SMS_FROM, shop@shop.example",
        "FLASHSALE_SMS_RECIPIENT, {digits}@sms.example",
        "FLASHSALE_ACCOUNT_CODE_TTL, 6m",
        "FLASHSALE_ACCOUNT_SESSION_TTL, 1m"
    })
    void a_bad_value_is_named(String name, String value) {
        assertThatThrownBy(() -> bind(Map.of(name, value)))
                .isInstanceOf(BindException.class)
                .rootCause()
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining(name);
    }

    @Test
    void a_gateway_by_mail_has_a_sender_and_knows_phones_by_an_address() {
        var gateway = new HashMap<>(Map.of(
                "FLASHSALE_PROFILE", "production",
                "FLASHSALE_SMS_URL", "smtp://shop%40shop.example@192.0.2.1",
                "FLASHSALE_SMS_KEY_FILE", "/secrets/sms",
                "FLASHSALE_SMS_FROM", "shop@shop.example",
                "FLASHSALE_SMS_RECIPIENT", "+{digits}@texts.example"));
        assertThat(bind(gateway).sms().byMail()).isTrue();
        assertThat(bind(gateway).sms().gateway()).isNotNull().satisfies(url -> assertThat(url.getUserInfo())
                .isEqualTo("shop@shop.example"));
        for (var wrong : List.of(
                Map.entry("FLASHSALE_SMS_FROM", ""),
                Map.entry("FLASHSALE_SMS_FROM", "the shop"),
                Map.entry("FLASHSALE_SMS_RECIPIENT", ""),
                Map.entry("FLASHSALE_SMS_RECIPIENT", "everybody@texts.example"))) {
            var without = new HashMap<>(gateway);
            if (wrong.getValue().isEmpty()) {
                without.remove(wrong.getKey());
            } else {
                without.put(wrong.getKey(), wrong.getValue());
            }
            assertThatThrownBy(() -> bind(without))
                    .as(wrong.toString())
                    .rootCause()
                    .isInstanceOf(BadSetting.class)
                    .hasMessageContaining(wrong.getKey());
        }
    }

    @Test
    void a_password_in_an_address_is_not_repeated() {
        assertThatThrownBy(() -> bind(Map.of("FLASHSALE_SMS_URL", "smtp://shop:hunter2@sms.example")))
                .rootCause()
                .hasMessageContaining("FLASHSALE_SMS_KEY_FILE")
                .hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @CsvSource({
        "FLASHSALE_DEMO_SESSION, true, give sessions away",
        "FLASHSALE_CONSUMER_URL, http://192.0.2.1:8082, plain HTTP",
        "FLASHSALE_SMS_URL, http://192.0.2.1/texts, plain HTTP",
        "FLASHSALE_SMS_URL, '', into its log"
    })
    void production_refuses_each_demo_thing_with_its_own_sentence(String name, String value, String sentence) {
        var gateway = new HashMap<>(
                Map.of("FLASHSALE_SMS_URL", "https://sms.example/texts", "FLASHSALE_SMS_KEY_FILE", "/secrets/sms"));
        if (value.isEmpty()) {
            gateway.clear();
        } else {
            gateway.put(name, value);
        }
        assertThat(bind(gateway)).isNotNull();
        gateway.put("FLASHSALE_PROFILE", "production");
        assertThatThrownBy(() -> bind(gateway))
                .rootCause()
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining(name)
                .hasMessageContaining(sentence);
    }
}
