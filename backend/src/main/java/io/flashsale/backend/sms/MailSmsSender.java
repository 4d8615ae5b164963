package io.flashsale.backend.sms;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.springframework.mail.MailException;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/**
 * Hands texts to a gateway by mail: one message of plain text, without a subject, to the address that the gateway knows a phone as. The
 * server has it when it has said so after the last line. {@code smtps} is encrypted from the first byte, {@code smtp} by STARTTLS before
 * the password; a server whose certificate nobody vouches for is told neither.
 */
final class MailSmsSender implements SmsSender {

    private static final String PATIENCE_MILLIS = "4000";

    private final JavaMailSenderImpl server = new JavaMailSenderImpl();
    private final String from;
    private final String recipient;

    /**
     * @param url {@code smtp(s)://user@host[:port]}
     * @param recipient with {@code {digits}} where the phone's go, country first
     * @param secret whether nothing may be said in the clear; false for a server on this machine only
     */
    MailSmsSender(URI url, String password, String from, String recipient, boolean secret) {
        this.from = from;
        this.recipient = recipient;
        String protocol = url.getScheme();
        server.setProtocol(protocol);
        server.setHost(url.getHost());
        server.setPort(url.getPort() < 0 ? ("smtps".equals(protocol) ? 465 : 587) : url.getPort());
        server.setUsername(url.getUserInfo());
        server.setPassword(password);
        server.setDefaultEncoding(StandardCharsets.UTF_8.name());
        var session = new Properties();
        String prefix = "mail." + protocol + ".";
        session.setProperty(prefix + "auth", "true");
        session.setProperty(prefix + "starttls.enable", Boolean.toString(secret));
        session.setProperty(prefix + "starttls.required", Boolean.toString(secret));
        session.setProperty(prefix + "ssl.checkserveridentity", "true");
        session.setProperty(prefix + "connectiontimeout", PATIENCE_MILLIS);
        session.setProperty(prefix + "timeout", PATIENCE_MILLIS);
        session.setProperty(prefix + "writetimeout", PATIENCE_MILLIS);
        server.setJavaMailProperties(session);
    }

    @Override
    public void send(String phone, String text) throws SmsFailure {
        var message = new SimpleMailMessage();
        message.setFrom(from);
        message.setTo(recipient.replace("{digits}", phone.substring(1)));
        message.setText(text);
        try {
            server.send(message);
        } catch (MailException e) {
            throw new SmsFailure(
                    "the mail server did not take it (" + e.getClass().getSimpleName() + ")", e);
        }
    }
}
