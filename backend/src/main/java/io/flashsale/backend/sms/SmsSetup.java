package io.flashsale.backend.sms;

import io.flashsale.backend.config.Secrets;
import io.flashsale.backend.config.Settings;
import java.time.Clock;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SmsSetup {

    /** By name only: what a resolver says today may be another machine tomorrow. */
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");

    /** A gateway where one is named; else the log, which the settings refuse in production. */
    @Bean
    SmsSender smsSender(Settings settings, Secrets secrets, Clock clock) {
        var sms = settings.sms();
        var url = sms.gateway();
        var key = secrets.smsKey();
        if (url == null || key == null) {
            return new LogSmsSender();
        }
        return sms.from() == null || sms.recipient() == null
                ? new WebhookSmsSender(url, key, clock)
                : new MailSmsSender(url, key, sms.from(), sms.recipient(), !HERE.contains(url.getHost()));
    }
}
