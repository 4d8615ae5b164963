package io.flashsale.cms;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms.Answer;
import io.flashsale.testkit.HopProxy;
import io.flashsale.testkit.RealMySql;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the service answers when the backend or the database is away. */
class TroubleIT {

    @SuppressWarnings("NullAway.Init")
    private static HopProxy proxy;

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    private static int skus;

    @BeforeAll
    static void start() {
        proxy = HopProxy.to("127.0.0.1", RealMySql.shared().port());
        cms = Cms.startAt(
                proxy.port(),
                "flashsale.carry-wait=300ms",
                "logging.level.root=off",
                "logging.level.io.flashsale.cms=off");
    }

    @AfterAll
    static void stop() {
        cms.close();
        proxy.close();
    }

    @Test
    void without_a_backend_the_change_is_made_and_said_not_to_be_carried() {
        Answer published = cms.post("/api/admin/promos", promo(true));
        assertThat(published.status()).isEqualTo(202);
        assertThat(published.body().get("carried").asBoolean()).isFalse();
        assertThat(published.body().get("state").asString()).isEqualTo("LIVE");
        String path = "/api/admin/promos/" + published.body().get("id").asLong();

        Answer paused = cms.post(path + "/pause");
        Answer topUp =
                cms.post("/api/admin/items/T-" + skus + "/topup", "{\"add\":1,\"requestID\":\"t-" + skus + "\"}");
        Answer again =
                cms.post("/api/admin/items/T-" + skus + "/topup", "{\"add\":1,\"requestID\":\"t-" + skus + "\"}");
        assertThat(paused.status()).isEqualTo(202);
        assertThat(topUp.status()).isEqualTo(202);
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.body().get("repeated").asBoolean()).isTrue();

        cms.carryOnce();
        Answer carried =
                cms.post("/api/admin/items/T-" + skus + "/topup", "{\"add\":1,\"requestID\":\"t-" + skus + "\"}");
        assertThat(carried.status()).isEqualTo(200);
        assertThat(carried.body().get("carried").asBoolean()).isTrue();
    }

    @Test
    void without_a_database_it_is_busy_alive_and_not_ready_and_recovers_by_itself() {
        proxy.refuse();
        try {
            Instant asked = Instant.now();
            Answer refused = cms.post("/api/admin/promos", promo(false));

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo("BUSY");
            assertThat(refused.raw().headers().firstValue("Retry-After")).contains("1");
            assertThat(refused.raw().body()).doesNotContain("SQL", "Exception", "hikari", "127.0.0.1");
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(10));
            assertThat(cms.send(cms.anonymous("/livez").GET()).status()).isEqualTo(200);
            assertThat(cms.send(cms.anonymous("/readyz").GET()).status()).isEqualTo(503);
        } finally {
            proxy.heal();
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        cms.send(cms.anonymous("/readyz").GET()).status())
                .isEqualTo(200));
        assertThat(cms.post("/api/admin/promos", promo(false)).status()).isEqualTo(201);
    }

    @Test
    void without_a_database_people_are_told_so_and_are_still_logged_in_afterwards() {
        Visitor person = Visitor.of(cms, "trouble", "EDITOR");
        var stranger = new Visitor(cms);
        proxy.refuse();
        try {
            for (HttpResponse<String> answer : List.of(
                    person.get("/"),
                    person.post("/password", Map.of("old", "x", "password", "x", "again", "x")),
                    stranger.get("/login"),
                    stranger.post("/login", Map.of("name", "trouble", "password", "x")))) {
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).contains("2");
                assertThat(answer.body())
                        .contains("The database is away", "数据库暂时不可用")
                        .doesNotContain("SQL", "Exception", "hikari");
            }
            assertThat(person.get("/assets/cms.css").statusCode()).isEqualTo(200);
        } finally {
            proxy.heal();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(person.get("/").statusCode()).isEqualTo(200));
    }

    @Test
    void a_change_cut_off_half_way_leaves_everything_or_nothing() {
        // Slow enough that the cut falls between the statements of a change, each round a little later.
        for (int round = 0; round < 12; round++) {
            proxy.delay(Duration.ofMillis(5));
            var calls = new ArrayList<CompletableFuture<Answer>>();
            for (int i = 0; i < 4; i++) {
                String body = promo(true);
                calls.add(CompletableFuture.supplyAsync(() -> cms.post("/api/admin/promos", body)));
            }
            LockSupport.parkNanos(Duration.ofMillis(20 + 12L * round).toNanos());
            proxy.resetAfterSend();
            LockSupport.parkNanos(Duration.ofMillis(30).toNanos());
            // The way is open again before the pool gives up, so that a round costs no timeout.
            proxy.heal();
            calls.forEach(call -> assertThat(call.join().status()).isIn(201, 202, 503));
        }

        assertThat(
                        cms.value(
                                """
                        SELECT COUNT(*) FROM promo_item i JOIN promo p ON p.id = i.promo_id
                        LEFT JOIN stock_ledger l ON l.promo_item_id = i.id AND l.event = 'PUBLISHED'
                        LEFT JOIN redis_effect e ON e.promo_item_id = i.id AND e.kind = 'INSTALL'
                        LEFT JOIN audit_log a ON a.subject = CONCAT('promo:', p.id) AND a.action = 'PROMO_PUBLISHED'
                        WHERE (p.state = 'DRAFT' AND (l.id IS NOT NULL OR e.id IS NOT NULL OR a.id IS NOT NULL))
                           OR (p.state <> 'DRAFT' AND (l.id IS NULL OR e.id IS NULL OR a.id IS NULL OR l.delta_available <> 5))"""))
                .isEqualTo("0");
        assertThat(
                        cms.value(
                                """
                        SELECT COUNT(*) FROM promo p WHERE (SELECT COUNT(*) FROM promo_item i WHERE i.promo_id = p.id) <> 1
                           OR (SELECT COUNT(*) FROM audit_log a WHERE a.subject = CONCAT('promo:', p.id)
                               AND a.action = 'PROMO_DRAFTED') <> 1"""))
                .isEqualTo("0");
    }

    private static String promo(boolean publish) {
        skus++;
        return """
                {"name":"A promo","opensAt":"%s","closesAt":"%s","publish":%s,"items":[{"sku":"T-%d","name":"An item",\
                "priceMinor":1,"currency":"CNY","published":5,"holdSeconds":60}]}"""
                .formatted(Instant.now(), Instant.now().plusSeconds(3600), publish, skus);
    }
}
