package io.flashsale.consumer.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.stereotype.Component;

/** What a rehearsal may do and production may not. Stops the start, with a sentence for each thing that is wrong. */
@Component
public class ProductionChecks implements InitializingBean {

    private static final int LEAST_TOKEN_LENGTH = 32;

    private final ConsumerSettings settings;

    ProductionChecks(ConsumerSettings settings) {
        this.settings = settings;
    }

    @Override
    public void afterPropertiesSet() {
        if (settings.profile() != ConsumerSettings.Profile.PRODUCTION) {
            return;
        }
        List<String> refused = new ArrayList<>();
        if (settings.mysql().user().equals("root")) {
            refused.add("FLASHSALE_MYSQL_USER is root: the consumer needs a user of its own");
        }
        if (settings.mysql().user().equals(settings.migration().user())) {
            refused.add(
                    "FLASHSALE_MYSQL_USER is the migration user: the service must not be able to change the schema");
        }
        secretFiles().forEach((variable, file) -> {
            if (isOpen(file)) {
                refused.add(variable + ": " + file + " can be read by others, set its mode to 0600");
            }
        });
        int length = SecretFile.read("FLASHSALE_INTERNAL_TOKEN_FILE", settings.internalTokenFile())
                .length();
        if (length < LEAST_TOKEN_LENGTH) {
            refused.add(
                    "FLASHSALE_INTERNAL_TOKEN_FILE: the token is shorter than " + LEAST_TOKEN_LENGTH + " characters");
        }
        if (!refused.isEmpty()) {
            throw new BadSetting("profile production refuses to start: " + String.join("; ", refused));
        }
    }

    private Map<String, String> secretFiles() {
        return Map.of(
                "FLASHSALE_MYSQL_PASSWORD_FILE", settings.mysql().passwordFile(),
                "FLASHSALE_MIGRATION_PASSWORD_FILE", settings.migration().passwordFile(),
                "FLASHSALE_INTERNAL_TOKEN_FILE", settings.internalTokenFile(),
                "FLASHSALE_PAYMENT_KEY_FILE", settings.payment().keyFile());
    }

    private static boolean isOpen(String file) {
        try {
            return SecretFile.isOpenToOthers(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the mode of " + file, e);
        }
    }
}
