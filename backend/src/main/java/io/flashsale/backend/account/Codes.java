package io.flashsale.backend.account;

import com.google.common.base.Joiner;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.sms.SmsSender;
import io.flashsale.backend.sms.SmsSender.SmsFailure;
import io.flashsale.backend.web.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * One-time codes of six digits, each for one phone and one purpose, single use. Texts are sent by threads of their own, so the time an
 * answer takes tells nothing; of a text that is lost only the log and a metric know, and the shopper asks for another.
 */
@Component
final class Codes implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(Codes.class);

    private static final String SENT = "sent";
    private static final String FAILED = "failed";
    private static final String OVER = "over";
    private static final String ALL = "code-all-hour";

    private static final int MOST_TRIES = 5;
    static final Duration BETWEEN_TEXTS = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    /** What waits to be sent when the backend is told to go. */
    private static final Duration LAST_TEXTS = Duration.ofSeconds(10);

    private final SecureRandom random = new SecureRandom();
    private final CodeMapper codes;
    private final Seal seal;
    private final Tries tries;
    private final SmsSender sms;
    private final Duration ttl;
    private final int addressCodes;
    private final int mostPerHour;
    private final Set<Integer> countries;
    private final ThreadPoolExecutor senders =
            new ThreadPoolExecutor(4, 4, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1000), work -> {
                var thread = new Thread(work, "sms");
                thread.setDaemon(true);
                return thread;
            });

    Codes(CodeMapper codes, Seal seal, Tries tries, SmsSender sms, Settings settings) {
        this.codes = codes;
        this.seal = seal;
        this.tries = tries;
        this.sms = sms;
        this.ttl = settings.account().codeTtl();
        this.addressCodes = settings.account().addressCodes();
        this.mostPerHour = settings.sms().mostPerHour();
        this.countries = settings.sms().countries();
        Gauge.builder("flashsale_texts_most_per_hour", () -> mostPerHour)
                .description("texts that may go in an hour, of all backends together")
                .register(Metrics.globalRegistry);
        // So that the first of a kind is seen to be one more.
        List.of(SENT, FAILED, OVER).forEach(Codes::texts);
        senders.allowCoreThreadTimeOut(true);
    }

    enum Purpose {
        REGISTER,
        RESET
    }

    /** Texts in the two languages of the shop. */
    enum Language {
        ZH("【限时抢购】验证码 %s，%d 分钟内有效。请勿告诉任何人。", "【限时抢购】此手机号已有账户，请直接登录或重置密码。若非本人操作，请忽略。"),
        EN(
                "Flashsale: your code is %s, good for %d minutes. Tell it to nobody.",
                "Flashsale: this phone has an account already. Log in, or set a new password. If that was not you, there is nothing to do.");

        private final String code;
        private final String taken;

        Language(String code, String taken) {
            this.code = code;
            this.taken = taken;
        }

        /** Chinese for everything but English. */
        static Language of(@Nullable String text) {
            return text != null && text.toLowerCase(Locale.ROOT).startsWith("en") ? EN : ZH;
        }
    }

    long ttlSeconds() {
        return ttl.toSeconds();
    }

    /**
     * Bounds what is sent, by address, altogether, and by phone; of an address and a phone by what is asked for, since what is sent tells who
     * has an account. Who is refused by the first uses nothing of the phone's up.
     *
     * @throws Refusal PHONE_NOT_SERVED for a country that no text goes to, TOO_MANY_TRIES, BUSY when as many went as may
     */
    void bound(String phone, Address address) {
        if (!countries.isEmpty() && !countries.contains(Phones.country(phone))) {
            throw Refusal.of(
                    422,
                    "PHONE_NOT_SERVED",
                    "Texts go to these countries only: +" + Joiner.on(", +").join(countries) + ".");
        }
        tries.take("code-wide-hour", address.wide(), 10 * addressCodes, HOUR);
        tries.take("code-address-hour", address.narrow(), addressCodes, HOUR);
        tries.take("code-address-day", address.narrow(), 3 * addressCodes, DAY);
        if (textsOfTheHour() >= mostPerHour) {
            texts(OVER).increment();
            throw Refusal.busy("text");
        }
        tries.take("code-minute", phone, 1, BETWEEN_TEXTS);
        tries.take("code-hour", phone, 5, HOUR);
        tries.take("code-day", phone, 10, DAY);
    }

    /** That went, or were to: what is asked for and sends nothing counts for who asks, and closes the door to nobody else. */
    private long textsOfTheHour() {
        return tries.count(ALL, "");
    }

    /** Whether so many go that whoever asks for one should work harder. */
    boolean many() {
        return textsOfTheHour() > mostPerHour / 2;
    }

    /** @param taken whether the phone has an account */
    void send(String phone, Purpose purpose, boolean taken, Language language) {
        boolean wanted = purpose == Purpose.RESET ? taken : !taken;
        String code = wanted ? "%06d".formatted(random.nextInt(1_000_000)) : null;
        codes.add(phone, purpose.name(), code == null ? null : digest(phone, purpose, code), ttl.toSeconds());
        if (code != null) {
            text(phone, language.code.formatted(code, Math.max(1, ttl.toMinutes())));
        } else if (taken) {
            text(phone, language.taken);
        }
    }

    private void text(String phone, String text) {
        tries.within(ALL, "", mostPerHour, HOUR);
        try {
            senders.execute(() -> {
                try {
                    sms.send(phone, text);
                    texts(SENT).increment();
                } catch (SmsFailure e) {
                    texts(FAILED).increment();
                    LOG.warn("a text to {} was not sent: {}", Phones.masked(phone), e.getMessage());
                }
            });
        } catch (RejectedExecutionException e) {
            texts(FAILED).increment();
            LOG.warn("a text to {} was not sent: a thousand wait already", Phones.masked(phone));
        }
    }

    private static Counter texts(String outcome) {
        return Counter.builder("flashsale_texts_total")
                .description("texts to phones, by whether the gateway took them")
                .tag("outcome", outcome)
                .register(Metrics.globalRegistry);
    }

    /** Uses a code up, in the caller's transaction, which must be committed whatever this says: a wrong try counts. */
    boolean use(String phone, Purpose purpose, @Nullable String given) {
        var newest = codes.newest(phone, purpose.name(), MOST_TRIES);
        if (newest == null || !newest.usable()) {
            return false;
        }
        codes.tried(newest.id());
        if (given == null
                || newest.digest() == null
                || !seal.isOf(newest.digest(), "code", phone + "|" + purpose + "|" + given)) {
            return false;
        }
        codes.used(newest.id());
        return true;
    }

    private String digest(String phone, Purpose purpose, String code) {
        return seal.of("code", phone + "|" + purpose + "|" + code);
    }

    @Override
    public void destroy() {
        senders.shutdown();
        try {
            if (!senders.awaitTermination(LAST_TEXTS.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "{} texts were not sent: the gateway took too long",
                        senders.getQueue().size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
