package io.flashsale.e2e.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The local operator: promos through the CMS, accounts through the backend, and {@code ./flashsale} itself. */
public final class Operator {

    /** Longer than a killed part takes to start on a busy machine. */
    public static final Duration PATIENCE = Duration.ofSeconds(180);

    private final Installation installation;

    public Operator(Installation installation) {
        this.installation = installation;
    }

    /** What a command printed and how it ended. */
    public record Ended(int exit, String output) {}

    /** Has it in the CMS, and not on sale. @return the promo's id */
    public String draft(Terms terms) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("sku", terms.sku());
        item.put("name", terms.name());
        item.put("priceMinor", terms.priceMinor());
        item.put("currency", "CNY");
        item.put("published", terms.stock());
        item.put("holdSeconds", terms.hold().toSeconds());
        item.put("quantityLimit", terms.limit());
        item.put("minLevel", terms.minLevel());
        if (terms.list() != null) { // the version before knows of none
            item.put("list", terms.list());
        }
        item.put("levelLimits", terms.levelLimits());
        Map<String, Object> promo = new LinkedHashMap<>();
        promo.put("name", terms.name());
        promo.put("description", "");
        promo.put("opensAt", terms.opens().toString());
        promo.put("closesAt", terms.closes().toString());
        promo.put("items", List.of(item));
        Http.Answer drafted = cms("POST", "/promos", promo);
        require(drafted, 201);
        return String.valueOf(drafted.json().get("id").asLong());
    }

    /** Publishes a promo of one SKU and waits until it can be bought from; returns the promo's id. */
    public String publish(Terms terms) {
        String id = draft(terms);
        Http.Answer published = cms("POST", "/promos/" + id + "/publish", Map.of());
        require(published, 200, 202);
        awaitKnown(terms.sku());
        return id;
    }

    /** {@link #change}, asked again until it is answered; that it was done already is an answer, too. */
    public void persist(String sku, String action) {
        persist(() -> require(cms("POST", "/items/" + sku + "/" + action, Map.of()), 200, 202, 409));
    }

    private static void persist(Runnable change) {
        Awaitility.await("an answer")
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(300))
                .ignoreExceptions()
                .until(() -> {
                    change.run();
                    return true;
                });
    }

    /** pause, resume or end. */
    public void change(String sku, String action) {
        require(cms("POST", "/items/" + sku + "/" + action, Map.of()), 200, 202);
    }

    public void topUp(String sku, int units) {
        String key = UUID.randomUUID().toString();
        persist(() ->
                require(cms("POST", "/items/" + sku + "/topup", Map.of("add", units, "requestID", key)), 200, 202));
    }

    public void withdrawAtOnce(String sku, int units) {
        String id = UUID.randomUUID().toString();
        persist(() -> require(
                cms(
                        "POST",
                        "/items/" + sku + "/withdraw",
                        Map.of("units", units, "reason", "damaged", "requestID", id)),
                200));
    }

    /** Through {@code ./flashsale}, which waits until it has happened. */
    public void withdraw(String sku, int units) {
        Ended ended = flashsale(
                "promo", "withdraw", sku, Integer.toString(units), "--reason", "damaged", "--key", sku + units);
        if (ended.exit() != 0 || !ended.output().contains(units + " units of " + sku + " are withdrawn")) {
            throw new IllegalStateException(ended.output());
        }
    }

    public void blacklist(String kind, String value) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("kind", kind);
        entry.put("value", value);
        entry.put("reason", "test");
        entry.put("expiresAt", null);
        require(cms("POST", "/blacklist", entry), 200, 201);
    }

    public Http.Answer cms(String method, String path, @Nullable Object body) {
        return Http.send(
                method,
                installation.url("CMS", "/api/admin" + path),
                body == null ? null : Http.JSON.writeValueAsString(body),
                "Authorization",
                "Bearer " + installation.secret("operator-token"),
                "Content-Type",
                "application/json");
    }

    /** Accounts of one level with signed sessions; asked again where the backend is busy, since it makes the same. */
    public List<Buyer> buyers(int count, int level, String prefix) {
        Http.Answer[] answer = new Http.Answer[1];
        persist(() -> {
            answer[0] = askForBuyers(count, level, prefix);
            require(answer[0], 200);
        });
        return read(answer[0].body());
    }

    private Http.Answer askForBuyers(int count, int level, String prefix) {
        return Http.send(
                "POST",
                installation.url("BACKEND", "/internal/buyers"),
                "{\"count\":%d,\"level\":%d,\"prefix\":\"%s\"}".formatted(count, level, prefix),
                "X-Flashsale-Internal",
                installation.secret("internal-token"),
                "Content-Type",
                "application/json");
    }

    /** Reads the CSV of {@code ./flashsale buyers}. */
    public static List<Buyer> read(String csv) {
        List<Buyer> buyers = new ArrayList<>();
        for (String line : csv.lines().skip(1).toList()) {
            String[] field = line.split(",");
            buyers.add(new Buyer(field[0], Integer.parseInt(field[1]), field[2]));
        }
        return buyers;
    }

    /** {@code GET /internal/stock/{sku}}, for comparison only: no verdict rests on it. */
    public Http.Answer stock(String sku) {
        return Http.send(
                "GET",
                installation.url("BACKEND", "/internal/stock/" + sku),
                null,
                "X-Flashsale-Internal",
                installation.secret("internal-token"));
    }

    /** {@code ./flashsale …}, with standard error in the output. */
    public Ended flashsale(String... arguments) {
        List<String> command = new ArrayList<>(List.of(installation.root() + "/flashsale"));
        command.addAll(List.of(arguments));
        return run(command, Hops.environment());
    }

    /** A program of the checkout, with standard error in the output. */
    public Ended run(List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(installation.root().toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
            builder.environment().putAll(environment);
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(6, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException("not ended in 6 minutes: " + command);
            }
            return new Ended(process.exitValue(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(command.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(command + " was interrupted", e);
        }
    }

    /** {@code ./flashsale up}: repairs what died. */
    public void repair() {
        up(Map.of());
    }

    /** {@code ./flashsale up} with more arguments, under these settings: what was started under others starts anew. */
    public void up(Map<String, String> settings, String... arguments) {
        Map<String, String> environment = new LinkedHashMap<>(Hops.environment());
        environment.putAll(settings);
        List<String> command = new ArrayList<>(List.of(installation.root() + "/flashsale", "up", "--yes"));
        command.addAll(List.of(arguments));
        Ended ended = run(command, environment);
        if (ended.exit() != 0) {
            throw new IllegalStateException("./flashsale up could not repair the system:\n" + ended.output());
        }
    }

    /** The edge has heard of the SKU: whatever it answers, it is not "no such goods". */
    void awaitKnown(String sku) {
        Awaitility.await("the edge knows " + sku)
                .atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> {
                    String body = "{\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(sku);
                    Http.Answer answer = Http.send(
                            "POST", installation.url("EDGE", "/buy"), body, "Content-Type", "application/json");
                    return answer.status() != 404 && answer.status() != 503;
                });
    }

    private static void require(Http.Answer answer, int... statuses) {
        for (int status : statuses) {
            if (answer.status() == status) {
                return;
            }
        }
        throw new IllegalStateException("%s %s: %s"
                .formatted(
                        answer.response().request().method(),
                        answer.response().request().uri(),
                        answer));
    }
}
