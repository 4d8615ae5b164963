package io.flashsale.backend.config;

import com.google.common.collect.ImmutableSortedSet;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything the backend can be told, from the environment: {@code flashsale.mysql.password-file} is
 * {@code FLASHSALE_MYSQL_PASSWORD_FILE}. A bad value stops the start with a sentence that names it.
 *
 * @param otlpUrl of a collector of traces; none by default
 * @param traceSample share of the orders of which spans are recorded
 * @param demoSession whether {@code POST /api/demo-session} exists; default: in the demo profile only
 */
@ConfigurationProperties("flashsale")
public record Settings(
        @DefaultValue("demo") Profile profile,
        @DefaultValue("8081") int backendPort,
        @DefaultValue Mysql mysql,
        @DefaultValue Redis redis,
        @DefaultValue("127.0.0.1:19876") String namesrv,
        @DefaultValue("http://127.0.0.1:8082") URI consumerUrl,
        @Nullable Path edgeTokenFile,
        @Nullable Path internalTokenFile,
        @Nullable Path sessionKeysFile,
        @DefaultValue Session session,
        @DefaultValue Account account,
        @DefaultValue Sms sms,
        @DefaultValue Intake intake,
        @DefaultValue Queue queue,
        @DefaultValue Stock stock,
        @DefaultValue Reconcile reconcile,
        @Nullable Boolean demoSession,
        @Nullable String otlpUrl,
        @DefaultValue("0") double traceSample) {

    public Settings {
        within("FLASHSALE_BACKEND_PORT", backendPort, 0, 65535);
        if (!namesrv.matches("[^:;\\s]+:\\d+(;[^:;\\s]+:\\d+)*")) {
            throw new BadSetting("FLASHSALE_NAMESRV is '" + namesrv + "': it must be host:port, several by ';'.");
        }
        if (!web(consumerUrl)) {
            throw new BadSetting("FLASHSALE_CONSUMER_URL is '" + consumerUrl + "': it must be http(s)://host[:port].");
        }
        if (otlpUrl != null && !otlpUrl.matches("https?://[^/\\s]+")) {
            throw new BadSetting("FLASHSALE_OTLP_URL is '" + otlpUrl + "': it must be http(s)://host[:port].");
        }
        if (!(traceSample >= 0 && traceSample <= 1)) {
            throw new BadSetting("FLASHSALE_TRACE_SAMPLE is " + traceSample + ": it must be from 0 to 1.");
        }
        if (profile == Profile.PRODUCTION) {
            refuseDemoThings(demoSession, consumerUrl, sms.gateway());
        }
    }

    public boolean demoSessions() {
        return demoSession == null ? profile == Profile.DEMO : demoSession;
    }

    private static void refuseDemoThings(@Nullable Boolean demoSession, URI consumerUrl, @Nullable URI smsUrl) {
        if (smsUrl == null) {
            throw new BadSetting(
                    "FLASHSALE_SMS_URL is not set: the production profile does not write one-time codes into"
                            + " its log; name the gateway that sends them, or use FLASHSALE_PROFILE=demo.");
        }
        refusePlainHttp("FLASHSALE_SMS_URL", smsUrl);
        if (Boolean.TRUE.equals(demoSession)) {
            throw new BadSetting("FLASHSALE_DEMO_SESSION is true: the production profile does not give sessions away;"
                    + " remove it, or use FLASHSALE_PROFILE=demo.");
        }
        refusePlainHttp("FLASHSALE_CONSUMER_URL", consumerUrl);
    }

    private static void refusePlainHttp(String name, URI url) {
        if ("http".equals(url.getScheme()) && !loopback(url.getHost())) {
            throw new BadSetting(name + " is '" + url + "': the production profile speaks plain"
                    + " HTTP to this machine only; use https.");
        }
    }

    private static boolean web(URI url) {
        return url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()));
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            return false;
        }
    }

    private static void within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new BadSetting(name + " is " + value + ": it must be from " + least + " to " + most + ".");
        }
    }

    private static void within(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new BadSetting(name + " is " + value.toMillis() + "ms: it must be from " + least.toMillis() + "ms to "
                    + most.toMillis() + "ms.");
        }
    }

    /**
     * @param poolSize connections; the hot path wants one per worker, the loops and the buyers' queries share the rest
     * @param connectTimeout how long a caller waits for a connection before it fails
     * @param socketTimeout the longest silence of the server that is borne
     */
    public record Mysql(
            @DefaultValue("jdbc:mysql://127.0.0.1:13306/flashsale") String url,
            @DefaultValue("backend") String user,
            @Nullable Path passwordFile,
            @DefaultValue("12") int poolSize,
            @DefaultValue("700ms") Duration connectTimeout,
            @DefaultValue("4s") Duration socketTimeout) {
        public Mysql {
            if (!url.startsWith("jdbc:mysql:")) {
                throw new BadSetting("FLASHSALE_MYSQL_URL is '" + url + "': it must begin with jdbc:mysql:.");
            }
            within("FLASHSALE_MYSQL_POOL_SIZE", poolSize, 4, 100);
            // Hikari's own floor is 250 ms
            within("FLASHSALE_MYSQL_CONNECT_TIMEOUT", connectTimeout, Duration.ofMillis(250), Duration.ofSeconds(30));
            within("FLASHSALE_MYSQL_SOCKET_TIMEOUT", socketTimeout, Duration.ofMillis(250), Duration.ofMinutes(5));
        }
    }

    /** @param timeout for one command; a reply later than that is an unknown outcome */
    public record Redis(
            @DefaultValue("127.0.0.1") String host,
            @DefaultValue("16379") int port,
            @DefaultValue("backend") String user,
            @Nullable Path passwordFile,
            @DefaultValue("500ms") Duration timeout) {
        public Redis {
            within("FLASHSALE_REDIS_PORT", port, 1, 65535);
            within("FLASHSALE_REDIS_TIMEOUT", timeout, Duration.ofMillis(10), Duration.ofSeconds(10));
        }
    }

    /**
     * Of accounts that people open themselves.
     *
     * @param tokenTtl how long a signed token is good for; it is renewed while its session lasts
     * @param sessionTtl how long a login lasts without another
     * @param codeTtl how long a one-time code is right
     * @param proofBits zero bits that a proof of work must begin with; each more doubles a client's work, 15 is a second of a phone's
     * @param addressCodes one-time codes that one address may ask for in an hour; three times as many in a day
     * @param addressTries wrong passwords of one address in ten minutes, and wrong codes in an hour: a carrier puts thousands behind one
     */
    public record Account(
            @DefaultValue("30m") Duration tokenTtl,
            @DefaultValue("30d") Duration sessionTtl,
            @DefaultValue("5m") Duration codeTtl,
            @DefaultValue("15") int proofBits,
            @DefaultValue("20") int addressCodes,
            @DefaultValue("100") int addressTries) {
        public Account {
            within("FLASHSALE_ACCOUNT_TOKEN_TTL", tokenTtl, Duration.ofSeconds(1), Duration.ofHours(24));
            within("FLASHSALE_ACCOUNT_SESSION_TTL", sessionTtl, tokenTtl, Duration.ofDays(365));
            within("FLASHSALE_ACCOUNT_CODE_TTL", codeTtl, Duration.ofSeconds(1), Duration.ofMinutes(5));
            within("FLASHSALE_ACCOUNT_PROOF_BITS", proofBits, 0, 28);
            within("FLASHSALE_ACCOUNT_ADDRESS_CODES", addressCodes, 1, 1_000_000);
            within("FLASHSALE_ACCOUNT_ADDRESS_TRIES", addressTries, 1, 1_000_000);
        }
    }

    /**
     * @param url of the gateway that sends texts, over HTTP or by mail ({@code smtp://user@host}); none: they go to the log. As text,
     *     since what converts it to a URI would quote its per cent signs again
     * @param keyFile what requests to it are signed with, or the user's password there
     * @param from whom mails to the gateway are from
     * @param recipient who the gateway knows a phone as: {@code {digits}@texts.example}
     * @param mostPerHour texts of all backends together: each costs money
     * @param countries calling codes of those that texts go to; none: all
     */
    public record Sms(
            @Nullable String url,
            @Nullable Path keyFile,
            @Nullable String from,
            @Nullable String recipient,
            @DefaultValue("5000") int mostPerHour,
            @DefaultValue("86") Set<Integer> countries) {
        public Sms {
            within("FLASHSALE_SMS_MOST_PER_HOUR", mostPerHour, 1, 10_000_000);
            countries = ImmutableSortedSet.copyOf(countries);
            url = blankIsNone(url);
            from = blankIsNone(from);
            recipient = blankIsNone(recipient);
            URI gateway = parse(url);
            if (gateway != null && !mail(gateway) && !web(gateway)) {
                throw new BadSetting(
                        "FLASHSALE_SMS_URL must be http(s)://host[:port][/path], or smtp(s)://user@host[:port]"
                                + ", with %40 for an @ of the user and without a password, which is in FLASHSALE_SMS_KEY_FILE.");
            }
            if ((url == null) != (keyFile == null)) {
                throw new BadSetting(
                        "FLASHSALE_SMS_URL and FLASHSALE_SMS_KEY_FILE belong together: one of them is not set.");
            }
            boolean mail = gateway != null && mail(gateway);
            address("FLASHSALE_SMS_FROM", from, mail, "[^@\\s]+@[^@\\s]+", "an address, as shop@shop.example");
            address(
                    "FLASHSALE_SMS_RECIPIENT",
                    recipient,
                    mail,
                    "[^@\\s]*\\{digits}[^@\\s]*@[^@\\s]+",
                    "an address with {digits} in it, as {digits}@texts.example");
        }

        public @Nullable URI gateway() {
            return parse(url);
        }

        public boolean byMail() {
            URI gateway = gateway();
            return gateway != null && mail(gateway);
        }

        private static @Nullable String blankIsNone(@Nullable String value) {
            return value == null || value.isBlank() ? null : value;
        }

        private static @Nullable URI parse(@Nullable String url) {
            try {
                return url == null ? null : new URI(url);
            } catch (URISyntaxException e) {
                throw new BadSetting("FLASHSALE_SMS_URL is no address: there is something wrong at its character "
                        + (e.getIndex() + 1) + ".");
            }
        }

        private static boolean mail(URI url) {
            String user = url.getUserInfo();
            return url.getHost() != null
                    && ("smtp".equals(url.getScheme()) || "smtps".equals(url.getScheme()))
                    && user != null
                    && !user.isEmpty()
                    && !user.contains(":");
        }

        private static void address(String name, @Nullable String value, boolean mail, String form, String words) {
            if (!mail && value != null) {
                throw new BadSetting(name + " is for a gateway by mail: FLASHSALE_SMS_URL does not begin with smtp.");
            }
            if (mail && (value == null || !value.matches(form))) {
                throw new BadSetting(name + (value == null ? " is not set" : " is '" + value + "'") + ": it must be "
                        + words + ", since FLASHSALE_SMS_URL names a mail server.");
            }
        }
    }

    /** @param ttl how long a signed session of a load plan or of the demo is good for */
    public record Session(@DefaultValue("12h") Duration ttl) {
        public Session {
            within("FLASHSALE_SESSION_TTL", ttl, Duration.ofSeconds(1), Duration.ofDays(30));
        }
    }

    /**
     * @param workers each takes one micro-batch at a time through policy, decide, send, acknowledge
     * @param capacity orders that may wait, for their verdict if not for the answer; beyond it the beat stops until half is drained
     * @param batch orders in one micro-batch, at most; the function library takes 256
     * @param deadline every order is answered by then; the edge waits 2 s
     */
    public record Intake(
            @DefaultValue("2") int workers,
            @DefaultValue("16384") int capacity,
            @DefaultValue("128") int batch,
            @DefaultValue("1500ms") Duration deadline) {
        public Intake {
            within("FLASHSALE_INTAKE_WORKERS", workers, 1, 64);
            within("FLASHSALE_INTAKE_CAPACITY", capacity, 1, 1_000_000);
            within("FLASHSALE_INTAKE_BATCH", batch, 1, 256);
            within("FLASHSALE_INTAKE_DEADLINE", deadline, Duration.ofMillis(100), Duration.ofSeconds(10));
        }
    }

    /**
     * @param sendTimeout for a batch; must leave the intake's deadline some room
     * @param ordersPerSecond Sentinel's flow rule
     * @param slowAfter a batch that takes longer counts as slow
     * @param slowRatio of slow or failed batches that opens the breaker
     * @param breakerMinimum batches within the breaker's interval below which it does not judge; one worker with nothing but time-outs
     *     makes 3 in 3 s
     * @param breakerInterval over which it judges: what a broker that hangs costs before the edges hear of it
     * @param breakerPause how long it stays open before one send may try; whole seconds
     */
    public record Queue(
            @DefaultValue("800ms") Duration sendTimeout,
            @DefaultValue("30000") int ordersPerSecond,
            @DefaultValue("300ms") Duration slowAfter,
            @DefaultValue("0.5") double slowRatio,
            @DefaultValue("3") int breakerMinimum,
            @DefaultValue("3s") Duration breakerInterval,
            @DefaultValue("2s") Duration breakerPause) {
        public Queue {
            within("FLASHSALE_QUEUE_SEND_TIMEOUT", sendTimeout, Duration.ofMillis(50), Duration.ofSeconds(10));
            // Below a batch's size a full batch would never pass.
            within("FLASHSALE_QUEUE_ORDERS_PER_SECOND", ordersPerSecond, 256, 10_000_000);
            within("FLASHSALE_QUEUE_SLOW_AFTER", slowAfter, Duration.ofMillis(1), sendTimeout);
            if (!(slowRatio > 0 && slowRatio <= 1)) {
                throw new BadSetting("FLASHSALE_QUEUE_SLOW_RATIO is " + slowRatio + ": it must be above 0, up to 1.");
            }
            within("FLASHSALE_QUEUE_BREAKER_MINIMUM", breakerMinimum, 1, 10_000);
            within("FLASHSALE_QUEUE_BREAKER_INTERVAL", breakerInterval, Duration.ofMillis(500), Duration.ofMinutes(1));
            within("FLASHSALE_QUEUE_BREAKER_PAUSE", breakerPause, Duration.ofSeconds(1), Duration.ofMinutes(1));
        }
    }

    /**
     * @param patience how long the queue may have a message before its order is missed
     * @param settle from one look at the stores to the next; longer than anything healthy is under way
     */
    public record Reconcile(@DefaultValue("60s") Duration patience, @DefaultValue("3s") Duration settle) {
        public Reconcile {
            within("FLASHSALE_RECONCILE_SETTLE", settle, Duration.ofMillis(100), Duration.ofMinutes(1));
            within("FLASHSALE_RECONCILE_PATIENCE", patience, Duration.ofMillis(100), Duration.ofHours(1));
        }
    }

    /**
     * @param leaseTtl of the lease to sell; a Redis that nobody renews sells nothing after it
     * @param relayAge how old an unacknowledged order must be before the relay takes it up
     * @param kept how long after its end an item is still rebuilt, so that replays get their answers
     */
    public record Stock(
            @DefaultValue("5s") Duration leaseTtl,
            @DefaultValue("2s") Duration relayAge,
            @DefaultValue("24h") Duration kept) {
        public Stock {
            within("FLASHSALE_STOCK_LEASE_TTL", leaseTtl, Duration.ofMillis(2500), Duration.ofMinutes(1));
            within("FLASHSALE_STOCK_RELAY_AGE", relayAge, Duration.ofMillis(100), Duration.ofMinutes(1));
            within("FLASHSALE_STOCK_KEPT", kept, Duration.ZERO, Duration.ofDays(365));
        }
    }
}
