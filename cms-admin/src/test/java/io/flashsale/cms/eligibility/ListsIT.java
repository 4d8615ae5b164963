package io.flashsale.cms.eligibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Lists from a sheet to an item that is for them alone. */
class ListsIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor editor;

    @BeforeAll
    static void start() {
        cms = Cms.start();
        editor = Visitor.of(cms, "edith", "EDITOR");
        cms.rows("INSERT INTO buyer (user_id, level, created_at) VALUES ('u1', 1, UTC_TIMESTAMP(3))");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    private static HttpResponse<String> send(String name, String text) {
        editor.get("/lists");
        return editor.upload(
                "/lists", Map.of("name", name), "guests.csv", "text/csv", text.getBytes(StandardCharsets.UTF_8));
    }

    /** @return its id */
    private static String keep(String name, String text) {
        String page = Visitor.location(send(name, text));
        if (page.startsWith("/works/")) {
            String work = page;
            page = Awaitility.await()
                    .atMost(Duration.ofSeconds(40))
                    .until(() -> editor.get(work).headers().firstValue("Location"), Optional::isPresent)
                    .orElseThrow();
        }
        assertThat(page).matches("/lists/\\d+\\?done=KEPT.*");
        return page.replaceAll("\\D+(\\d+).*", "$1");
    }

    @Test
    void a_list_is_kept_shown_and_asked() {
        String page = Visitor.location(send("Friends <b>of</b> tea", "userID,name\nu1,Ann\nu2,Bob\nu1,Ann\n"));
        String id = page.replaceAll("\\D+(\\d+).*", "$1");
        assertThat(editor.get(page).body())
                .contains("Friends &lt;b&gt;of&lt;/b&gt; tea", "List " + id + ": 2 accounts")
                .contains("One line named somebody again")
                .contains("One of them has no account in this shop");
        assertThat(cms.rows("SELECT user_id FROM eligibility_member WHERE list_id = ? ORDER BY user_id", id)
                        .toString())
                .isEqualTo("[{user_id=u1}, {user_id=u2}]");
        assertThat(cms.value("SELECT CONCAT(actor, ' ', action) FROM audit_log WHERE subject = ?", "list:" + id))
                .isEqualTo("edith LIST_KEPT");
        assertThat(editor.get("/lists/" + id + "?user=u2").body()).contains("u2 is on it.");
        assertThat(editor.get("/lists/" + id + "?user=U2").body()).contains("U2 is not on it.");
        assertThat(editor.get("/lists/" + id + "?user=%E5%AE%89").body()).contains("安 is not on it.");
        assertThat(editor.get("/lists").body()).contains("data-list=\"" + id + "\"");
        assertThat(editor.get("/lists/999999").statusCode()).isEqualTo(404);
    }

    @Test
    void what_is_wrong_with_a_sheet_is_said_and_nothing_is_kept() {
        String before = cms.value("SELECT COUNT(*) FROM eligibility_list");
        HttpResponse<String> answer = send("Guests", "u1\nnot an account\n");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains("These lines name no account", ": 2. Nothing was kept.")
                .contains("value=\"Guests\"");
        assertThat(send(" ", "u1\n").body()).contains("needs a name of 1 to 120 characters");
        assertThat(send("x".repeat(121), "u1\n").statusCode()).isEqualTo(400);
        assertThat(send("Guests", "").body()).contains("names nobody");
        assertThat(cms.value("SELECT COUNT(*) FROM eligibility_list")).isEqualTo(before);
        assertThat(cms.value(
                        "SELECT COUNT(*) FROM audit_log WHERE action = 'LIST_KEPT' AND detail LIKE '%\"Guests\"%'"))
                .isEqualTo("0");
    }

    @Test
    void nobody_sends_very_large_ones() {
        editor.get("/lists");
        HttpResponse<String> large = editor.upload(
                "/lists", Map.of("name", "x"), "a.csv", "text/csv", Arrays.copyOf(new byte[] {'u'}, 14_000_000));
        assertThat(Visitor.location(large)).isEqualTo("/lists?refused=LIST_BYTES");
        assertThat(editor.get("/lists?refused=LIST_BYTES").body()).contains("That file is too large");
        assertThat(send("x", "u1\n" + " ".repeat(8_000_000)).body()).contains("That file is too large");
    }

    @Test
    void the_longest_list_is_kept_whole_and_deleted_whole() {
        String many = IntStream.range(0, MemberSheet.MOST)
                .mapToObj(n -> "a-customer-with-a-number-of-" + n)
                .collect(Collectors.joining("\n"));
        String id = keep("Everybody", many);
        assertThat(cms.value("SELECT COUNT(*) FROM eligibility_member WHERE list_id = ?", id))
                .isEqualTo("100000");
        assertThat(editor.get("/lists/" + id).body()).contains("100,000 accounts", "100,000 of them have no accounts");
        assertThat(Visitor.location(editor.post("/lists/" + id + "/delete", Map.of())))
                .isEqualTo("/lists?done=DELETED");
        assertThat(cms.value("SELECT COUNT(*) FROM eligibility_member WHERE list_id = ?", id))
                .isEqualTo("0");
        assertThat(editor.get("/lists?done=DELETED").body()).contains("The list is deleted.");
        assertThat(editor.get("/lists/" + id).statusCode()).isEqualTo(404);
        assertThat(cms.value("SELECT GROUP_CONCAT(action ORDER BY id) FROM audit_log WHERE subject = ?", "list:" + id))
                .isEqualTo("LIST_KEPT,LIST_DELETED");
    }

    @Test
    void a_draft_names_it_and_what_it_becomes_keeps_it() {
        String id = keep("Guests of the opening", "u1\nu2\n");
        editor.get("/drafts");
        String draft = Visitor.location(editor.post("/drafts", Map.of("zone", "UTC")));
        String page = editor.get(draft).body();
        assertThat(page).contains("<option value=\"" + id + "\" label=\"Guests of the opening\">");
        String version = page.replaceAll("(?s).*name=\"version\" value=\"(\\d+)\".*", "$1");
        var typed = new HashMap<>(Map.of(
                "version", version,
                "page", "",
                "act", "handIn",
                "name", "Opening",
                "zone", "UTC",
                "opensAt", inTwoDays(20),
                "closesAt", inTwoDays(21),
                "items[0].sku", "GUESTS-1",
                "items[0].name", "Teapot",
                "items[0].price", "9.99"));
        typed.putAll(Map.of(
                "items[0].currency", "CNY",
                "items[0].published", "10",
                "items[0].hold", "30",
                "items[0].list", "424242"));
        assertThat(Visitor.location(editor.post(draft, typed))).isEqualTo(draft + "?check");
        assertThat(editor.get(draft + "?check").body()).contains("Only for a list: the number of one that there is");
        typed.put("items[0].list", id);
        typed.put("version", Integer.toString(Integer.parseInt(version) + 1));
        String promo = Visitor.location(editor.post(draft, typed));
        assertThat(promo).startsWith("/promos/").endsWith("?done=HANDIN");
        assertThat(editor.get(promo).body()).contains("only for Guests of the opening (2 accounts)");
        assertThat(cms.value("SELECT list_id FROM promo_item WHERE sku = 'GUESTS-1'"))
                .isEqualTo(id);
        assertThat(editor.get("/lists/" + id).body())
                .contains("Promos with an item for it", ">Opening</a>")
                .doesNotContain("Delete it");
        assertThat(Visitor.location(editor.post("/lists/" + id + "/delete", Map.of())))
                .isEqualTo("/lists/" + id + "?refused=LIST_USED");
        assertThat(cms.value("SELECT COUNT(*) FROM eligibility_member WHERE list_id = ?", id))
                .isEqualTo("2");
        Visitor reviewer = Visitor.of(cms, "rita", "REVIEWER");
        assertThat(reviewer.get("/lists/" + id).body()).contains("Guests of the opening");
        assertThat(reviewer.get("/lists").statusCode()).isEqualTo(403);
    }

    private static String inTwoDays(int hour) {
        return LocalDate.now(ZoneOffset.UTC).plusDays(2).atTime(hour, 0).toString();
    }

    @Test
    void programs_name_it_too_and_hear_where_there_is_none() {
        String id = keep("By programs", "u1\n");
        String promo =
                "{\"name\":\"P\",\"opensAt\":\"%s\",\"closesAt\":\"%s\",\"items\":[{\"sku\":\"LIST-API\",\"name\":\"A\","
                                .formatted(in(3600), in(7200))
                        + "\"priceMinor\":1,\"currency\":\"CNY\",\"published\":1,\"holdSeconds\":60,\"list\":%s}]}";
        Cms.Answer unknown = cms.post("/api/admin/promos", promo.formatted("424242"));
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.detail()).isEqualTo("items[0].list must be the number of a list that is kept, not 424242.");
        Cms.Answer made = cms.post("/api/admin/promos", promo.formatted(id));
        assertThat(made.body().path("items").get(0).path("list").asString()).isEqualTo(id);
    }

    private static String in(int seconds) {
        return Instant.now().plusSeconds(seconds).toString();
    }
}
