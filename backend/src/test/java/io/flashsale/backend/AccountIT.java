package io.flashsale.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import io.flashsale.backend.BackendProcess.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Accounts that people open, with a gateway that keeps the texts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccountIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String GATEWAY_KEY = "key-of-the-gateway-in-tests";
    private static final String PASSWORD = "seven purple kites";
    private static final Pattern CODE = Pattern.compile("\\b\\d{6}\\b");

    private final AtomicInteger number = new AtomicInteger();
    private final BlockingQueue<JsonNode> texts = new LinkedBlockingQueue<>();
    private World world;
    private HttpServer gateway;
    private BackendProcess backend;

    /** What a client has: an address, and the cookie that it was given last. */
    private final class Client {
        private final String address;
        private String token = "";

        private Client(String address) {
            this.address = address;
        }

        private Client() {
            this("198.51.100." + number.incrementAndGet());
        }

        private Answer send(String method, String path, Map<String, ?> body, String... headers) {
            HttpRequest.Builder request = backend.request(path)
                    .header("X-Real-IP", address)
                    .header("Content-Type", "application/json")
                    .header("Cookie", "session=" + token)
                    .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body)));
            if (headers.length > 0) {
                request.headers(headers);
            }
            Answer answer = backend.send(request);
            answer.raw().headers().allValues("Set-Cookie").forEach(cookie -> {
                assertThat(cookie).contains("HttpOnly", "SameSite=Lax", "Path=/");
                token = cookie.substring("session=".length(), cookie.indexOf(';'));
            });
            return answer;
        }

        private Answer post(String path, Map<String, ?> body, String... headers) {
            return send("POST", path, body, headers);
        }

        private Answer who() {
            return backend.send(backend.request("/api/session").header("Cookie", "session=" + token));
        }

        private Answer ask(String phone, String purpose) {
            return post("/api/otp", proved(Map.of("phone", phone, "purpose", purpose, "language", "en")));
        }

        /** Asks for a code and reads it from the text. */
        private String code(String phone, String purpose) throws InterruptedException {
            Answer answer = ask(phone, purpose);
            assertThat(answer.status()).as("%s", answer.body()).isEqualTo(202);
            return codeIn(textTo(phone));
        }

        private Answer register(String phone) throws InterruptedException {
            return post("/api/register", Map.of("phone", phone, "code", code(phone, "register"), "password", PASSWORD));
        }
    }

    @BeforeAll
    void start() throws Exception {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/texts", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String seal = Hashing.hmacSha256(GATEWAY_KEY.getBytes(StandardCharsets.UTF_8))
                    .hashBytes(body)
                    .toString();
            boolean signed = seal.equals(exchange.getRequestHeaders().getFirst("X-Flashsale-Signature"));
            if (signed) {
                texts.add(JSON.readTree(body));
            }
            exchange.sendResponseHeaders(signed ? 202 : 401, -1);
            exchange.close();
        });
        gateway.start();
        world = new World();
        backend = world.start(settings());
        backend.awaitReady();
    }

    private String[] settings(String... more) {
        var settings = new ArrayList<>(List.of(
                "flashsale.account.proof-bits=6",
                "flashsale.sms.url=http://127.0.0.1:" + gateway.getAddress().getPort() + "/texts",
                "flashsale.sms.key-file=" + world.secret("sms", GATEWAY_KEY)));
        settings.addAll(List.of(more));
        return settings.toArray(String[]::new);
    }

    @AfterAll
    void stop() {
        world.close();
        gateway.stop(0);
    }

    @BeforeEach
    void noTextIsLeft() {
        texts.clear();
    }

    private String phone() {
        return "+86138%08d".formatted(10_000_000 + number.incrementAndGet());
    }

    /** What an earlier test did not wait for may come meanwhile; each phone is of one test. */
    private JsonNode textTo(String phone) throws InterruptedException {
        JsonNode text;
        do {
            text = texts.poll(10, TimeUnit.SECONDS);
            assertThat(text).as("a text to " + phone).isNotNull();
        } while (!Objects.requireNonNull(text).get("to").asString().equals(phone));
        return text;
    }

    private static String codeIn(JsonNode text) {
        var code = CODE.matcher(text.get("text").asString());
        assertThat(code.find()).as(text.toString()).isTrue();
        return code.group();
    }

    private Map<String, Object> proved(Map<String, ?> body) {
        var proved = new java.util.HashMap<String, Object>(body);
        JsonNode challenge = backend.send(backend.request("/api/challenge").POST(BodyPublishers.noBody()))
                .body();
        String text = challenge.get("challenge").asString();
        int bits = challenge.get("bits").asInt();
        for (int proof = 0; ; proof++) {
            byte[] hash = Hashing.sha256()
                    .hashString(text + ":" + proof, StandardCharsets.US_ASCII)
                    .asBytes();
            if (((hash[0] & 0xff) << 8 | hash[1] & 0xff) >> (16 - bits) == 0) {
                proved.put("challenge", text);
                proved.put("proof", Integer.toString(proof));
                return proved;
            }
        }
    }

    private static void refused(Answer answer, int status, String code) {
        assertThat(answer.body().path("code").asString())
                .as("%s", answer.body())
                .isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
    }

    private static String other(String code) {
        return "%06d".formatted((Integer.parseInt(code) + 1) % 1_000_000);
    }

    private static String sid(String token) {
        String claims =
                new String(java.util.Base64.getUrlDecoder().decode(token.split("\\.")[1]), StandardCharsets.UTF_8);
        return JSON.readTree(claims).get("sid").asString();
    }

    @Test
    void a_shopper_registers_logs_in_on_another_device_and_out_again() throws InterruptedException {
        String phone = phone();
        var first = new Client();
        Answer registered = first.register(phone);
        assertThat(registered.status()).as("%s", registered.body()).isEqualTo(201);
        assertThat(registered.body().get("userLevel").asInt()).isEqualTo(1);
        assertThat(registered.raw().body()).doesNotContain(phone);
        String user = registered.body().get("userID").asString();
        assertThat(first.who().body().get("userID").asString()).isEqualTo(user);
        assertThat(first.who().body().get("phone").asString()).matches("\\+86 138\\*+\\d{3}");

        var second = new Client();
        String spelled = phone.substring(3, 6) + "-" + phone.substring(6, 10) + " " + phone.substring(10);
        Answer loggedIn = second.post("/api/login", Map.of("phone", spelled, "password", PASSWORD));
        assertThat(loggedIn.status()).as("%s", loggedIn.body()).isEqualTo(200);
        assertThat(loggedIn.body().get("userID").asString()).isEqualTo(user);
        assertThat(sid(second.token)).isNotEqualTo(sid(first.token));

        String old = second.token;
        Answer loggedOut = second.post("/api/logout", Map.of());
        assertThat(loggedOut.status()).isEqualTo(204);
        assertThat(second.token).as("the cookie is gone").isEmpty();
        second.token = old;
        refused(second.post("/api/session", Map.of()), 401, "UNAUTHENTICATED");
        Awaitility.await("nothing is answered to the token")
                .atMost(Duration.ofSeconds(3))
                .until(() -> second.who().status() == 401);
        assertThat(world.edge().hget("fs:blacklist:session", sid(old)))
                .as("what edges go by")
                .isNotNull();
        assertThat(first.who().status()).as("the other device").isEqualTo(200);
    }

    @Test
    void a_token_whose_time_is_over_is_renewed_while_the_session_lasts() throws InterruptedException {
        try (var brief = new World()) {
            BackendProcess before = backend;
            backend = brief.start(settings("flashsale.account.token-ttl=3s", "flashsale.account.session-ttl=12s"));
            try {
                backend.awaitReady();
                var client = new Client();
                assertThat(client.register(phone()).status()).isEqualTo(201);
                String first = client.token;
                Awaitility.await("its time is over")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> client.who().status() == 401);
                Answer renewed = client.post("/api/session", Map.of());
                assertThat(renewed.status()).as("%s", renewed.body()).isEqualTo(200);
                assertThat(sid(client.token)).isEqualTo(sid(first));
                assertThat(client.who().status()).isEqualTo(200);
                Awaitility.await("the session is over")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> brief.number("SELECT ends_at < UTC_TIMESTAMP(3) FROM session") == 1);
                refused(client.post("/api/session", Map.of()), 401, "UNAUTHENTICATED");
            } finally {
                backend = before;
            }
        }
    }

    @Test
    void a_code_is_right_once_for_its_phone_and_its_purpose() throws InterruptedException {
        String phone = phone();
        var client = new Client();
        String code = client.code(phone, "register");
        refused(
                client.post("/api/register", Map.of("phone", phone(), "code", code, "password", PASSWORD)),
                422,
                "WRONG_CODE");
        refused(
                client.post("/api/password", Map.of("phone", phone, "code", code, "password", PASSWORD)),
                422,
                "WRONG_CODE");
        var body = Map.of("phone", phone, "code", code, "password", PASSWORD);
        assertThat(client.post("/api/register", body).status()).isEqualTo(201);
        refused(client.post("/api/register", body), 422, "WRONG_CODE");

        world.edge().del("fs:tries:code-minute:" + phone);
        var reset = Map.of("phone", phone, "code", client.code(phone, "reset"), "password", PASSWORD);
        assertThat(client.post("/api/password", reset).status()).isEqualTo(200);
        refused(client.post("/api/password", reset), 422, "WRONG_CODE");
    }

    @Test
    void five_wrong_tries_spoil_a_code() throws InterruptedException {
        String phone = phone();
        var client = new Client();
        String code = client.code(phone, "register");
        for (int i = 0; i < 5; i++) {
            refused(
                    client.post("/api/register", Map.of("phone", phone, "code", other(code), "password", PASSWORD)),
                    422,
                    "WRONG_CODE");
        }
        refused(
                client.post("/api/register", Map.of("phone", phone, "code", code, "password", PASSWORD)),
                422,
                "WRONG_CODE");
        assertThat(world.number("SELECT COUNT(*) FROM login WHERE phone = '" + phone + "'"))
                .isZero();
    }

    @Test
    void a_code_is_wrong_when_its_time_is_over() throws InterruptedException {
        String phone = phone();
        var client = new Client();
        String code = client.code(phone, "register");
        world.sql("UPDATE one_time_code SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE phone = '" + phone
                + "'");
        refused(
                client.post("/api/register", Map.of("phone", phone, "code", code, "password", PASSWORD)),
                422,
                "WRONG_CODE");
    }

    @Test
    void of_two_who_use_a_code_at_once_one_has_an_account() throws Exception {
        String phone = phone();
        String code = new Client().code(phone, "register");
        var both = Executors.newFixedThreadPool(2);
        try {
            Callable<Integer> registers = () -> new Client()
                    .post("/api/register", Map.of("phone", phone, "code", code, "password", PASSWORD))
                    .status();
            var statuses = new ArrayList<Integer>();
            for (var each : both.invokeAll(List.of(registers, registers))) {
                statuses.add(each.get());
            }
            assertThat(statuses).containsExactlyInAnyOrder(201, 422);
        } finally {
            both.shutdown();
        }
        assertThat(world.number("SELECT COUNT(*) FROM login WHERE phone = '" + phone + "'"))
                .isEqualTo(1);
    }

    @Test
    void no_answer_tells_who_has_an_account() throws InterruptedException {
        String taken = phone();
        String free = phone();
        assertThat(new Client().register(taken).status()).isEqualTo(201);
        world.edge().del("fs:tries:code-minute:" + taken);

        Answer ofTaken = new Client().ask(taken, "register");
        assertThat(textTo(taken).get("text").asString())
                .contains("has an account")
                .doesNotContainPattern(CODE);
        Answer ofFree = new Client().ask(free, "register");
        textTo(free);
        assertThat(ofTaken.status()).isEqualTo(ofFree.status()).isEqualTo(202);
        assertThat(masked(ofTaken, taken)).isEqualTo(masked(ofFree, free));

        world.edge().del("fs:tries:code-minute:" + taken, "fs:tries:code-minute:" + free);
        assertThat(new Client().ask(free, "reset").status()).isEqualTo(202);
        assertThat(new Client().ask(taken, "reset").status()).isEqualTo(202);
        codeIn(textTo(taken)); // and nothing was sent to the other

        Answer wrong = new Client().post("/api/login", Map.of("phone", taken, "password", "not this one"));
        Answer unknown = new Client().post("/api/login", Map.of("phone", free, "password", "not this one"));
        refused(wrong, 401, "LOGIN_FAILED");
        assertThat(wrong.raw().body()).isEqualTo(unknown.raw().body());
    }

    private static String masked(Answer answer, String phone) {
        return answer.raw().body().replace(phone.substring(phone.length() - 3), "");
    }

    @Test
    void a_new_password_by_a_code_ends_every_session() throws InterruptedException {
        String phone = phone();
        var forgetful = new Client();
        forgetful.register(phone);
        String before = forgetful.token;
        world.edge().del("fs:tries:code-minute:" + phone);
        String code = forgetful.code(phone, "reset");
        Answer changed =
                forgetful.post("/api/password", Map.of("phone", phone, "code", code, "password", "nine quiet rivers"));
        assertThat(changed.status()).as("%s", changed.body()).isEqualTo(200);
        assertThat(forgetful.who().status()).as("the new one").isEqualTo(200);
        var old = new Client();
        old.token = before;
        refused(old.post("/api/session", Map.of()), 401, "UNAUTHENTICATED");
        Awaitility.await().atMost(Duration.ofSeconds(3)).until(() -> old.who().status() == 401);
        refused(new Client().post("/api/login", Map.of("phone", phone, "password", PASSWORD)), 401, "LOGIN_FAILED");
    }

    @Test
    void a_new_password_by_the_old_one_ends_the_other_sessions() throws InterruptedException {
        String phone = phone();
        var here = new Client();
        here.register(phone);
        var elsewhere = new Client();
        elsewhere.post("/api/login", Map.of("phone", phone, "password", PASSWORD));
        refused(
                here.post("/api/password", Map.of("current", "not this one", "password", "nine quiet rivers")),
                401,
                "LOGIN_FAILED");
        assertThat(here.post("/api/password", Map.of("current", PASSWORD, "password", "nine quiet rivers"))
                        .status())
                .isEqualTo(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(3))
                .until(() -> elsewhere.who().status() == 401);
        assertThat(here.who().status()).isEqualTo(200);
        assertThat(new Client()
                        .post("/api/login", Map.of("phone", phone, "password", "nine quiet rivers"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void no_text_without_the_proof_of_a_new_challenge() {
        var client = new Client();
        var body = Map.of("phone", phone(), "purpose", "register");
        refused(client.post("/api/otp", body), 403, "PROOF_NEEDED");
        var proved = proved(body);
        var forged = new java.util.HashMap<>(proved);
        forged.put("challenge", String.valueOf(proved.get("challenge")).replaceFirst("^.", "x"));
        refused(client.post("/api/otp", forged), 403, "PROOF_NEEDED");
        assertThat(client.post("/api/otp", proved).status()).isEqualTo(202);
        proved.put("phone", phone());
        refused(client.post("/api/otp", proved), 403, "PROOF_NEEDED");
    }

    @Test
    void texts_are_bounded_by_phone_and_by_address() {
        String phone = phone();
        assertThat(new Client().ask(phone, "register").status()).isEqualTo(202);
        Answer again = new Client().ask(phone, "reset");
        refused(again, 429, "TOO_MANY_TRIES");
        assertThat(Integer.parseInt(
                        again.raw().headers().firstValue("Retry-After").orElse("0")))
                .isBetween(1, 60);

        var client = new Client("2001:db8:0:1::7");
        for (int i = 0; i < 20; i++) {
            assertThat(client.ask(phone(), "register").status()).isEqualTo(202);
        }
        refused(new Client("2001:db8:0:1:ffff::8").ask(phone(), "register"), 429, "TOO_MANY_TRIES");
        assertThat(new Client("2001:db8:0:2::7").ask(phone(), "register").status())
                .isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void who_guesses_passwords_is_stopped_whether_there_is_an_account_or_not(boolean registered)
            throws InterruptedException {
        String phone = phone();
        if (registered) {
            new Client().register(phone);
        }
        var guesser = new Client();
        for (int i = 0; i < 8; i++) {
            refused(guesser.post("/api/login", Map.of("phone", phone, "password", "guess " + i)), 401, "LOGIN_FAILED");
        }
        refused(guesser.post("/api/login", Map.of("phone", phone, "password", PASSWORD)), 429, "TOO_MANY_TRIES");
        // and locks nobody out who comes from elsewhere
        assertThat(new Client()
                        .post("/api/login", Map.of("phone", phone, "password", PASSWORD))
                        .status())
                .isEqualTo(registered ? 200 : 401);
    }

    @Test
    void what_is_no_phone_and_what_is_no_password() throws InterruptedException {
        var client = new Client();
        for (String phone :
                List.of("", "12345", "hello", "+4402079460000", "+18005550199", "+86 10 6552 9988", "+449098790000")) {
            Answer answer = client.post("/api/login", Map.of("phone", phone, "password", PASSWORD));
            refused(answer, 400, "BAD_REQUEST");
            assertThat(answer.body().get("field").asString()).isEqualTo("phone");
        }
        String phone = phone();
        String code = client.code(phone, "register");
        for (String password : List.of("short", "password123", "flashsale2026", phone, phone.substring(3))) {
            refused(
                    client.post("/api/register", Map.of("phone", phone, "code", code, "password", password)),
                    422,
                    "WEAK_PASSWORD");
        }
        refused(
                client.post("/api/register", Map.of("phone", phone, "code", code, "password", "字".repeat(25))),
                400,
                "BAD_REQUEST");
        // and the code is still good
        assertThat(client.post("/api/register", Map.of("phone", phone, "code", code, "password", PASSWORD))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void a_page_of_somebody_else_logs_nobody_in_or_out() throws InterruptedException {
        String phone = phone();
        var client = new Client();
        client.register(phone);
        String token = client.token;
        var login = Map.of("phone", phone, "password", PASSWORD);
        refused(client.post("/api/login", login, "Sec-Fetch-Site", "cross-site"), 400, "BAD_REQUEST");
        refused(client.post("/api/logout", Map.of(), "Origin", "https://evil.example"), 400, "BAD_REQUEST");
        assertThat(client.token).isEqualTo(token);
        Answer browser = client.post("/api/login", login, "Sec-Fetch-Site", "same-origin");
        assertThat(browser.status()).isEqualTo(200);
        assertThat(browser.body().has("sessionID"))
                .as("a browser's scripts never see the token")
                .isFalse();
        assertThat(client.token).as("another session than the one it came with").isNotEqualTo(token);
        assertThat(sid(client.token)).isNotEqualTo(sid(token));
    }

    @Test
    void a_gateway_that_fails_is_counted_and_the_shopper_may_ask_again() {
        try (var other = new World()) {
            BackendProcess before = backend;
            backend = other.start(
                    "flashsale.account.proof-bits=4",
                    "flashsale.sms.url=http://127.0.0.1:" + gateway.getAddress().getPort() + "/nowhere",
                    "flashsale.sms.key-file=" + other.secret("sms", GATEWAY_KEY));
            try {
                backend.awaitReady();
                assertThat(new Client().ask(phone(), "register").status()).isEqualTo(202);
                Awaitility.await("it is counted").until(() -> backend.get("/metrics")
                        .raw()
                        .body()
                        .contains("flashsale_texts_total{outcome=\"failed\"}"));
            } finally {
                backend = before;
            }
        }
    }

    @Test
    void a_code_may_come_by_mail() throws Exception {
        var server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        server.setUser("shop", "short");
        try (var other = new World()) {
            BackendProcess before = backend;
            backend = other.start(
                    "flashsale.account.proof-bits=4",
                    "flashsale.sms.url=smtp://shop@127.0.0.1:"
                            + server.getSmtp().getPort(),
                    "flashsale.sms.key-file=" + other.secret("sms", "short"),
                    "flashsale.sms.from=codes@shop.example",
                    "flashsale.sms.recipient={digits}@texts.example");
            try {
                backend.awaitReady();
                String phone = phone();
                var client = new Client();
                assertThat(client.ask(phone, "register").status()).isEqualTo(202);
                assertThat(server.waitForIncomingEmail(10_000, 1)).isTrue();
                var mail = server.getReceivedMessages()[0];
                assertThat(mail.getAllRecipients())
                        .extracting(Object::toString)
                        .containsExactly(phone.substring(1) + "@texts.example");
                var code = CODE.matcher(mail.getContent().toString());
                assertThat(code.find()).isTrue();
                Answer registered = client.post(
                        "/api/register", Map.of("phone", phone, "code", code.group(), "password", PASSWORD));
                assertThat(registered.status()).as("%s", registered.body()).isEqualTo(201);
            } finally {
                backend = before;
            }
        } finally {
            server.stop();
        }
    }

    /** What a login reads and what it writes lie a hash apart. */
    @Test
    void a_login_that_was_under_way_does_not_outlive_a_new_password() throws Exception {
        String phone = phone();
        new Client().register(phone);
        var login = Executors.newSingleThreadExecutor();
        try {
            var answer = world.transaction(() -> {
                world.sql("UPDATE login SET password_hash = CONCAT(LEFT(password_hash, 59), '~') WHERE phone = '"
                        + phone + "'");
                var sent = login.submit(
                        () -> new Client().post("/api/login", Map.of("phone", phone, "password", PASSWORD)));
                Awaitility.await("it waits for the row")
                        .pollInSameThread()
                        .until(() -> sent.isDone()
                                || world.number("SELECT COUNT(*) FROM information_schema.innodb_trx"
                                                + " WHERE trx_state = 'LOCK WAIT'")
                                        > 0);
                return sent;
            });
            refused(answer.get(), 401, "LOGIN_FAILED");
        } finally {
            login.shutdown();
        }
    }

    @Test
    void the_eleventh_device_logs_the_first_one_out() throws InterruptedException {
        String phone = phone();
        var first = new Client();
        first.register(phone);
        for (int i = 0; i < 10; i++) {
            // and none of these counts as a try
            assertThat(new Client("203.0.113.1")
                            .post("/api/login", Map.of("phone", phone, "password", PASSWORD))
                            .status())
                    .isEqualTo(200);
        }
        Awaitility.await().atMost(Duration.ofSeconds(3)).until(() -> first.who().status() == 401);
        assertThat(world.number("SELECT COUNT(*) FROM session s JOIN login l ON l.user_id = s.user_id WHERE phone = '"
                        + phone + "' AND ended_at IS NULL"))
                .isEqualTo(10);
    }

    @Test
    void who_is_refused_by_the_address_uses_nothing_of_a_phone_up() {
        var many = new Client();
        for (int i = 0; i < 20; i++) {
            assertThat(many.ask(phone(), "register").status()).isEqualTo(202);
        }
        String phone = phone();
        refused(many.ask(phone, "register"), 429, "TOO_MANY_TRIES");
        assertThat(new Client().ask(phone, "register").status()).isEqualTo(202);
    }

    @Test
    void one_customer_of_a_provider_has_many_networks_and_one_bound() {
        world.edge().set("fs:tries:code-wide-hour:20010db80009/48", "200");
        refused(new Client("2001:db8:9:1::7").ask(phone(), "register"), 429, "TOO_MANY_TRIES");
        assertThat(new Client("2001:db8:a:1::7").ask(phone(), "register").status())
                .isEqualTo(202);
    }

    @Test
    void a_phone_that_is_tried_from_everywhere_is_opened_by_its_owner_who_does_some_work() throws InterruptedException {
        String phone = phone();
        new Client().register(phone);
        world.edge().set("fs:tries:login-phone:" + phone, "100");
        var owner = new Client();
        var login = Map.of("phone", phone, "password", PASSWORD);
        refused(owner.post("/api/login", login), 403, "PROOF_NEEDED");
        assertThat(owner.post("/api/login", proved(login)).status()).isEqualTo(200);
        assertThat(world.edge().ttl("fs:tries:login-phone:" + phone)).isPositive();
    }

    @Test
    void no_text_goes_where_the_shop_sells_nothing() {
        Answer answer = new Client().ask("+447911123456", "register");
        refused(answer, 422, "PHONE_NOT_SERVED");
        assertThat(answer.body().get("detail").asString()).contains("+86");
    }

    @Test
    void all_texts_of_an_hour_have_a_ceiling() {
        try (var frugal = new World()) {
            BackendProcess before = backend;
            backend = frugal.start(settings("flashsale.sms.most-per-hour=2"));
            try {
                backend.awaitReady();
                assertThat(new Client().ask(phone(), "register").status()).isEqualTo(202);
                assertThat(new Client().ask(phone(), "register").status()).isEqualTo(202);
                JsonNode harder = backend.send(backend.request("/api/challenge").POST(BodyPublishers.noBody()))
                        .body();
                assertThat(harder.get("bits").asInt()).isEqualTo(9);
                String phone = phone();
                refused(new Client().ask(phone, "register"), 503, "BUSY");
                assertThat(frugal.edge().exists("fs:tries:code-minute:" + phone))
                        .as("and nothing of the phone's is used up")
                        .isZero();
                assertThat(backend.get("/metrics").raw().body())
                        .contains("flashsale_texts_total{outcome=\"over\"}", "flashsale_texts_most_per_hour");
            } finally {
                backend = before;
            }
        }
    }

    @Test
    void sessions_that_ended_leave_the_blacklist_when_their_tokens_time_is_over() throws InterruptedException {
        var client = new Client();
        client.register(phone());
        String sid = sid(client.token);
        client.post("/api/logout", Map.of());
        Awaitility.await("it is on it").until(() -> world.edge().hget("fs:blacklist:session", sid) != null);
        world.sql("UPDATE blacklist_entry SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 2 MINUTE WHERE value = '" + sid
                + "'");
        // One prunes when it starts, and each minute after that.
        world.start(settings());
        Awaitility.await("it has left Redis").until(() -> world.edge().hget("fs:blacklist:session", sid) == null);
        Awaitility.await("and MySQL")
                .until(() -> world.number("SELECT COUNT(*) FROM blacklist_entry WHERE value = '" + sid + "'") == 0);
    }

    @Test
    void the_end_of_a_session_whose_token_has_lapsed_is_nothing_that_edges_must_know() throws InterruptedException {
        var client = new Client();
        client.register(phone());
        String token = client.token;
        world.sql("UPDATE session SET token_until = UTC_TIMESTAMP(3), renewed_at = renewed_at - INTERVAL 1 HOUR"
                + " WHERE id = '" + sid(token) + "'");
        assertThat(client.post("/api/logout", Map.of()).status()).isEqualTo(204);
        assertThat(world.number("SELECT COUNT(*) FROM blacklist_entry WHERE value = '" + sid(token) + "'"))
                .isZero();
        client.token = token;
        refused(client.post("/api/session", Map.of()), 401, "UNAUTHENTICATED");
    }

    /** As in an upgrade, in which another version, that does not write it, has renewed the session. */
    @Test
    void the_end_of_a_session_that_another_version_renewed_is_told_to_edges() throws InterruptedException {
        var client = new Client();
        client.register(phone());
        String sid = sid(client.token);
        world.sql("UPDATE session SET token_until = UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE WHERE id = '" + sid + "'");
        assertThat(client.post("/api/logout", Map.of()).status()).isEqualTo(204);
        assertThat(world.number("SELECT COUNT(*) FROM blacklist_entry WHERE value = '" + sid
                        + "' AND expires_at > UTC_TIMESTAMP(3) + INTERVAL 29 MINUTE"))
                .isEqualTo(1);
    }

    @Test
    void resets_of_phones_without_an_account_use_no_texts_up() throws InterruptedException {
        String before = world.edge().get("fs:tries:code-all-hour:");
        assertThat(new Client().ask(phone(), "reset").status()).isEqualTo(202);
        assertThat(world.edge().get("fs:tries:code-all-hour:")).isEqualTo(before);
        new Client().code(phone(), "register");
        assertThat(world.edge().get("fs:tries:code-all-hour:")).isNotEqualTo(before);
    }

    @Test
    void who_logs_out_needs_no_redis() throws InterruptedException {
        try (var other = new World()) {
            BackendProcess before = backend;
            backend = other.start(settings());
            try {
                backend.awaitReady();
                var client = new Client();
                client.register(phone());
                String sid = sid(client.token);
                other.redis.freeze();
                assertThat(client.post("/api/logout", Map.of()).status()).isEqualTo(204);
                assertThat(other.number("SELECT COUNT(*) FROM session WHERE id = '" + sid + "' AND ended_at IS NULL"))
                        .isZero();
            } finally {
                other.redis.restart();
                backend = before;
            }
        }
    }
}
