package io.flashsale.consumer.settings;

import io.flashsale.contract.OrderMessage;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Everything that may differ between two consumers. {@code application.yaml} says which environment variable feeds which part. No secret
 * is a setting: only the path of its file is.
 *
 * @param profile demo or production; production refuses what {@link ProductionChecks} lists
 * @param port of HTTP, on the loopback
 * @param namesrv of the queue, {@code host:port[;host:port]}
 * @param internalTokenFile holds what callers of {@code /internal/**} must show
 * @param otlpUrl of a collector of traces; empty where there is none
 * @param traceSample share of the orders of which spans are recorded
 */
@ConfigurationProperties("flashsale")
@Validated
public record ConsumerSettings(
        @NotNull(message = "FLASHSALE_PROFILE must be demo or production") Profile profile,
        @Min(value = 0, message = "FLASHSALE_CONSUMER_PORT must be 0 to 65535")
                @Max(value = 65535, message = "FLASHSALE_CONSUMER_PORT must be 0 to 65535")
                int port,
        @Pattern(
                        regexp = "[A-Za-z0-9.\\-]+:[0-9]{1,5}(;[A-Za-z0-9.\\-]+:[0-9]{1,5})*",
                        message = "FLASHSALE_NAMESRV must be host:port, more of them separated by ;")
                String namesrv,
        @NotBlank(message = "FLASHSALE_INTERNAL_TOKEN_FILE must name the file of the internal token")
                String internalTokenFile,
        @Valid Mysql mysql,
        @Valid Migration migration,
        @Valid @DefaultValue Intake intake,
        @Valid @DefaultValue Sweep sweep,
        @Valid Payment payment,
        @Pattern(regexp = "(https?://[^/\\s]+)?", message = "FLASHSALE_OTLP_URL must be http(s)://host[:port]")
                String otlpUrl,
        @DecimalMin(value = "0", message = "FLASHSALE_TRACE_SAMPLE must be 0 to 1")
                @DecimalMax(value = "1", message = "FLASHSALE_TRACE_SAMPLE must be 0 to 1")
                double traceSample) {

    public enum Profile {
        DEMO,
        PRODUCTION
    }

    /** The payment provider. */
    public record Payment(
            @Pattern(regexp = "https?://.+", message = "FLASHSALE_PAYMENT_URL must be http(s)://host[:port]")
                    String url,
            @NotBlank(message = "FLASHSALE_PAYMENT_KEY_FILE must name the file of the key shared with the provider")
                    String keyFile) {}

    /** How the service reaches its rows; this user needs no DDL. */
    public record Mysql(
            @Pattern(
                            regexp = "jdbc:mysql://.+/.+",
                            message = "FLASHSALE_MYSQL_URL must look like jdbc:mysql://host:port/database")
                    String url,
            @NotBlank(message = "FLASHSALE_MYSQL_USER must name the consumer's own database user") String user,
            @NotBlank(message = "FLASHSALE_MYSQL_PASSWORD_FILE must name the file of that user's password")
                    String passwordFile) {}

    /** Who changes the schema at the start, and from which folders: migrations, and what is done after each (the grants). */
    public record Migration(
            @NotBlank(message = "FLASHSALE_MIGRATION_USER must name the database user that changes the schema")
                    String user,
            @NotBlank(message = "FLASHSALE_MIGRATION_PASSWORD_FILE must name the file of that user's password")
                    String passwordFile,
            @Pattern(
                            regexp = "(filesystem|classpath):[^,]+(,(filesystem|classpath):[^,]+)*",
                            message =
                                    "FLASHSALE_MIGRATIONS must be filesystem:<directory> or classpath:<directory>, several by commas")
                    String locations) {}

    /**
     * What is consumed, how much at a time, and how much may wait in memory.
     *
     * @param topic and {@code group}: others than these only to be apart from each other in tests
     * @param batchMessages a batch is full at this many; one transaction. 200 rows an INSERT is where MySQL's rate flattens
     * @param batchBytes or at this many bytes of bodies: a flood of large poisoned messages stays small in memory and in packets
     * @param linger how long a batch that has begun waits for more: below what a buyer who polls can tell
     * @param pullMessages asked of one queue at a time; the broker may give fewer
     * @param prefetchMessages that wait in memory over all queues: twice what is written in the 50 ms that the client sleeps when it is full
     * @param prefetchQueueMessages of one queue that wait in memory
     * @param prefetchQueueMebibytes of one queue that wait in memory
     * @param retryFirst the first pause when MySQL cannot be reached; it doubles up to {@code retryMost}
     * @param retryMost the longest pause: what it takes at most to notice that MySQL is back
     */
    public record Intake(
            @DefaultValue(OrderMessage.TOPIC) @NotBlank String topic,
            @DefaultValue("flashsale-order-consumer") @NotBlank String group,
            @DefaultValue("200") @Min(1) @Max(500) int batchMessages,
            @DefaultValue("1048576") @Min(65536) @Max(8388608) int batchBytes,
            @DefaultValue("40ms") Duration linger,
            @DefaultValue("128") @Min(1) @Max(1024) int pullMessages,
            @DefaultValue("8192") @Min(1) @Max(100000) int prefetchMessages,
            @DefaultValue("2048") @Min(1) @Max(20000) int prefetchQueueMessages,
            @DefaultValue("4") @Min(1) @Max(64) int prefetchQueueMebibytes,
            @DefaultValue("50ms") Duration retryFirst,
            @DefaultValue("2s") Duration retryMost) {}

    /**
     * @param batchOrders that end in one transaction: bounds how long an item's row is locked
     * @param most orders in one run of the sweep; what is left waits for the next second
     */
    public record Sweep(
            @DefaultValue("200") @Min(1) @Max(1000) int batchOrders, @DefaultValue("10000") @Min(1) int most) {}
}
