package io.flashsale.cms.preview;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Links to look at a promo before it is on sale: made, kept as a hash, ended. */
class PreviewsIT {

    private static final Pattern LINK =
            Pattern.compile("value=\"(https://shop\\.example/preview/([A-Za-z0-9_-]{43}))\"");

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor reviewer;

    @BeforeAll
    static void start() {
        cms = Cms.start("flashsale.shop-url=https://shop.example/");
        reviewer = Visitor.of(cms, "rita", "REVIEWER");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    /** @return its id */
    private static String promo(String sku) {
        cms.rows(
                "INSERT INTO image (name, widths, alt_zh, alt_en, uploaded_by, uploaded_at, published_at)"
                        + " VALUES (REPEAT('5f', 16), '320,640', '茶壶', 'A teapot', 'edith', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
        String body =
                """
                {"name":"Tea week","nameZh":"茶周","opensAt":"%s","closesAt":"%s","items":[{"sku":"%s","name":"Teapot",
                 "nameZh":"茶壶","priceMinor":1999,"listPriceMinor":2999,"currency":"CNY","published":7,"holdSeconds":600,
                 "image":%s}]}"""
                        .formatted(
                                Instant.now().plusSeconds(3600),
                                Instant.now().plusSeconds(7200),
                                sku,
                                cms.value("SELECT MAX(id) FROM image"));
        return cms.post("/api/admin/promos", body).body().path("id").asString();
    }

    private static String hash(String token) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String token(HttpResponse<String> page) {
        Matcher link = LINK.matcher(page.body());
        assertThat(link.find()).as(page.body()).isTrue();
        return link.group(2);
    }

    @Test
    void a_link_is_shown_once_and_kept_as_a_hash_with_the_promo_as_it_was() throws NoSuchAlgorithmException {
        String promo = promo("PRE-1");
        assertThat(reviewer.get("/promos/" + promo).body()).contains("A link to its pages");
        HttpResponse<String> page = reviewer.post("/previews", Map.of("promo", promo, "span", "hour"));
        assertThat(page.statusCode()).isEqualTo(200);
        String token = token(page);
        assertThat(reviewer.get("/previews").body()).contains("Tea week").doesNotContain(token);
        Map<String, String> row = cms.rows(
                        "SELECT id, document, made_by, TIMESTAMPDIFF(SECOND, made_at, ends_at) AS lasts FROM preview WHERE token_hash = ?",
                        hash(token))
                .get(0);
        assertThat(row).containsEntry("made_by", "rita").containsEntry("lasts", "3600");
        JsonNode document = new JsonMapper().readTree(row.getOrDefault("document", ""));
        assertThat(document.path("names").path("zh").asString()).isEqualTo("茶周");
        JsonNode item = document.path("items").get(0);
        assertThat(item.path("sku").asString()).isEqualTo("PRE-1");
        assertThat(item.path("published").asInt()).isEqualTo(7);
        assertThat(item.path("holdMs").asInt()).isEqualTo(600_000);
        assertThat(item.path("listPriceMinor").asInt()).isEqualTo(2999);
        assertThat(item.path("image").path("path").asString()).isEqualTo("/media/" + "5f".repeat(16));
        assertThat(item.has("list")).as("who may buy is no shopper's business").isFalse();
        assertThat(cms.value(
                        "SELECT CONCAT(actor, ' ', action) FROM audit_log WHERE subject = ?",
                        "preview:" + row.get("id")))
                .isEqualTo("rita PREVIEW_MADE");
        assertThat(cms.rows("SELECT * FROM audit_log WHERE detail LIKE ?", "%" + token + "%"))
                .isEmpty();
    }

    @Test
    void it_ends_by_itself_or_is_withdrawn() throws NoSuchAlgorithmException {
        String promo = promo("PRE-2");
        reviewer.get("/promos/" + promo);
        String token = token(reviewer.post("/previews", Map.of("promo", promo)));
        String id = cms.value("SELECT id FROM preview WHERE token_hash = ?", hash(token));
        reviewer.get("/previews");
        assertThat(Visitor.location(reviewer.post("/previews/" + id + "/withdraw", Map.of())))
                .isEqualTo("/previews?withdrawn");
        assertThat(cms.rows("SELECT * FROM preview WHERE id = ?", id)).isEmpty();
        assertThat(reviewer.post("/previews/" + id + "/withdraw", Map.of()).statusCode())
                .isEqualTo(404);

        reviewer.get("/promos/" + promo);
        String another = token(reviewer.post("/previews", Map.of("promo", promo)));
        cms.rows("UPDATE preview SET ends_at = UTC_TIMESTAMP(3) WHERE token_hash = ?", hash(another));
        String ended = cms.value("SELECT id FROM preview WHERE token_hash = ?", hash(another));
        assertThat(reviewer.get("/previews").body()).doesNotContain("data-preview=\"" + ended + "\"");
        reviewer.post("/previews", Map.of("promo", promo));
        assertThat(cms.rows("SELECT * FROM preview WHERE id = ?", ended)).isEmpty();
    }

    @Test
    void a_draft_is_looked_at_as_it_is_typed_once_nothing_is_missing() throws NoSuchAlgorithmException {
        Visitor editor = Visitor.of(cms, "edith", "EDITOR");
        editor.get("/drafts");
        String draft = Visitor.location(editor.post("/drafts", Map.of("zone", "UTC")));
        var typed = new HashMap<>(Map.of("act", "preview", "page", "", "zone", "UTC", "name", "Half of it"));
        typed.put("version", version(editor, draft));
        assertThat(Visitor.location(editor.post(draft, typed))).isEqualTo(draft + "?check");
        typed.putAll(Map.of(
                "opensAt", inTwoDays(20),
                "closesAt", inTwoDays(21),
                "items[0].sku", "PRE-DRAFT",
                "items[0].name", "Cup <3",
                "items[0].price", "9.99",
                "items[0].currency", "CNY",
                "items[0].published", "10",
                "items[0].hold", "30"));
        typed.put("name", "All of it");
        typed.put("version", version(editor, draft));
        String token = token(editor.post(draft, typed));
        JsonNode document =
                new JsonMapper().readTree(cms.value("SELECT document FROM preview WHERE token_hash = ?", hash(token)));
        assertThat(document.path("name").asString()).isEqualTo("All of it");
        assertThat(document.path("items").get(0).path("name").asString()).isEqualTo("Cup <3");
        assertThat(cms.rows("SELECT * FROM promo WHERE name = 'All of it'"))
                .as("nothing was handed in")
                .isEmpty();
    }

    private static String version(Visitor editor, String draft) {
        Matcher version = Pattern.compile("name=\"version\" value=\"(\\d+)\"")
                .matcher(editor.get(draft).body());
        assertThat(version.find()).isTrue();
        return version.group(1);
    }

    private static String inTwoDays(int hour) {
        return LocalDate.now(ZoneOffset.UTC).plusDays(2).atTime(hour, 0).toString();
    }
}
