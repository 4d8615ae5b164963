package io.flashsale.backend.stock;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * The one connection to Redis that every thread shares: Lettuce sends commands in the order given and answers them as they
 * come, so commands that do not wait for each other are pipelined by themselves. It is made when first needed, mends itself,
 * and never sends a command twice. The factory closes it.
 */
@Component
public final class RedisLink {

    private static final long RETRY_NANOS = 250_000_000;

    private static final Pattern RUN_ID = Pattern.compile("run_id:(\\w+)");

    private final LettuceConnectionFactory factory;
    private volatile @Nullable StatefulRedisConnection<String, String> connection;
    private @Nullable RedisClient transactions;
    private long failedAt;
    private @Nullable RedisException failure;

    RedisLink(LettuceConnectionFactory factory) {
        this.factory = factory;
    }

    /** @throws RedisException if Redis was not reached yet */
    public RedisAsyncCommands<String, String> commands() {
        var present = connection;
        return (present == null ? connect() : present).async();
    }

    /** Which process of Redis answers: another one after every start. */
    String process() {
        var id = RUN_ID.matcher(await(commands().info("server")));
        if (!id.find()) {
            throw new RedisException("Redis does not tell its run_id");
        }
        return id.group(1);
    }

    /**
     * A connection of the caller's own, for MULTI. The caller closes it. It does not mend itself: what had been said on it, as what is
     * watched, would be forgotten without a word.
     */
    public StatefulRedisConnection<String, String> open() {
        return transactions().connect(StringCodec.UTF8);
    }

    private synchronized RedisClient transactions() {
        var present = transactions;
        if (present == null) {
            var server = factory.getStandaloneConfiguration();
            var uri = RedisURI.builder()
                    .withHost(server.getHostName())
                    .withPort(server.getPort())
                    .withTimeout(Duration.ofMillis(factory.getTimeout()));
            if (server.getUsername() != null && server.getPassword().isPresent()) {
                uri.withAuthentication(
                        server.getUsername(), server.getPassword().get());
            }
            present = RedisClient.create(client().getResources(), uri.build());
            present.setOptions(
                    client().getOptions().mutate().autoReconnect(false).build());
            transactions = present;
        }
        return present;
    }

    @PreDestroy
    synchronized void close() {
        if (transactions != null) {
            transactions.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    private synchronized StatefulRedisConnection<String, String> connect() {
        var present = connection;
        if (present != null) {
            return present;
        }
        // While Redis is away each try costs its timeout: the threads that wait here share one failure.
        var last = failure;
        if (last != null && System.nanoTime() - failedAt < RETRY_NANOS) {
            throw last;
        }
        try {
            var made = client().connect(StringCodec.UTF8);
            connection = made;
            failure = null;
            return made;
        } catch (RedisException e) {
            failure = e;
            failedAt = System.nanoTime();
            throw e;
        }
    }

    private RedisClient client() {
        return (RedisClient) factory.getRequiredNativeClient();
    }

    /** Waits for an answer; the command's own timeout bounds it. */
    public static <T> T await(RedisFuture<T> future) {
        return await((Future<T>) future);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisException("interrupted while waiting for Redis", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RedisCommandExecutionException said) {
                throw said;
            }
            throw cause instanceof RedisException fault ? fault : new RedisException(cause);
        }
    }
}
