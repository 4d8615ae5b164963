package io.flashsale.cms.draft;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From an empty page to a promo that can be published. */
class DraftsIT {

    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm");

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor editor;

    @SuppressWarnings("NullAway.Init")
    private static Visitor other;

    private static int skus;

    @BeforeAll
    static void start() {
        cms = Cms.start().carrying();
        editor = Visitor.of(cms, "edith", "EDITOR");
        other = Visitor.of(cms, "oskar", "EDITOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void what_an_editor_hands_in_is_a_promo_with_what_was_typed() {
        String draft = begin();
        Map<String, String> typed = complete();
        typed.put("items[0].levelLimits", "0=1, 3=5");
        String promo = Visitor.location(post(editor, draft, typed, "handIn"));
        assertThat(promo).matches("/promos/\\d+\\?done=HANDIN");
        assertThat(editor.get(promo).body())
                .contains(
                        "Handed in. A reviewer can approve it.",
                        "20:00 Asia/Shanghai",
                        "12:00 UTC",
                        "data-testid=\"edit\"")
                .doesNotContain("data-testid=\"act\"");
        assertThat(cms.rows(
                        "SELECT sku, name, price_minor, currency, planned, hold_seconds, quantity_limit, min_level, level_limits"
                                + " FROM promo_item WHERE promo_id = ?",
                        id(promo)))
                .containsExactly(Map.of(
                        "sku", typed.get("items[0].sku"),
                        "name", "Thing & <b>more</b>",
                        "price_minor", "1999",
                        "currency", "CNY",
                        "planned", "500",
                        "hold_seconds", "900",
                        "quantity_limit", "2",
                        "min_level", "1",
                        "level_limits", "0=1;3=5"));
        assertThat(cms.value("SELECT zone FROM promo WHERE id = ?", id(promo))).isEqualTo("Asia/Shanghai");
        assertThat(cms.value(
                        "SELECT actor FROM audit_log WHERE action = 'PROMO_DRAFTED' AND subject = ?",
                        "promo:" + id(promo)))
                .isEqualTo("edith");
    }

    @Test
    void what_is_missing_or_wrong_is_kept_and_each_field_says_its_rule() {
        String draft = begin();
        Map<String, String> typed = complete();
        typed.put("items[0].price", "19.999");
        typed.put("items[0].sku", "");
        typed.put("zone", "Europe/Berlin");
        typed.put("expectedBuyers", "many");
        typed.put("opensAt", "2027-03-28T02:30");
        HttpResponse<String> answer = post(editor, draft, typed, "handIn");
        assertThat(Visitor.location(answer)).isEqualTo(draft + "?check");
        String page = editor.get(draft + "?check").body();
        assertThat(page)
                .contains(
                        "These 4 are missing or wrong:",
                        "The clocks are put forward over it".toLowerCase(),
                        "value=\"19.999\"",
                        "value=\"2027-03-28T02:30\"",
                        "href=\"#expectedBuyers\"",
                        "href=\"#items[0].price\"");
        assertThat(Pattern.compile("aria-invalid=\"true\"")
                        .matcher(page)
                        .results()
                        .count())
                .isEqualTo(4);
        assertThat(cms.value("SELECT COUNT(*) FROM promo_draft WHERE id = ? AND promo_id IS NULL", id(draft)))
                .isEqualTo("1");
    }

    @Test
    void of_two_who_write_the_second_hears_of_the_first_and_what_differs() {
        String draft = begin();
        String before = version(editor, draft);
        Map<String, String> first = complete();
        first.put("version", before);
        assertThat(Visitor.location(post(other, draft, first, "save"))).isEqualTo(draft + "?said=saved");

        Map<String, String> second = new HashMap<>(first);
        second.put("items[0].price", "25.00");
        HttpResponse<String> answer = post(editor, draft, second, "handIn");
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body())
                .contains(
                        "oskar has saved meanwhile",
                        "Item 1, Price of one",
                        "<td>19.99</td><td>25.00</td>",
                        "Save mine over it")
                .contains("value=\"25.00\"");
        assertThat(answer.body().split("data-testid=\"difference\"")).hasSize(2);
        assertThat(cms.value(
                        "SELECT JSON_VALUE(document, '$.items[0].price') FROM promo_draft WHERE id = ?", id(draft)))
                .as("nothing is overwritten")
                .isEqualTo("19.99");

        assertThat(hidden(answer.body()))
                .as("by itself, or by Enter, nothing goes over theirs")
                .isEqualTo(before);
        assertThat(answer.body()).doesNotContain("data-autosave");
        assertThat(post(editor, draft, second, "save").statusCode()).isEqualTo(409);
        second.put("over", hidden(answer.body(), "over"));
        assertThat(Visitor.location(post(editor, draft, second, "saveOver"))).isEqualTo(draft + "?said=saved");
        assertThat(cms.value(
                        "SELECT JSON_VALUE(document, '$.items[0].price') FROM promo_draft WHERE id = ?", id(draft)))
                .isEqualTo("25.00");
    }

