package io.flashsale.telemetry;

import org.apache.rocketmq.logging.ch.qos.logback.classic.Level;
import org.apache.rocketmq.logging.ch.qos.logback.classic.spi.ILoggingEvent;
import org.apache.rocketmq.logging.ch.qos.logback.classic.spi.IThrowableProxy;
import org.apache.rocketmq.logging.ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Hands what RocketMQ's client says to the logger of the same name in the service's log, whose form and levels it then has. Named by {@code
 * rmq.logback.xml}, which the client looks for before its own file.
 */
public final class QueueClientAppender extends AppenderBase<ILoggingEvent> {

    @Override
    protected void append(ILoggingEvent event) {
        IThrowableProxy cause = event.getThrowableProxy();
        LoggerFactory.getLogger(event.getLoggerName())
                .atLevel(level(event.getLevel()))
                .log(cause == null ? event.getFormattedMessage() : event.getFormattedMessage() + ": " + told(cause));
    }

    /** While a broker is away the client says so every few seconds: where in the client that was is of no use to anybody. */
    private static String told(IThrowableProxy cause) {
        return cause.getClassName() + ": " + cause.getMessage();
    }

    private static org.slf4j.event.Level level(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> org.slf4j.event.Level.ERROR;
            case Level.WARN_INT -> org.slf4j.event.Level.WARN;
            case Level.INFO_INT -> org.slf4j.event.Level.INFO;
            case Level.DEBUG_INT -> org.slf4j.event.Level.DEBUG;
            default -> org.slf4j.event.Level.TRACE;
        };
    }
}
