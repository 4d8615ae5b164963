package io.flashsale.bench;

import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SKUs in each state that the edge answers for without asking anybody, brought there as operators and buyers do. */
final class Offers {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int RESERVED_UNITS = 1000;

    private final Target target;
    private final String id;

    /** @param id makes the SKUs of one invocation its own */
    Offers(Target target, String id) {
        this.target = target;
        this.id = id;
    }

    String open() {
        return publish("OPEN", 1_000_000, sku -> {});
    }

    /** One unit, bought and paid. */
    String soldOut() {
        return publish("SOLD", 1, sku -> pay(target.buyers(1, "payer").get(0), sku));
    }

    /** A thousand units, reserved by as many buyers. */
    String allReserved(Rig rig) {
        return publish("HELD", RESERVED_UNITS, sku -> {
            var first = Sessions.of(target.buyers(RESERVED_UNITS, "first"));
            // some may be told to try again: with their own key they get one unit all the same
            Target.await(
                    "all units of " + sku + " are reserved",
                    java.time.Duration.ofSeconds(30),
                    () -> rig.pass(target.port("EDGE"), new Buys(first, sku), RESERVED_UNITS)
                                    .share(List.of("RESERVED"))
                            == 1);
        });
    }

    String notStarted() {
        String sku = "LATER-" + id;
        target.publish(sku, 1000, "+5h", "+6h");
        return sku;
    }

    String ended() {
        return publish("ENDED", 1000, sku -> target.flashsale("promo", "end", sku));
    }

    String paused() {
        return publish("PAUSED", 1000, sku -> target.flashsale("promo", "pause", sku));
    }

    String unknown() {
        return "NONE-" + id;
    }

    private String publish(String name, int stock, Consumer<String> then) {
        String sku = name + "-" + id;
        target.publish(sku, stock);
        then.accept(sku);
        return sku;
    }

    private void pay(Target.Buyer buyer, String sku) {
        String body = "{\"sessionID\":\"%s\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(buyer.session(), sku);
        JsonNode bought = JSON.readTree(target.post("EDGE", "/buy", body).body());
        if (!bought.path("code").asString().equals("RESERVED")) {
            throw new IllegalStateException("the one unit of " + sku + " could not be bought: " + bought);
        }
        String path = "/api/orders/" + bought.path("orderID").asString() + "/payment";
        JsonNode payment = JSON.readTree(target.post("EDGE", path, "{}", "Authorization", "Bearer " + buyer.session())
                .body());
        String page = payment.path("payURL").asString();
        if (page.isEmpty()
                || target.post("SANDBOX", URI.create(page).getPath() + "?decision=pay", "")
                                .statusCode()
                        >= 400) {
            throw new IllegalStateException("the one unit of " + sku + " could not be paid: " + payment);
        }
    }
}
