package io.flashsale.backend.queue;

import com.alibaba.csp.sentinel.log.LogBase;
import com.alibaba.csp.sentinel.log.LogTarget;
import com.alibaba.csp.sentinel.log.Logger;
import com.alibaba.csp.sentinel.log.RecordLog;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** What Sentinel says goes to the service's log, which else would be lines of its own form and files in the home directory. */
@LogTarget(RecordLog.LOGGER_NAME)
public final class SentinelLog implements Logger {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger("com.alibaba.csp.sentinel");

    static {
        set("project.name", "flashsale-backend");
        set(
                LogBase.LOG_DIR,
                Path.of(System.getProperty("java.io.tmpdir"), "sentinel").toString());
        // No metric files: what is worth knowing is in our metrics.
        set("csp.sentinel.metric.flush.interval", "0");
        greetNobody();
    }

    /** Loads Sentinel's loggers, once. To be called while no other thread writes to the standard output, on which they would greet. */
    public static void load() {
        // Done as this class was loaded.
    }

    private static void greetNobody() {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
        try {
            LogBase.getLogBaseDir();
            RecordLog.debug("loaded");
        } finally {
            System.setOut(out);
        }
    }

    private static void set(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    @Override
    public void info(String format, Object... arguments) {
        LOG.info(format, arguments);
    }

    @Override
    public void info(String message, Throwable cause) {
        LOG.info(message, cause);
    }

    @Override
    public void warn(String format, Object... arguments) {
        LOG.warn(format, arguments);
    }

    @Override
    public void warn(String message, Throwable cause) {
        LOG.warn(message, cause);
    }

    @Override
    public void trace(String format, Object... arguments) {
        LOG.trace(format, arguments);
    }

    @Override
    public void trace(String message, Throwable cause) {
        LOG.trace(message, cause);
    }

    @Override
    public void debug(String format, Object... arguments) {
        LOG.debug(format, arguments);
    }

    @Override
    public void debug(String message, Throwable cause) {
        LOG.debug(message, cause);
    }

    @Override
    public void error(String format, Object... arguments) {
        LOG.error(format, arguments);
    }

    @Override
    public void error(String message, Throwable cause) {
        LOG.error(message, cause);
    }
}
