package io.flashsale.backend.sms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.flashsale.backend.sms.SmsSender.SmsFailure;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Texts by mail, against a mail server. */
class MailSmsSenderTest {

    private static final String PHONE = "+8613800138000";
    private static final String TEXT = "【限时抢购】验证码 012345，5 分钟内有效。";

    private final GreenMail server = new GreenMail(new ServerSetup[] {
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP),
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS)
    });

    @BeforeEach
    void start() {
        server.start();
        server.setUser("shop@shop.example", "right");
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private MailSmsSender sender(String scheme, int port, String password, boolean secret) {
        return new MailSmsSender(
                URI.create(scheme + "://shop%40shop.example@127.0.0.1:" + port),
                password,
                "codes@shop.example",
                "00{digits}@texts.example",
                secret);
    }

    private int smtp() {
        return server.getSmtp().getPort();
    }

    @Test
    void a_text_is_a_mail_to_the_phones_address() throws Exception {
        sender("smtp", smtp(), "right", false).send(PHONE, TEXT);
        assertThat(server.getReceivedMessages()).singleElement().satisfies(mail -> {
            assertThat(mail.getAllRecipients())
                    .extracting(Object::toString)
                    .containsExactly("008613800138000@texts.example");
            assertThat(mail.getFrom()).extracting(Object::toString).containsExactly("codes@shop.example");
            assertThat(mail.getContentType()).startsWith("text/plain").containsIgnoringCase("utf-8");
            assertThat(mail.getContent().toString().strip()).isEqualTo(TEXT);
        });
    }

    @Test
    void a_server_that_does_not_know_us_takes_nothing() {
        assertThatThrownBy(() -> sender("smtp", smtp(), "wrong", false).send(PHONE, TEXT))
                .isInstanceOf(SmsFailure.class)
                .hasMessageNotContainingAny("wrong", PHONE.substring(1), "012345");
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void nothing_is_said_in_the_clear_to_a_server_elsewhere() {
        assertThatThrownBy(() -> sender("smtp", smtp(), "right", true).send(PHONE, TEXT))
                .isInstanceOf(SmsFailure.class)
                .cause()
                .hasMessageContaining("STARTTLS");
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void a_server_whose_certificate_nobody_vouches_for_is_told_nothing() {
        assertThatThrownBy(() -> sender("smtps", server.getSmtps().getPort(), "right", true)
                        .send(PHONE, TEXT))
                .isInstanceOf(SmsFailure.class)
                .hasRootCauseInstanceOf(java.security.cert.CertPathBuilderException.class);
        assertThat(server.getReceivedMessages()).isEmpty();
    }

    @Test
    void a_server_that_is_not_there_is_a_failure_and_no_wait() {
        int port = smtp();
        server.stop();
        long before = System.nanoTime();
        assertThatThrownBy(() -> sender("smtp", port, "right", false).send(PHONE, TEXT))
                .isInstanceOf(SmsFailure.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
    }
}
