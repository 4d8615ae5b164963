package io.flashsale.cms.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is said of a promo, from its row to where shoppers fetch it. */
class TextsIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @BeforeAll
    static void start() {
        cms = Cms.start();
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    /** @return its id */
    private static String promo(String sku, String described) {
        String body =
                """
                {"name":"P",%s,"opensAt":"%s","closesAt":"%s","items":[{"sku":"%s","name":"A","priceMinor":1,"currency":"CNY",
                 "published":1,"holdSeconds":60}]}"""
                        .formatted(
                                described,
                                Instant.now().plusSeconds(3600),
                                Instant.now().plusSeconds(7200),
                                sku);
        Cms.Answer made = cms.post("/api/admin/promos", body);
        assertThat(made.status()).as(made.raw().body()).isEqualTo(201);
        return made.body().path("id").asString();
    }

    private static String approved(String sku, String described) {
        String promo = promo(sku, described);
        cms.rows(
                "UPDATE promo SET review = 'APPROVED', reviewed_by = 'rita', reviewed_at = UTC_TIMESTAMP(3) WHERE id = ?",
                promo);
        return promo;
    }

    private static Path file(String promo) {
        Awaitility.await("it is published").until(() -> !name(promo).equals("null"));
        return cms.cdn().resolve("media/" + name(promo) + ".json");
    }

    private static String name(String promo) {
        return cms.value("SELECT text_name FROM promo WHERE id = ?", promo);
    }

    @Test
    void shoppers_fetch_it_in_both_languages_as_a_tree() throws IOException {
        String promo = approved("TEXT-1", "\"description\":\"**Of clay.** <b>x</b>\",\"descriptionZh\":\"陶制\"");
        JsonNode text = new JsonMapper().readTree(Files.readString(file(promo)));
        assertThat(text.path("zh").toString()).isEqualTo("[[\"p\",\"陶制\"]]");
        assertThat(text.path("en").toString()).isEqualTo("[[\"p\",[\"strong\",\"Of clay.\"],\" <b>x</b>\"]]");
        assertThat(cms.get("/api/admin/promos/" + promo)
                        .body()
                        .path("descriptionZh")
                        .asString())
                .isEqualTo("陶制");
    }

    @Test
    void the_same_words_are_one_file_and_no_words_are_none() {
        String one = approved("TEXT-2", "\"description\":\"The same.\"");
        String other = approved("TEXT-3", "\"description\":\"The same.\"");
        String silent = approved("TEXT-4", "\"description\":\"  \"");
        String empty = approved("TEXT-6", "\"description\":\"[x]: https://a.example\"");
        String unread = promo("TEXT-7", "\"description\":\"Nobody has approved it.\"");
        cms.part(Texts.class).publishNew();
        assertThat(file(one)).isEqualTo(file(other));
        assertThat(name(silent)).isEqualTo("null");
        assertThat(name(empty)).isEqualTo("");
        assertThat(name(unread)).isEqualTo("null");
    }

    @Test
    void what_is_gone_is_put_there_again() throws IOException {
        String promo = approved("TEXT-5", "\"description\":\"Lost and found.\"");
        Path file = file(promo);
        Files.delete(file);
        cms.part(Texts.class).putBack();
        assertThat(file).exists();
    }
}
