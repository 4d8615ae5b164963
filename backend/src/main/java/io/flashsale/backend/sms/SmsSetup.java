package io.flashsale.backend.sms;

import io.flashsale.backend.config.Secrets;
import io.flashsale.backend.config.Settings;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SmsSetup {

    /** A gateway where one is named; else the log, which the settings refuse in production. */
    @Bean
    SmsSender smsSender(Settings settings, Secrets secrets, Clock clock) {
        var url = settings.sms().url();
        var key = secrets.smsKey();
        return url == null || key == null ? new LogSmsSender() : new WebhookSmsSender(url, key, clock);
    }
}
