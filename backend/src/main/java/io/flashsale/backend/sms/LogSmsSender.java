package io.flashsale.backend.sms;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what would be sent into the log: for a demo, where no phone is. The production profile does not start with it. */
final class LogSmsSender implements SmsSender {

    private static final Logger LOG = LoggerFactory.getLogger(LogSmsSender.class);

    @Override
    public void send(String phone, String text) {
        LOG.info("SMS to {}: {}", phone, text);
    }
}
