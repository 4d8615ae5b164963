package io.flashsale.sandbox;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * From the environment: {@code FLASHSALE_SANDBOX_KEY_FILE} and so on.
 *
 * @param profile demo; in production no sandbox starts
 * @param keyFile holds the key that calls show and events are signed with
 * @param eventUrl where events are delivered
 * @param publicUrl of this sandbox, as a shopper's browser reaches it
 * @param shopUrl where a shopper goes who is done
 */
@ConfigurationProperties("flashsale.sandbox")
@Validated
record SandboxSettings(
        @DefaultValue("demo")
                @Pattern(
                        regexp = "demo",
                        message = "FLASHSALE_PROFILE: the payment sandbox is for demo alone, no money moves in it")
                String profile,
        @NotBlank(message = "FLASHSALE_SANDBOX_KEY_FILE must name the file of the key that is shared with the shop")
                String keyFile,
        @DefaultValue("http://127.0.0.1:8080/api/payments/events/sandbox")
                @Pattern(regexp = "https?://.+", message = "FLASHSALE_SANDBOX_EVENT_URL must be http(s)://…")
                String eventUrl,
        @DefaultValue("http://127.0.0.1:8084")
                @Pattern(regexp = "https?://.+", message = "FLASHSALE_SANDBOX_PUBLIC_URL must be http(s)://…")
                String publicUrl,
        @DefaultValue("http://127.0.0.1:8080/")
                @Pattern(regexp = "https?://.+", message = "FLASHSALE_SANDBOX_SHOP_URL must be http(s)://…")
                String shopUrl) {

    String key() {
        try {
            String key = Files.readString(Path.of(keyFile)).strip();
            if (key.length() < 16) {
                throw new IllegalStateException(
                        "FLASHSALE_SANDBOX_KEY_FILE: " + keyFile + " holds less than 16 characters");
            }
            return key;
        } catch (IOException e) {
            throw new IllegalStateException("FLASHSALE_SANDBOX_KEY_FILE: cannot read " + keyFile, e);
        }
    }
}
