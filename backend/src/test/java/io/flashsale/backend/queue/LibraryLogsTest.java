package io.flashsale.backend.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.alibaba.csp.sentinel.log.RecordLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the libraries with logs of their own say arrives in the service's log. */
class LibraryLogsTest {

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        SentinelLog.load();
        lines.start();
        root.addAppender(lines);
    }

    @AfterEach
    void leave() {
        root.detachAppender(lines);
    }

    @Test
    void a_warning_of_the_queue_client_arrives_in_a_line_with_its_cause_and_what_is_less_does_not() {
        var client = org.apache.rocketmq.logging.org.slf4j.LoggerFactory.getLogger("RocketmqClient");
        client.info("an offset was stored");
        client.warn("{} is away", "broker", new IllegalStateException("closed"));

        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLoggerName()).isEqualTo("RocketmqClient");
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage()).isEqualTo("broker is away: java.lang.IllegalStateException: closed");
            assertThat(line.getThrowableProxy()).isNull();
        });
    }

    @Test
    void a_warning_of_sentinel_arrives() {
        RecordLog.warn("{} is no rule", "this");

        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLoggerName()).isEqualTo("com.alibaba.csp.sentinel");
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage()).isEqualTo("this is no rule");
        });
    }
}
