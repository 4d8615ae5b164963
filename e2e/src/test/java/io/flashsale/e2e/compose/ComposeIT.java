package io.flashsale.e2e.compose;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import io.flashsale.e2e.checker.Attempt;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Chromium;
import io.flashsale.e2e.client.Crowd;
import io.flashsale.e2e.client.Crowd.Basket;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Pictures;
import io.flashsale.e2e.client.Provider;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Shop;
import io.flashsale.e2e.client.Staff;
import io.flashsale.e2e.client.Terms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ComposeIT {

    private static final List<String> OURS =
            List.of("backend", "cms", "consumer", "edge", "registry", "sandbox", "twin");
    private static final List<String> ALL = List.of(
            "backend", "broker", "cms", "consumer", "edge", "mysql", "namesrv", "redis", "registry", "sandbox", "twin");

    private final Installation installation = Installation.fromEnvironment();

    @Test
    void a_crowd_buys_the_last_unit_and_who_pays_has_bought() {
        try (var sale = new Sale("compose", Terms.of("COMPOSE", 40).limit(1))) {
            List<Buyer> buyers = sale.buyers(200, 1);
            List<Basket> baskets = buyers.stream()
                    .map(b -> new Basket(b, sale.sku(), 1, "once"))
                    .toList();
            Map<String, Long> codes = Crowd.codes(new Crowd(sale.shop(), 50, Duration.ofSeconds(30)).run(baskets));
            assertThat(codes.get("RESERVED")).as("%s", codes).isEqualTo(40);

            Buyer winner = buyers.stream()
                    .filter(b -> sale.shop().buyNow(b, sale.sku(), 1, "once").reserved())
                    .findFirst()
                    .orElseThrow();
            String order = sale.shop().win(winner, sale.sku(), 1, "once").id();
            Provider.of(sale.shop(), winner, order).pay();
            Awaitility.await("the order is paid").atMost(Duration.ofSeconds(30)).until(() -> "PAID"
                    .equals(sale.shop().order(winner, order).state()));
            assertThat(sale.verdict().status()).isEqualTo(Verdict.Status.GREEN);
        }
    }

    @Test
    void a_picture_that_is_brought_to_the_cms_is_fetched_from_the_edge() {
        var operator = new Operator(installation);
        String image;
        try (var chromium = new Chromium()) {
            Page page = new Staff(installation).page(chromium, 1280, 900, "en-GB", "editor");
            page.navigate(installation.url("CMS", "/images").toString());
            page.locator("#picture-plain summary").click();
            page.locator("#file").setInputFiles(new FilePayload("teapot.png", "image/png", Pictures.teapot()));
            page.locator("#alt-zh").fill("茶壶");
            page.locator("#alt-en").fill("A teapot");
            page.getByTestId("take").click();
            page.waitForURL("**/images?taken=*");
            image = page.url().replaceFirst(".*=", "");
        }
        Terms terms = Terms.of("PICTURE", 1);
        Operator.Ended published = operator.flashsale(
                "promo", "publish", "--sku", terms.sku(), "--stock", "1", "--closes", "+1h", "--image", image);
        assertThat(published.exit()).as(published.output()).isZero();
        Awaitility.await("the edge has heard of it")
                .until(() -> read("/api/items/" + terms.sku()).body().contains("\"image\""));
        String path = read("/api/items/" + terms.sku())
                .json()
                .get("image")
                .get("path")
                .asString();
        Http.Answer file = read(path + "-320.jpg");
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.header("content-type")).isEqualTo("image/jpeg");
    }

    private Http.Answer read(String path) {
        return Http.send("GET", installation.url("EDGE", path), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge", "backend", "mysql", "broker"})
    void a_container_that_is_killed_in_the_middle_of_a_sale_comes_back_and_every_unit_is_accounted_for(String service) {
        killInMidSale(service);
    }

    /** The others; {@code ./flashsale test compose} runs them, and no other stage beside it. */
    @Tag("thorough")
    @ParameterizedTest
    @ValueSource(strings = {"consumer", "cms", "sandbox", "redis", "namesrv", "registry"})
    void so_does_each_of_the_others(String service) {
        killInMidSale(service);
    }

    private static void killInMidSale(String service) {
        int restarts = Containers.restarts(service);
        try (var sale = new Sale("killed-" + service, Terms.of("KILL", 30).limit(1))) {
            List<Buyer> buyers = sale.buyers(60, 1);
            List<Basket> baskets = buyers.stream()
                    .map(b -> new Basket(b, sale.sku(), 1, "once"))
                    .toList();
            var heard = new AtomicInteger();
            var crowd = new Crowd(
                    sale.shop(),
                    20,
                    Duration.ofSeconds(170),
                    Duration.ofMillis(50),
                    (Basket basket, Shop.Told told) -> {
                        if (heard.incrementAndGet() == 10) {
                            Containers.kill(service);
                        }
                    });
            Map<String, Long> codes = Crowd.codes(crowd.run(baskets));
            Containers.awaitHealed(service, restarts);
            assertThat(codes.get("RESERVED")).as("%s", codes).isEqualTo(30);
            assertThat(sale.verdict().status()).isEqualTo(Verdict.Status.GREEN);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void of_two_backends_one_is_killed_or_told_to_go_and_no_buyer_is_refused_for_it(boolean killed) {
        awaitBackends(2);
        int restarts = Containers.restarts("twin");
        try (var sale = new Sale("twins-" + killed, Terms.of("TWINS", 100).limit(1))) {
            List<Basket> baskets = sale.buyers(200, 1).stream()
                    .map(b -> new Basket(b, sale.sku(), 1, "once"))
                    .toList();
            var heard = new AtomicInteger();
            var gone = new AtomicLong(Long.MAX_VALUE);
            var crowd = new Crowd(
                    sale.shop(), 20, Duration.ofSeconds(60), Duration.ofMillis(80), (Basket basket, Shop.Told told) -> {
                        if (heard.incrementAndGet() == 20) {
                            gone.set(System.currentTimeMillis());
                            if (killed) {
                                Containers.kill("twin");
                            } else {
                                Containers.docker("stop", "-t", "10", Containers.id("twin"));
                            }
                        }
                    });
            Map<String, Long> codes = Crowd.codes(crowd.run(baskets));
            assertThat(codes.get("RESERVED")).as("%s", codes).isEqualTo(100);
            assertThat(codes.keySet()).isSubsetOf("RESERVED", "ALL_RESERVED", "SOLD_OUT");
            assertThat(sale.history().attempts())
                    .extracting(Attempt::code)
                    // a backend that has just started may be late on a busy machine; what must not come is nothing
                    .isSubsetOf("RESERVED", "ALL_RESERVED", "SOLD_OUT", "THROTTLED", "PENDING", "BUSY", "NOT_READY");
            // A part may stand still for a second on a busy machine, and a whole crowd hears of it; a backend that is
            // missed is missed until
            // it has started anew, which takes many.
            Instant calm = Instant.ofEpochMilli(gone.get()).plusSeconds(3);
            assertThat(sale.history().attempts().stream()
                            .filter(each -> each.invokedAt().isAfter(calm)))
                    .hasSizeGreaterThan(40)
                    .noneMatch(each -> "BUSY".equals(each.code()) || "NOT_READY".equals(each.code()));
            assertThat(sale.verdict().status()).isEqualTo(Verdict.Status.GREEN);
        } finally {
            if (!killed) {
                Containers.docker("start", Containers.id("twin"));
            }
        }
        if (killed) {
            Containers.awaitHealed("twin", restarts);
        }
        awaitBackends(2);
    }

    /** The edge prefers this many: the registry has told of them, and they are ready. */
    private void awaitBackends(int count) {
        Awaitility.await(count + " backends")
                .atMost(Duration.ofSeconds(150))
                .pollInterval(Duration.ofMillis(300))
                .ignoreExceptions()
                .until(() -> Http.send("GET", installation.url("EDGE", "/metrics"), null)
                                .body()
                                .lines()
                                .filter(line -> line.matches("flashsale_edge_backend_preferred\\{.*} 1"))
                                .count()
                        == count);
    }

    @Tag("thorough")
    @Test
    void a_crowd_of_the_profile_load_buys_all_and_has_right_answers() {
        try (var sale = new Sale("load", Terms.of("LOAD", 50).limit(1))) {
            Operator.Ended ended = compose(
                    Map.of("FLASHSALE_LOAD_BUYERS", "300"),
                    "--profile",
                    "load",
                    "run",
                    "--rm",
                    "-T",
                    "load",
                    "stampede",
                    "-Jsku=" + sale.sku(),
                    "-Jthreads=30",
                    "-Jcodes=RESERVED|PENDING|SOLD_OUT|ALL_RESERVED|BUSY|NOT_READY");
            assertThat(ended.exit()).as(ended.output()).isZero();
            assertThat(ended.output()).containsPattern("summary = +300 in .* Err: +0 ");
            Awaitility.await("all of them are orders")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> sale.stores().item(sale.sku()).held() == 50);
        }
    }

    @Test
    void all_of_the_file_runs_and_is_healthy() {
        assertThat(Containers.services()).isEqualTo(ALL);
        for (String service : ALL) {
            Awaitility.await(service + " is healthy")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> Containers.healthy(service));
        }
    }

    @Test
    void our_containers_have_no_rights_that_they_do_not_need() {
        for (String service : OURS) {
            JsonNode container = Containers.inspect(service);
            JsonNode host = container.get("HostConfig");
            assertThat(container.at("/Config/User").asString()).as(service).isEqualTo("flashsale");
            assertThat(host.get("ReadonlyRootfs").asBoolean()).as(service).isTrue();
            assertThat(strings(host.get("CapDrop"))).as(service).containsExactly("ALL");
            assertThat(strings(host.get("SecurityOpt"))).as(service).contains("no-new-privileges:true");
            assertThat(Containers.docker("exec", Containers.id(service), "id", "-u")
                            .strip())
                    .as(service)
                    .isEqualTo("10001");
        }
    }

    @Test
    void the_edge_cannot_reach_the_database_nor_the_cms_redis() {
        assertThat(connects("edge", "mysql", 3306)).isFalse();
        assertThat(connects("edge", "redis", 6379)).isTrue();
        assertThat(connects("cms", "mysql", 3306)).isTrue();
        assertThat(connects("cms", "namesrv", 9876)).isFalse();
        assertThat(connects("sandbox", "consumer", 8082)).isTrue();
        assertThat(connects("sandbox", "backend", 8081)).isFalse();
    }

    private static boolean connects(String from, String to, int port) {
        String script = "(exec 3<>/dev/tcp/%s/%d) 2>/dev/null && echo yes || echo no".formatted(to, port);
        return Containers.docker("exec", Containers.id(from), "timeout", "3", "bash", "-c", script)
                .strip()
                .equals("yes");
    }

    @Test
    void no_secret_is_in_what_the_engine_tells_of_a_container() {
        for (String service : ALL) {
            String told = Containers.docker("inspect", Containers.id(service));
            for (String secret : List.of(
                    "edge-token",
                    "internal-token",
                    "operator-token",
                    "payment-key",
                    "mysql-consumer",
                    "mysql-root",
                    "redis-edge")) {
                assertThat(told).as(service + " tells " + secret).doesNotContain(installation.secret(secret));
            }
        }
    }

    @Test
    void the_page_the_demo_promo_and_a_demo_buyer_are_there() {
        assertThat(Http.send("GET", installation.url("EDGE", "/"), null).body()).contains("<title>");
        Http.Answer item = Http.send("GET", installation.url("EDGE", "/api/items/SKU0001"), null);
        assertThat(item.text("state")).as("%s", item).isEqualTo("LIVE");
        Http.Answer session = Http.send(
                "POST", installation.url("EDGE", "/api/demo-session"), "{}", "Content-Type", "application/json");
        assertThat(session.status()).as("%s", session).isEqualTo(200);
    }

    @Test
    void what_cannot_go_well_is_told_in_a_sentence_and_nothing_is_started(@TempDir Path folder) throws IOException {
        List<String> before = ALL.stream().map(Containers::id).toList();
        assertThat(refused(Map.of(), "--profile", "nonsense", "up", "-d"))
                .contains("There is no profile 'nonsense'", "monitoring");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(refused(Map.of("FLASHSALE_CMS_PORT", Integer.toString(taken.getLocalPort())), "up", "-d"))
                    .contains("port " + taken.getLocalPort() + " is taken by process", "FLASHSALE_CMS_PORT=");
        }
        Files.writeString(folder.resolve("redis-edge"), "not enough");
        assertThat(refused(Map.of("FLASHSALE_SECRETS", folder.toString()), "up", "-d"))
                .containsPattern("The secret [a-z.-]+ is missing: " + folder);
        assertThat(ALL.stream().map(Containers::id).toList()).isEqualTo(before);
    }

    /** What {@code ./flashsale compose} says where it must end with an error. */
    private String refused(Map<String, String> settings, String... arguments) {
        Operator.Ended ended = compose(settings, arguments);
        assertThat(ended.exit()).as(ended.output()).isEqualTo(1);
        return ended.output();
    }

    private Operator.Ended compose(Map<String, String> settings, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(installation.root() + "/flashsale", "compose", "--debian", "-f", "e2e/compose.yml"));
        command.addAll(List.of(arguments));
        return new Operator(installation).run(command, settings);
    }

    private static List<String> strings(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asString)
                .toList();
    }
}
