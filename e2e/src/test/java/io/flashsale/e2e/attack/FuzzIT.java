package io.flashsale.e2e.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Dump;
import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import io.flashsale.e2e.client.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Requests that are nearly right, to everything that is public: whatever they are, the answer is none of a server that broke, nothing is
 * bought, cancelled or paid by them, and no log has an error. As many as {@code FUZZ_REQUESTS} says; each run has another seed, which it
 * names, and {@code FUZZ_SEED} is one to run again.
 */
class FuzzIT {

    private static final int FEW = 10_000;
    private static final int THREADS = 4;

    /** One is a payload in the wrong version of HTTP or with another encoding of its length, the other means that a part is busy. */
    private static final List<Integer> ALLOWED_OF_SERVER = List.of(503, 501, 505);

    private static final Pattern STATUS = Pattern.compile("(?:^|\n)HTTP/1\\.[01] ([0-9]{3})");

    @Test
    void whatever_comes_is_answered_cleanly_and_has_no_effect() throws Exception {
        int requests = Integer.parseInt(System.getenv().getOrDefault("FUZZ_REQUESTS", Integer.toString(FEW)));
        long seed = Long.parseLong(System.getenv().getOrDefault("FUZZ_SEED", Long.toString(System.nanoTime())));
        // Who has a session is below the level of the goods: the closest to buying that has no effect.
        try (var sale = new Sale("fuzz", Terms.of("FUZZ", 50).levels(2, Map.of(2, 2)))) {
            Installation installation = sale.installation();
            Buyer honest = sale.buyers(1, 2).get(0);
            String order = sale.shop().win(honest, sale.sku(), 1, "honest").id();
            List<Buyer> low = sale.buyers(200, 1);
            var logs = new Logs(installation);
            String promo = sale.stores().promoOf(sale.sku());

            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            Queue<String> broken = new ConcurrentLinkedQueue<>();
            List<Future<Map<Integer, Integer>>> running = new ArrayList<>();
            try {
                for (int t = 0; t < THREADS; t++) {
                    var fuzz = new Fuzz(seed + t, bases(sale.sku(), promo, order, low));
                    running.add(threads.submit(() -> run(installation.port("EDGE"), fuzz, requests / THREADS, broken)));
                }
                var statuses = new TreeMap<Integer, Integer>();
                for (Future<Map<Integer, Integer>> each : running) {
                    each.get().forEach((status, n) -> statuses.merge(status, n, Integer::sum));
                }
                System.out.println(
                        requests + " requests of seed " + seed + " by status, 0: closed without one: " + statuses);
                assertThat(broken).as("seed %d", seed).isEmpty();
                assertThat(statuses.keySet()).as("it met the inside as well").contains(200, 400, 401, 404);
            } finally {
                threads.shutdownNow();
            }

            Awaitility.await("it sells as before")
                    .until(() -> Http.send("GET", installation.url("EDGE", "/readyz"), null)
                                    .status()
                            == 200);
            Verdict verdict = sale.verdict();
            assertThat(verdict.status()).as("%s", verdict).isEqualTo(Verdict.Status.GREEN);
            assertThat(sale.stores().orders(sale.sku()))
                    .extracting(Dump.Order::id, Dump.Order::state)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(order, "PENDING_PAYMENT"));
            assertThat(logs.news()).as("seed %d", seed).isEmpty();
        }
    }

    private static Map<Integer, Integer> run(int port, Fuzz fuzz, int requests, Queue<String> broken)
            throws IOException {
        var statuses = new TreeMap<Integer, Integer>();
        try (var wire = new Wire(port)) {
            for (int i = 0; i < requests; i++) {
                Fuzz.Request request = fuzz.next();
                if (request.framed()) {
                    Wire.Answer answer = wire.send(request.bytes(), request.head());
                    judge(answer == null ? 0 : answer.status(), answer == null ? "" : answer.body(), request, broken);
                    statuses.merge(answer == null ? 0 : answer.status(), 1, Integer::sum);
                } else {
                    String answers = wire.sendLast(request.bytes());
                    Matcher each = STATUS.matcher(answers);
                    boolean any = false;
                    while (each.find()) {
                        any = true;
                        judge(Integer.parseInt(each.group(1)), "", request, broken);
                        statuses.merge(Integer.parseInt(each.group(1)), 1, Integer::sum);
                    }
                    if (!any) {
                        statuses.merge(0, 1, Integer::sum);
                    }
                }
            }
        }
        return statuses;
    }

    private static void judge(int status, String body, Fuzz.Request request, Queue<String> broken) {
        if (status >= 500 && !ALLOWED_OF_SERVER.contains(status)
                || body.contains("Exception")
                || body.contains("at io.flashsale")
                || body.contains("stack traceback")) {
            broken.add(status + " " + body + " to " + new String(request.bytes(), StandardCharsets.ISO_8859_1));
        }
    }

    /** Lines of the logs that say that something broke, since this was made. */
    private static final class Logs {

        private static final List<String> FILES =
                List.of("logs/edge-error.log", "logs/backend.log", "logs/consumer.log", "logs/sandbox.log");
        private static final Pattern BAD =
                Pattern.compile("\\[(crit|alert|emerg|error)]| ERROR |Exception:|^\\s+at |stack traceback");

        /** Of traces there is none in the tests, and nobody else's fault. */
        private static final String NO_COLLECTOR = "io.opentelemetry.exporter";

        private final Installation installation;
        private final Map<String, Integer> lengths = new TreeMap<>();

        private Logs(Installation installation) {
            this.installation = installation;
            FILES.forEach(file -> lengths.put(file, read(file).length()));
        }

        private String read(String file) {
            return java.nio.file.Files.exists(installation.home().resolve(file))
                    ? Installation.read(installation.home().resolve(file))
                    : "";
        }

        private List<String> news() {
            var bad = new ArrayList<String>();
            lengths.forEach((file, before) -> read(file)
                    .substring(before)
                    .lines()
                    .filter(line -> BAD.matcher(line).find() && !line.contains(NO_COLLECTOR))
                    .map(line -> file + ": " + line)
                    .forEach(bad::add));
            return bad;
        }
    }

    private static List<Fuzz.Base> bases(String sku, String promo, String order, List<Buyer> low) {
        var bases = new ArrayList<Fuzz.Base>();
        var json = List.of("Content-Type: application/json");
        for (int i = 0; i < 40; i++) {
            Buyer buyer = low.get(i);
            bases.add(new Fuzz.Base("POST", "/buy", buy(buyer, sku, "\"requestID\":\"f" + i + "\""), json));
            bases.add(new Fuzz.Base("POST", "/buy", buy(null, sku, "\"userID\":\"u\""), as(buyer, json)));
        }
        for (Buyer buyer : low.subList(40, low.size())) {
            List<String> as = as(buyer, json);
            switch (bases.size() % 8) {
                case 0 -> bases.add(new Fuzz.Base("GET", "/api/orders/" + order, null, as));
                case 1 -> bases.add(new Fuzz.Base("POST", "/api/orders/" + order + "/payment", null, as));
                case 2 -> bases.add(new Fuzz.Base("DELETE", "/api/cart/" + order, null, as));
                case 3 ->
                    bases.add(new Fuzz.Base("POST", "/api/cart/payment", "{\"orderIDs\":[\"" + order + "\"]}", as));
                case 4 -> bases.add(new Fuzz.Base("GET", "/api/cart", null, as));
                case 5 -> bases.add(new Fuzz.Base("GET", "/api/session", null, as));
                case 6 -> bases.add(new Fuzz.Base("POST", "/api/session", null, as));
                default -> bases.add(new Fuzz.Base("POST", "/api/logout", null, as));
            }
        }
        String phone = "\"phone\":\"13800000000\"";
        for (int i = 0; i < 4; i++) {
            bases.add(new Fuzz.Base("GET", "/api/promos", null, List.of()));
            bases.add(new Fuzz.Base("GET", "/api/promos/" + promo, null, List.of()));
            bases.add(new Fuzz.Base("GET", "/api/items/" + sku, null, List.of()));
            bases.add(new Fuzz.Base("GET", "/item/" + sku, null, List.of()));
            bases.add(new Fuzz.Base("GET", "/promo/" + promo, null, List.of()));
            bases.add(new Fuzz.Base("GET", "/order/" + order, null, List.of()));
            bases.add(new Fuzz.Base("GET", "/", null, List.of()));
            bases.add(new Fuzz.Base("GET", "/assets/main.js", null, List.of("Accept-Encoding: gzip")));
            bases.add(new Fuzz.Base("GET", "/livez", null, List.of()));
            bases.add(new Fuzz.Base("GET", "/api/previews/" + "A".repeat(43), null, List.of()));
            bases.add(new Fuzz.Base("POST", "/api/challenge", "{}", json));
            bases.add(new Fuzz.Base(
                    "POST",
                    "/api/otp",
                    "{" + phone + ",\"purpose\":\"register\",\"language\":\"en\",\"challenge\":\"x\",\"proof\":\"1\"}",
                    json));
            bases.add(new Fuzz.Base(
                    "POST",
                    "/api/register",
                    "{" + phone + ",\"code\":\"000000\",\"password\":\"a long password\"}",
                    json));
            bases.add(new Fuzz.Base("POST", "/api/login", "{" + phone + ",\"password\":\"a long password\"}", json));
            bases.add(new Fuzz.Base(
                    "POST",
                    "/api/password",
                    "{" + phone + ",\"code\":\"000000\",\"password\":\"a long password\"}",
                    json));
            bases.add(new Fuzz.Base(
                    "POST",
                    "/api/payments/events/sandbox",
                    "{\"id\":\"e1\",\"type\":\"paid\",\"paymentID\":\"" + order
                            + "-1\",\"amountMinor\":1999,\"currency\":\"CNY\"}",
                    List.of("Content-Type: application/json", "X-Sandbox-Signature: t=1,v1=00")));
        }
        return bases;
    }

    private static String buy(@Nullable Buyer buyer, String sku, String more) {
        return "{" + (buyer == null ? "" : "\"sessionID\":\"" + buyer.session() + "\",") + "\"goodsSKU\":\"" + sku
                + "\",\"goodsQuantity\":1," + more + "}";
    }

    private static List<String> as(Buyer buyer, List<String> headers) {
        var all = new ArrayList<>(headers);
        all.add("Authorization: Bearer " + buyer.session());
        return all;
    }
}
