package io.flashsale.e2e.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.checker.Verdict;
import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Forge;
import io.flashsale.e2e.client.Http;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S-01 to S-05: somebody says to be somebody else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdentityAttackIT {

    private final Sale sale =
            new Sale("identity", Terms.of("IDENTITY", 50).limit(1).levels(1, Map.of(9, 10)));
    private final List<Buyer> buyers = sale.buyers(12, 1);
    private final Forge forge = new Forge(sale.installation());

    @AfterAll
    void nothing_but_honest_orders_came_of_it() {
        try (sale) {
            Verdict verdict = sale.verdict();
            assertThat(verdict.findings()).as("%s", verdict).isEmpty();
            assertThat(sale.stores().orders(sale.sku()))
                    .as("orders belong to the session's buyer, at its level")
                    .allSatisfy(o -> assertThat(o.level()).isEqualTo(1));
        }
    }

    @Test
    void a_good_forged_token_is_accepted_so_that_the_bad_ones_are_refused_for_their_fault() {
        Buyer buyer = buyers.get(0);
        String token = forge.sign(forge.header(), forge.claims(buyer.userId(), 1));
        var told = sale.shop().win(new Buyer(buyer.userId(), 1, token), sale.sku(), 1, "good");
    }

    @Test
    void another_user_or_a_higher_level_in_the_body_is_a_mismatch() {
        Buyer me = buyers.get(1);
        Buyer other = buyers.get(2);
        assertRefused(buy(me.session(), "\"userID\":\"" + other.userId() + "\","), 403, "IDENTITY_MISMATCH");
        assertRefused(buy(me.session(), "\"userLevel\":9,"), 403, "IDENTITY_MISMATCH");
        assertRefused(buy(me.session(), "\"userLevel\":0,"), 403, "IDENTITY_MISMATCH");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-User-ID",
                "X-User-Level",
                "X-Flashsale-Edge",
                "X-Flashsale-Internal",
                "X-Auth-User",
                "X-Original-User"
            })
    void identity_headers_from_outside_are_nothing(String header) {
        Http.Answer answer = Http.send(
                "POST",
                sale.installation().url("EDGE", "/buy"),
                "{\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(sale.sku()),
                "Content-Type",
                "application/json",
                header,
                buyers.get(3).userId());
        assertRefused(answer, 401, "UNAUTHENTICATED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For",
                "X-Real-IP",
                "Forwarded",
                "CF-Connecting-IP",
                "True-Client-IP",
                "X-Client-IP",
                "clientIP"
            })
    void an_address_that_the_client_names_is_not_its_address(String header) {
        String banned = "203.0.113.66";
        sale.operator().blacklist("address", banned);
        Buyer buyer = buyers.get(9);
        String body =
                "{\"sessionID\":\"%s\",\"clientIP\":\"%s\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1,\"requestID\":\"addr\"}"
                        .formatted(buyer.session(), banned, sale.sku());
        // without the entry the test would prove nothing
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(5))
                .until(() -> Boolean.TRUE.equals(sale.stores().redis().hexists("fs:blacklist:address", banned)));
        long number = sale.history().invoke(buyer.userId(), buyer.level(), sale.sku(), 1, "addr");
        // by the same id, so asking again is harmless
        Http.Answer answer = Awaitility.await("an outcome")
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> Http.send(
                                "POST",
                                sale.installation().url("EDGE", "/buy"),
                                body,
                                "Content-Type",
                                "application/json",
                                header,
                                header.equals("Forwarded") ? "for=" + banned : banned),
                        told -> !List.of("PENDING", "BUSY", "NOT_READY", "THROTTLED")
                                .contains(String.valueOf(told.text("code"))));
        sale.history().lost(number, "by hand");
        assertThat(answer.text("code")).as("%s", answer).isEqualTo("RESERVED");
    }

    @Test
    void a_token_without_a_signature_or_with_another_algorithm_is_none() {
        Map<String, Object> claims = forge.claims(buyers.get(4).userId(), 1);
        for (String algorithm : List.of("none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "")) {
            Map<String, Object> header = forge.header();
            header.put("alg", algorithm);
            assertUnauthenticated(forge.sign(header, claims, null, ""), algorithm);
            assertUnauthenticated(forge.sign(header, claims), algorithm);
            assertUnauthenticated(forge.sign(header, claims, forge.key(), "HmacSHA512"), algorithm);
        }
        Map<String, Object> without = forge.header();
        without.remove("alg");
        assertUnauthenticated(forge.sign(without, claims), "no alg");
    }

    @Test
    void a_key_id_that_leads_elsewhere_or_a_key_that_the_token_brings_is_none() {
        Map<String, Object> claims = forge.claims(buyers.get(5).userId(), 1);
        byte[] mine = "an attacker's own key of 32 bytes".getBytes(StandardCharsets.UTF_8);
        for (String kid : List.of("../../../../dev/null", "k1' OR '1'='1", "k2", "", "/etc/hostname", "K1")) {
            Map<String, Object> header = forge.header();
            header.put("kid", kid);
            assertUnauthenticated(forge.sign(header, claims, mine, "HmacSHA256"), kid);
            assertUnauthenticated(forge.sign(header, claims, new byte[] {0}, "HmacSHA256"), kid);
        }
        Map<String, Object> bringing = forge.header();
        bringing.put("jwk", Map.of("kty", "oct", "k", "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE"));
        bringing.put("jku", "http://127.0.0.1/keys");
        bringing.put("x5u", "http://127.0.0.1/cert");
        assertUnauthenticated(forge.sign(bringing, claims, mine, "HmacSHA256"), "jwk");
    }

    @Test
    void a_token_out_of_its_time_or_for_another_purpose_is_none() {
        String user = buyers.get(6).userId();
        long now = System.currentTimeMillis() / 1000;
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("exp", now - 1),
                Map.of("exp", 0),
                Map.of("exp", -1),
                Map.of("exp", "tomorrow"),
                Map.of("iat", now + 3600, "nbf", now + 3600),
                Map.of("aud", "flashsale-admin"),
                Map.of("aud", List.of("another")),
                Map.of("iss", "somebody"),
                Map.of("aud", "flashsale-refresh"),
                Map.of("sub", ""),
                Map.of("sub", "a:b"),
                Map.of("sub", 7),
                Map.of("lvl", "1"),
                Map.of("lvl", -1),
                Map.of("lvl", 1.5))) {
            Map<String, Object> claims = forge.claims(user, 1);
            claims.putAll(wrong);
            assertUnauthenticated(forge.sign(forge.header(), claims), wrong.toString());
        }
        for (String missing : List.of("exp", "aud", "iss", "sub", "lvl")) {
            Map<String, Object> claims = new LinkedHashMap<>(forge.claims(user, 1));
            claims.remove(missing);
            assertUnauthenticated(forge.sign(forge.header(), claims), "without " + missing);
        }
    }

    @Test
    void a_token_that_was_changed_or_cut_is_none() {
        String good = buyers.get(7).session();
        assertUnauthenticated(good.substring(0, good.length() - 2), "cut");
        assertUnauthenticated(good + "A", "longer");
        assertUnauthenticated(good + ".", "another part");
        assertUnauthenticated(good.replace('.', ' '), "no parts");
        assertUnauthenticated("." + good, "an empty part");
        String[] parts = good.split("\\.");
        String other = forge.sign(forge.header(), forge.claims(buyers.get(8).userId(), 9));
        assertUnauthenticated(parts[0] + "." + other.split("\\.")[1] + "." + parts[2], "another's claims");
        for (int i = 0; i < good.length(); i += 17) {
            char flipped = good.charAt(i) == 'A' ? 'B' : 'A';
            if (good.charAt(i) != '.' && i != good.length() - 1) {
                assertUnauthenticated(good.substring(0, i) + flipped + good.substring(i + 1), "letter " + i);
            }
        }
    }

    /** One refusal by name of each account's bucket would hide another, so these come without a body's user. */
    private void assertUnauthenticated(String token, String why) {
        Http.Answer answer = buy(token, "");
        assertThat(answer.status()).as("%s: %s", why, answer).isEqualTo(401);
        assertThat(answer.text("code")).as("%s: %s", why, answer).isEqualTo("UNAUTHENTICATED");
    }

    private Http.Answer buy(String token, String more) {
        return Http.send(
                "POST",
                sale.installation().url("EDGE", "/buy"),
                "{\"sessionID\":\"%s\",%s\"goodsSKU\":\"%s\",\"goodsQuantity\":1}".formatted(token, more, sale.sku()),
                "Content-Type",
                "application/json");
    }

    private static void assertRefused(Http.Answer answer, int status, String code) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.text("code")).as("%s", answer).isEqualTo(code);
    }
}