    @Test
    void the_same_form_sent_twice_is_saved_once_and_no_conflict() {
        String draft = begin();
        Map<String, String> typed = complete();
        typed.put("version", version(editor, draft));
        assertThat(Visitor.location(post(editor, draft, typed, "save"))).isEqualTo(draft + "?said=saved");
        assertThat(Visitor.location(post(editor, draft, typed, "save"))).isEqualTo(draft + "?said=saved");
        assertThat(version(editor, draft)).isEqualTo("2");
    }

    @Test
    void what_the_page_saves_by_itself_goes_on_from_version_to_version() {
        String draft = begin();
        Map<String, String> typed = complete();
        typed.put("version", "1");
        HttpResponse<String> saved = editor.post(draft + "/autosave", typed);
        assertThat(saved.statusCode()).isEqualTo(200);
        assertThat(saved.body()).isEqualTo("{\"version\":2}");
        typed.put("name", "Another");
        HttpResponse<String> late = other.post(draft + "/autosave", typed);
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).isEqualTo("{\"code\":\"DRAFT_CHANGED\"}");
        typed.put("version", "2");
        assertThat(editor.post(draft + "/autosave", typed).statusCode()).isEqualTo(200);
        assertThat(editor.get("/drafts").body()).contains("Another");
    }

    @Test
    void items_come_and_go_and_what_was_typed_stays() {
        String draft = begin();
        Map<String, String> typed = complete();
        assertThat(Visitor.location(post(editor, draft, typed, "add"))).isEqualTo(draft + "#item-1");
        String page = editor.get(draft).body();
        assertThat(page).contains("value=\"" + typed.get("items[0].sku") + "\"", "name=\"items[1].sku\"");
        typed.put("items[1].sku", "SECOND");
        assertThat(Visitor.location(post(editor, draft, typed, "remove-0"))).isEqualTo(draft + "#items");
        assertThat(editor.get(draft).body())
                .contains("name=\"items[0].sku\" type=\"text\" value=\"SECOND\"")
                .doesNotContain("items[1]");
    }

    @Test
    void what_was_handed_in_is_edited_until_it_is_published_and_copied_afterwards() {
        String draft = begin();
        Map<String, String> typed = complete();
        String first = Visitor.location(post(editor, draft, typed, "handIn"));
        assertThat(Visitor.location(editor.post("/drafts/of", Map.of("promo", id(first)))))
                .isEqualTo(draft);
        typed.put("items[0].published", "600");
        String second = Visitor.location(post(editor, draft, typed, "handIn"));
        assertThat(id(second)).isNotEqualTo(id(first));
        assertThat(editor.get("/promos/" + id(first)).body()).contains("Cancelled");
        assertThat(cms.post("/api/admin/promos/" + id(first) + "/publish").status())
                .isEqualTo(409);
        assertThat(cms.post("/api/admin/promos/" + id(second) + "/publish").status())
                .isEqualTo(200);

        typed.put("description", "Typed too late.");
        HttpResponse<String> late = post(editor, draft, typed, "save");
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).contains("on sale, or over", "Typed too late.", "is not saved");
        assertThat(editor.get(draft).body())
                .contains("on sale, or over", "<fieldset disabled", "href=\"/promos/" + id(second) + "\"")
                .doesNotContain("data-testid=\"save\"", "data-autosave");
        assertThat(editor.get("/drafts").body()).doesNotContain(draft + "\"");
        assertThat(editor.post("/drafts/of", Map.of("promo", id(second))).statusCode())
                .isEqualTo(409);

        assertThat(cms.value("SELECT expected_buyers FROM promo WHERE id = ?", id(second)))
                .isEqualTo("2500");
        String copy = Visitor.location(editor.post("/drafts", Map.of("copy", id(second))));
        assertThat(editor.get(copy).body())
                .contains(
                        "value=\"600\"",
                        "value=\"2500\"",
                        "value=\"" + typed.get("items[0].sku") + "\"",
                        "value=\"Asia/Shanghai\"")
                .doesNotContain("value=\"" + typed.get("opensAt"));
    }

    @Test
    void handing_in_twice_makes_one_promo_and_what_is_cancelled_is_gone_on_with() {
        String draft = begin();
        Map<String, String> typed = complete();
        typed.put("version", version(editor, draft));
        String promo = Visitor.location(post(editor, draft, typed, "handIn"));
        assertThat(Visitor.location(post(editor, draft, typed, "handIn"))).isEqualTo(promo);
        assertThat(Visitor.location(post(other, draft, typed, "handIn"))).isEqualTo(promo);
        typed.remove("version");
        assertThat(editor.get(draft).body())
                .contains("It was handed in, and waits for a reviewer or an operator.", "Hand in anew")
                .doesNotContain("data-testid=\"discard\"");
        assertThat(post(editor, draft, typed, "discard").body()).contains("An operator can cancel it");

        typed.put("description", "Warmer.");
        post(editor, draft, typed, "save");
        assertThat(editor.get(draft).body()).contains("changed since");
        assertThat(cms.post("/api/admin/promos/" + id(promo) + "/cancel").status())
                .isEqualTo(200);
        String anew = Visitor.location(post(editor, draft, typed, "handIn"));
        assertThat(id(anew)).isNotEqualTo(id(promo));
        assertThat(cms.value("SELECT description FROM promo WHERE id = ?", id(anew)))
                .isEqualTo("Warmer.");
    }

    @Test
    void a_page_whose_last_answer_was_lost_goes_on_and_another_does_not() {
        String draft = begin();
        Map<String, String> typed = complete();
        typed.put("version", "1");
        typed.put("page", "0a1b2c3d-0000-4000-8000-00000000000a");
        assertThat(editor.post(draft + "/autosave", typed).statusCode()).isEqualTo(200);
        typed.put("name", "Typed after the lost answer");
        HttpResponse<String> next = editor.post(draft + "/autosave", typed);
        assertThat(next.body()).isEqualTo("{\"version\":3}");
        typed.put("name", "Another window");
        typed.put("version", "2");
        typed.put("page", "0a1b2c3d-0000-4000-8000-00000000000b");
        assertThat(editor.post(draft + "/autosave", typed).statusCode()).isEqualTo(409);
    }

    @Test
    void line_breaks_are_the_same_however_a_browser_sends_them() {
        String draft = begin();
        Map<String, String> typed = complete();
        typed.put("version", "1");
        typed.put("description", "one\ntwo");
        assertThat(editor.post(draft + "/autosave", typed).body()).isEqualTo("{\"version\":2}");
        typed.put("description", "one\r\ntwo");
        assertThat(editor.post(draft + "/autosave", typed).body()).isEqualTo("{\"version\":2}");
    }

    @Test
    void a_hundred_items_in_chinese_are_saved_and_handed_in() {
        String draft = begin();
        Map<String, String> typed = complete();
        for (int i = 0; i < 100; i++) {
            String at = "items[" + i + "].";
            Map.of(
                            "sku",
                            "HUNDRED-" + i,
                            "name",
                            "茶".repeat(120),
                            "price",
                            "1",
                            "currency",
                            "CNY",
                            "published",
                            "10",
                            "hold",
                            "30")
                    .forEach((field, text) -> typed.put(at + field, text));
            typed.put(at + "quantityLimit", "");
            typed.put(at + "minLevel", "");
            typed.put(at + "levelLimits", "1=1, 2=2, 3=3, 4=4, 5=5, 6=6, 7=7, 8=8, 9=9, 10=10");
        }
        String promo = Visitor.location(post(editor, draft, typed, "handIn"));
        assertThat(promo).endsWith("?done=HANDIN");
        assertThat(cms.value("SELECT COUNT(*) FROM promo_item WHERE promo_id = ?", id(promo)))
                .isEqualTo("100");
        assertThat(editor.get(draft).body()).contains("HUNDRED-99").doesNotContain("data-testid=\"add\"");
    }

    @Test
    void a_promo_has_one_draft_however_often_it_is_asked_for() {
        String draft = begin();
        String promo = Visitor.location(post(editor, draft, complete(), "handIn"));
        assertThat(Visitor.location(other.post("/drafts/of", Map.of("promo", id(promo)))))
                .isEqualTo(draft);
        assertThat(cms.value("SELECT COUNT(*) FROM promo_draft WHERE promo_id = ?", id(promo)))
                .isEqualTo("1");
    }

    @Test
    void what_programs_made_is_edited_with_its_times() {
        String promo = "/promos/"
                + cms.post(
                                "/api/admin/promos",
                                """
                                {"name":"Made","opensAt":"2026-12-24T17:00:30.250Z","closesAt":"2026-12-24T19:00:00Z","zone":"Europe/Paris","items":[\
                                {"sku":"MADE","name":"Thing","priceMinor":1000,"currency":"JPY","published":10,"holdSeconds":90}]}""")
                        .body()
                        .get("id")
                        .asLong();
        editor.get("/drafts");
        String draft = Visitor.location(editor.post("/drafts/of", Map.of("promo", id(promo))));
        assertThat(editor.get(draft).body())
                .contains(
                        "value=\"2026-12-24T18:00:30.250\"",
                        "value=\"2026-12-24T20:00\"",
                        "value=\"1000\"",
                        "value=\"90s\"");
        assertThat(Visitor.location(editor.post("/drafts/of", Map.of("promo", id(promo)))))
                .as("one draft of one promo")
                .isEqualTo(draft);
    }

    @Test
    void a_draft_that_is_discarded_is_gone_from_the_list_and_nothing_is_handed_in_from_it() {
        String draft = begin();
        Map<String, String> typed = complete();
        assertThat(Visitor.location(post(editor, draft, typed, "discard"))).isEqualTo("/drafts");
        assertThat(editor.get("/drafts").body()).doesNotContain(draft + "\"");
        assertThat(post(editor, draft, typed, "handIn").body()).contains("This draft was discarded.");
        assertThat(cms.value(
                        "SELECT actor FROM audit_log WHERE action = 'DRAFT_DISCARDED' AND subject = ?",
                        "draft:" + id(draft)))
                .isEqualTo("edith");
    }

    @Test
    void an_operator_cancels_what_was_handed_in() {
        String promo = Visitor.location(post(editor, begin(), complete(), "handIn"));
        Visitor operator = Visitor.of(cms, "olga", "OPERATOR");
        assertThat(operator.get("/promos/" + id(promo)).body())
                .contains("data-act=\"CANCEL\"")
                .doesNotContain("data-act=\"SCHEDULE\"");
        assertThat(Visitor.location(operator.post("/promos/" + id(promo) + "/cancel", Map.of("why", "not this year"))))
                .isEqualTo("/promos/" + id(promo) + "?done=CANCEL");
        assertThat(operator.get("/promos/" + id(promo)).body())
                .contains("Cancelled")
                .doesNotContain("data-testid=\"act\"");
        assertThat(cms.value(
                        "SELECT COUNT(*) FROM redis_effect e JOIN promo_item i ON i.id = e.promo_item_id WHERE i.promo_id = ?",
                        id(promo)))
                .as("Redis never heard of it")
                .isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"REVIEWER", "OPERATOR", "RISK", "AUDITOR"})
    void others_do_not_write(String role) {
        String draft = begin();
        Visitor reader = Visitor.of(cms, "reader-" + role.toLowerCase(java.util.Locale.ROOT), role);
        assertThat(reader.get("/").body()).doesNotContain("href=\"/drafts\"");
        for (String path : new String[] {"/drafts", draft}) {
            assertThat(reader.get(path).statusCode()).as(path).isEqualTo(403);
        }
        reader.get("/password");
        Map<String, String> typed = complete();
        typed.put("version", "1");
        typed.put("act", "save");
        for (String path : new String[] {"/drafts", draft, draft + "/autosave", "/drafts/of?promo=1"}) {
            assertThat(reader.post(path, typed).statusCode()).as(path).isEqualTo(403);
        }
        assertThat(version(editor, draft)).isEqualTo("1");
    }

    @Test
    void what_is_typed_is_text_and_never_markup_or_an_expression() {
        String draft = begin();
        Map<String, String> typed = complete();
        typed.put("name", "<script>alert(1)</script>${1234*4321}__${1234*4321}__");
        typed.put("description", "</textarea><script>alert(2)</script>");
        typed.put("items[0].name", "\"><img src=x onerror=alert(3)>");
        post(editor, draft, typed, "save");
        assertThat(editor.get(draft).body())
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;${1234*4321}__${1234*4321}__")
                .doesNotContain("<script>alert", "<img src=x", "5332114");
        assertThat(editor.get("/drafts").body()).doesNotContain("<script>alert");
    }

    @Test
    void more_than_a_draft_can_hold_is_refused_and_what_was_there_stays() {
        String draft = begin();
        Map<String, String> typed = complete();
        post(editor, draft, typed, "save");
        typed.put("description", "x".repeat(250_000));
        HttpResponse<String> answer = post(editor, draft, typed, "save");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("more than a draft can hold", "xxx");
        assertThat(editor.get("/drafts").statusCode()).isEqualTo(200);
        assertThat(editor.get(draft).body()).contains("value=\"" + typed.get("items[0].sku") + "\"");
    }

    @Test
    void what_is_not_there_or_cannot_be_read_is_said_in_a_page() {
        assertThat(editor.get("/drafts/999999").statusCode()).isEqualTo(404);
        assertThat(editor.get("/drafts/x").statusCode()).isEqualTo(400);
        String draft = begin();
        assertThat(editor.post(draft, Map.of("act", "save", "version", "x")).statusCode())
                .isEqualTo(400);
        assertThat(editor.post(draft, Map.of("act", "save")).statusCode()).isEqualTo(400);
        for (String name :
                List.of("items[256].sku", "items[x].sku", "items[+300].sku", "items[", "items[99999999999].sku")) {
            var forged = Map.of("act", "save", "version", version(editor, draft), name, "FAR");
            assertThat(editor.post(draft, forged).statusCode()).as(name).isEqualTo(400);
            assertThat(editor.post(draft + "/autosave", forged).statusCode())
                    .as(name)
                    .isEqualTo(400);
        }
    }

    @Test
    void the_list_goes_on_on_another_page() {
        for (int i = 0; i < 51; i++) {
            begin();
        }
        String first = editor.get("/drafts").body();
        assertThat(first.split("data-testid=\"draft\"")).hasSize(51);
        assertThat(first).contains("href=\"/drafts?skip=50\"");
        assertThat(editor.get("/drafts?skip=50").body()).contains("data-testid=\"draft\"");
        assertThat(editor.get("/drafts?skip=-1").body()).contains("data-testid=\"draft\"");
        assertThat(editor.get("/drafts?skip=100000").body()).doesNotContain("data-testid=\"draft\"");
    }

    private static String begin() {
        editor.get("/drafts");
        other.get("/drafts");
        return Visitor.location(editor.post("/drafts", Map.of()));
    }

    /** A form in which everything is right. */
    private static Map<String, String> complete() {
        skus++;
        LocalDateTime opens =
                LocalDateTime.now(ZoneOffset.UTC).plusDays(2).withHour(20).withMinute(0);
        var typed = new HashMap<String, String>();
        typed.put("name", "Winter " + skus);
        typed.put("description", "Warm.");
        typed.put("zone", "Asia/Shanghai");
        typed.put("expectedBuyers", "2500");
        typed.put("opensAt", LOCAL.format(opens));
        typed.put("closesAt", LOCAL.format(opens.plusHours(2)));
        typed.put("items[0].sku", "DRAFT-" + skus);
        typed.put("items[0].name", "Thing & <b>more</b>");
        typed.put("items[0].price", "19.99");
        typed.put("items[0].currency", "CNY");
        typed.put("items[0].published", "500");
        typed.put("items[0].hold", "15");
        typed.put("items[0].quantityLimit", "2");
        typed.put("items[0].minLevel", "1");
        typed.put("items[0].levelLimits", "");
        return typed;
    }

    /** With the version of the page as it is now, unless the form has one. */
    private static HttpResponse<String> post(Visitor who, String draft, Map<String, String> typed, String act) {
        var form = new HashMap<>(typed);
        form.putIfAbsent("version", version(who, draft));
        form.put("act", act);
        return who.post(draft, form);
    }

    private static String version(Visitor who, String draft) {
        return hidden(who.get(draft).body());
    }

    private static String hidden(String page) {
        return hidden(page, "version");
    }

    private static String hidden(String page, String name) {
        Matcher field =
                Pattern.compile("name=\"" + name + "\" value=\"(\\d+)\"").matcher(page);
        assertThat(field.find()).as(page).isTrue();
        return field.group(1);
    }

    private static String id(String path) {
        return path.replaceFirst("\\?.*", "").replaceFirst(".*/", "");
    }
}
