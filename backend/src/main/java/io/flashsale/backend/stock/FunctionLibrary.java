package io.flashsale.backend.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisCommandExecutionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The function library that is packed with this service. Loads it over a lower version or none, never over a higher one. */
@Component
final class FunctionLibrary {

    private static final Logger LOG = LoggerFactory.getLogger(FunctionLibrary.class);
    private static final Pattern VERSION = Pattern.compile("^local VERSION = (\\d+)$", Pattern.MULTILINE);

    private final StockFunctions functions;
    private final String source;
    private final int version;

    FunctionLibrary(StockFunctions functions) {
        this.functions = functions;
        this.source = packed();
        this.version = versionOf(source);
    }

    private static String packed() {
        try (var in = FunctionLibrary.class.getResourceAsStream("/redis/flashsale.lua")) {
            if (in == null) {
                throw new IllegalStateException("redis/flashsale.lua was not packed with this service");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading redis/flashsale.lua", e);
        }
    }

    static int versionOf(String source) {
        var match = VERSION.matcher(source);
        if (!match.find()) {
            throw new IllegalStateException("redis/flashsale.lua has no line 'local VERSION = <number>'");
        }
        return Integer.parseInt(match.group(1));
    }

    /**
     * Under the rebuild's lock: a load forgets the lease, so two backends must not do it after each other.
     *
     * @return whether it was loaded now
     */
    boolean ensure() {
        Integer loaded = functions.version();
        if (loaded != null && loaded >= version) {
            return false;
        }
        try {
            functions.load(source, loaded != null);
        } catch (RedisCommandExecutionException e) {
            // Loaded by a backend of another installation in between: what is there is looked at in the next round.
            if (e.getMessage() != null && e.getMessage().contains("already exists")) {
                return false;
            }
            throw e;
        }
        LOG.info("loaded the function library, version {} over {}", version, loaded == null ? "none" : loaded);
        return true;
    }

    /** Whether Redis has an older library than this, or none. */
    boolean outdated() {
        Integer loaded = functions.version();
        return loaded == null || loaded < version;
    }

    /** Whether Redis has a newer one: then a newer backend is there as well, and rebuilding is its business. */
    boolean overtaken() {
        Integer loaded = functions.version();
        return loaded != null && loaded > version;
    }

    int version() {
        return version;
    }
}
