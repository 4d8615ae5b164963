package io.flashsale.cms.blacklist;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Cms.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlacklistIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @BeforeAll
    static void start() {
        cms = Cms.start("flashsale.carry-wait=5s").carrying();
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void an_entry_is_added_lifted_once_and_owed_to_redis_each_time() {
        Answer added = cms.post(
                "/api/admin/blacklist",
                """
                {"kind":"address","value":"2001:DB8::1","reason":"floods","expiresAt":"2099-01-01T00:00:00.5Z"}""");
        long id = added.body().get("id").asLong();

        assertThat(added.status()).isEqualTo(201);
        assertThat(added.body().get("carried").asBoolean()).isTrue();
        assertThat(cms.value(
                        "SELECT CONCAT_WS(' ', kind, `value`, reason, source, expires_at, lifted_at IS NULL) FROM blacklist_entry WHERE id = ?",
                        id))
                .isEqualTo("address 2001:db8::1 floods operator 2099-01-01 00:00:00.500 1");
        assertThat(cms.get("/api/admin/blacklist")
                        .body()
                        .get("entries")
                        .get(0)
                        .get("id")
                        .asLong())
                .isEqualTo(id);

        Answer lifted = cms.delete("/api/admin/blacklist/" + id);
        assertThat(lifted.status()).isEqualTo(200);
        assertThat(lifted.body().get("carried").asBoolean()).isTrue();
        assertThat(lifted.body().get("liftedAt").isNull()).isFalse();

        Answer again = cms.delete("/api/admin/blacklist/" + id);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.code()).isEqualTo("WRONG_STATE");
        assertThat(cms.get("/api/admin/blacklist").body().get("entries").size()).isZero();
        assertThat(cms.rows("SELECT action FROM audit_log WHERE subject = ? ORDER BY id", "blacklist:" + id))
                .extracting(row -> row.get("action"))
                .containsExactly("BLACKLIST_ADDED", "BLACKLIST_LIFTED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                      | kind",
                "{\"kind\":\"country\",\"value\":\"XX\",\"reason\":\"r\"} | kind",
                "{\"kind\":\"account\",\"reason\":\"r\"}                 | value",
                "{\"kind\":\"address\",\"value\":\"10.0.0.0/8\",\"reason\":\"r\"} | value",
                "{\"kind\":\"account\",\"value\":\"b1\"}                 | reason",
                "{\"kind\":\"account\",\"value\":\"b1\",\"reason\":\"r\",\"expiresAt\":\"2020-01-01T00:00:00Z\"} | expiresAt",
                "{\"kind\":\"account\",\"value\":\"b1\",\"reason\":\"r\",\"expiresAt\":5} | expiresAt",
                "{\"kind\":\"account\",\"value\":\"b1\",\"reason\":\"r\",\"source\":\"me\"} | source",
            })
    void an_entry_that_cannot_be_is_refused_by_the_name_of_its_field(String body, String field) {
        Answer refused = cms.post("/api/admin/blacklist", body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo(field);
    }

    @Test
    void an_unknown_entry_cannot_be_lifted() {
        Answer refused = cms.delete("/api/admin/blacklist/999999999");

        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.code()).isEqualTo("UNKNOWN_ENTRY");
    }
}
