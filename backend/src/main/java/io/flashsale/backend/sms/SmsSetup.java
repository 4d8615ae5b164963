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
        var sms = settings.sms();
        var url = sms.url();
        var key = secrets.smsKey();
        if (url == null || key == null) {
            return new LogSmsSender();
        }
        return sms.from() == null || sms.recipient() == null
                ? new WebhookSmsSender(url, key, clock)
                : new MailSmsSender(url, key, sms.from(), sms.recipient(), !Settings.loopback(url.getHost()));
    }
}
