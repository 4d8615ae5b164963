package io.flashsale.cms.promo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that people wrote is on sale before somebody else has approved just that. */
class ReviewIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor editor;

    @SuppressWarnings("NullAway.Init")
    private static Visitor reviewer;

    @SuppressWarnings("NullAway.Init")
    private static Visitor operator;

    @SuppressWarnings("NullAway.Init")
    private static Visitor admin;

    private static int skus;

    @BeforeAll
    static void start() {
        cms = Cms.start().carrying();
        editor = Visitor.of(cms, "edith", "EDITOR");
        reviewer = Visitor.of(cms, "rosa", "REVIEWER");
        operator = Visitor.of(cms, "oskar", "OPERATOR");
        admin = Visitor.of(cms, "amir", "ADMINISTRATOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void what_an_editor_wrote_a_reviewer_approves_and_an_operator_schedules() {
        String promo = handIn(editor, begin(editor), complete());
        assertThat(operator.get(promo).body()).doesNotContain("data-act=\"SCHEDULE\"", "data-act=\"APPROVE\"");
        assertThat(act(operator, promo, "schedule", "too early")).isEqualTo(promo + "?refused=NOT_APPROVED");
        assertThat(operator.get(promo + "?refused=NOT_APPROVED").body()).contains("Nobody has approved it yet");
        assertThat(reviewer.get(promo).body())
                .contains("data-act=\"APPROVE\"", "data-act=\"RETURN\"")
                .doesNotContain("data-act=\"SCHEDULE\"", "data-act=\"CANCEL\"");

        assertThat(act(reviewer, promo, "approve", "fair <b>prices</b>")).isEqualTo(promo + "?done=APPROVE");
        assertThat(reviewer.get(promo + "?done=APPROVE").body())
                .contains(
                        "Approved. An operator can schedule it.",
                        "Approved by",
                        "rosa",
                        "fair &lt;b&gt;prices&lt;/b&gt;")
                .doesNotContain("data-act=\"APPROVE\"");
        assertThat(act(reviewer, promo, "approve", "")).as("twice").isEqualTo(promo + "?refused=REVIEWED");
        assertThat(state(promo)).as("approving sells nothing").isEqualTo("DRAFT");

        assertThat(operator.get(promo).body()).contains("data-act=\"SCHEDULE\"");
        assertThat(act(operator, promo, "schedule", "the day has come")).isEqualTo(promo + "?done=SCHEDULE");
        assertThat(state(promo)).isEqualTo("LIVE");
        assertThat(cms.rows(
                        "SELECT actor, action, JSON_VALUE(detail, '$.why') why FROM audit_log WHERE subject = ? ORDER BY id",
                        "promo:" + id(promo)))
                .extracting(row -> row.get("actor") + " " + row.get("action") + " " + row.get("why"))
                .containsExactly(
                        "edith PROMO_DRAFTED null",
                        "rosa PROMO_APPROVED fair <b>prices</b>",
                        "oskar PROMO_SCHEDULED the day has come");
    }

    @Test
    void what_is_sent_back_says_why_where_it_was_written_and_is_handed_in_anew() {
        String draft = begin(editor);
        Map<String, String> typed = complete();
        String first = handIn(editor, draft, typed);
        assertThat(act(reviewer, first, "return", " ")).isEqualTo(first + "?refused=REASON_MISSING");
        assertThat(act(reviewer, first, "return", "the price is <i>odd</i>")).isEqualTo(first + "?done=RETURN");
        assertThat(reviewer.get(first).body()).contains("Sent back", "rosa").doesNotContain("data-testid=\"act\"");
        assertThat(editor.get("/drafts").body()).contains("Sent back");
        assertThat(editor.get(draft).body())
                .contains("rosa has sent it back:", "the price is &lt;i&gt;odd&lt;/i&gt;", "data-testid=\"discard\"")
                .doesNotContain("waits for a reviewer");

        typed.put("items[0].price", "18.00");
        String second = handIn(editor, draft, typed);
        assertThat(second).isNotEqualTo(first);
        assertThat(editor.get(draft).body()).contains("waits for a reviewer").doesNotContain("has sent it back");
        assertThat(act(reviewer, second, "approve", "")).isEqualTo(second + "?done=APPROVE");
        assertThat(act(operator, first, "schedule", "the wrong one")).isEqualTo(first + "?refused=WRONG_STATE");
    }

    @Test
    void what_was_approved_is_not_what_is_handed_in_after_it() {
        String draft = begin(editor);
        Map<String, String> typed = complete();
        String first = handIn(editor, draft, typed);
        act(reviewer, first, "approve", "");
        typed.put("items[0].published", "9000");
        String second = handIn(editor, draft, typed);
        assertThat(operator.get(first).body()).contains("Cancelled");
        assertThat(operator.get(second).body()).doesNotContain("data-act=\"SCHEDULE\"");
        assertThat(act(operator, first, "schedule", "now")).isEqualTo(first + "?refused=WRONG_STATE");
        assertThat(act(operator, second, "schedule", "now")).isEqualTo(second + "?refused=NOT_APPROVED");
    }

    @Test
    void nobody_approves_what_they_have_written_in_whoever_handed_it_in() {
        String draft = begin(editor);
        Map<String, String> typed = complete();
        typed.put("description", "By an administrator.");
        post(admin, draft, typed, "save");
        typed.put("description", "By an editor, at last.");
        String promo = handIn(editor, draft, typed);
        assertThat(admin.get(promo).body())
                .contains("You have written in this promo", "data-act=\"RETURN\"")
                .doesNotContain("data-act=\"APPROVE\"");
        assertThat(act(admin, promo, "approve", "mine")).isEqualTo(promo + "?refused=OWN_PROMO");
        assertThat(admin.get(promo + "?refused=OWN_PROMO").body()).contains("somebody else has to approve it");
        assertThat(cms.value("SELECT COUNT(*) FROM promo WHERE id = ? AND review IS NULL", id(promo)))
                .isEqualTo("1");

        String handedIn = begin(editor);
        typed = complete();
        post(editor, handedIn, typed, "save");
        String other = handIn(admin, handedIn, typed);
        assertThat(act(admin, other, "approve", "mine")).isEqualTo(other + "?refused=OWN_PROMO");
        admin.get("/drafts");
        String copy = Visitor.location(admin.post("/drafts", Map.of("copy", id(other))));
        String copied = handIn(editor, copy, complete());
        assertThat(act(admin, copied, "approve", "mine"))
                .as("by way of a copy")
                .isEqualTo(copied + "?refused=OWN_PROMO");
        Visitor second = Visitor.of(cms, "berta", "ADMINISTRATOR");
        assertThat(act(second, other, "approve", "")).isEqualTo(other + "?done=APPROVE");
    }

    @Test
    void a_program_publishes_without_anybody() {
        String promo = "/promos/"
                + cms.post(
                                "/api/admin/promos",
                                """
                                {"name":"Made","description":"","opensAt":"%s","closesAt":"%s","items":[{"sku":"REVIEW-P",\
                                "name":"Thing","priceMinor":100,"currency":"CNY","published":10,"holdSeconds":600}]}"""
                                        .formatted(Instant.now(), Instant.now().plusSeconds(3600)))
                        .body()
                        .get("id")
                        .asLong();
        assertThat(act(operator, promo, "publish", "by a page")).isEqualTo("nowhere: 404");
        assertThat(cms.post("/api/admin" + promo + "/publish").status()).isEqualTo(200);
        assertThat(act(reviewer, promo, "return", "too late")).isEqualTo(promo + "?refused=WRONG_STATE");
        assertThat(state(promo)).isEqualTo("LIVE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EDITOR", "OPERATOR", "RISK", "AUDITOR"})
    void others_review_nothing(String role) {
        String promo = handIn(editor, begin(editor), complete());
        Visitor other = Visitor.of(cms, "other-" + role.toLowerCase(java.util.Locale.ROOT), role);
        assertThat(other.get(promo).body()).doesNotContain("data-act=\"APPROVE\"", "data-act=\"RETURN\"");
        other.get("/password");
        for (String act : new String[] {"approve", "return"}) {
            assertThat(other.post(promo + "/" + act, Map.of("why", "x")).statusCode())
                    .as(act)
                    .isEqualTo(403);
        }
        assertThat(cms.value("SELECT COUNT(*) FROM promo WHERE id = ? AND review IS NULL", id(promo)))
                .isEqualTo("1");
    }

    @Test
    void a_shop_of_one_person_approves_its_own() {
        try (Cms alone = Cms.start("flashsale.review=one").carrying()) {
            Visitor owner = Visitor.of(alone, "olivia", "ADMINISTRATOR");
            owner.get("/drafts");
            String draft = Visitor.location(owner.post("/drafts", Map.of()));
            String promo = handIn(owner, draft, complete());
            assertThat(owner.get(promo).body()).contains("data-act=\"APPROVE\"").doesNotContain("You have written");
            assertThat(act(owner, promo, "approve", "")).isEqualTo(promo + "?done=APPROVE");
            assertThat(act(owner, promo, "schedule", "mine")).isEqualTo(promo + "?done=SCHEDULE");
        }
    }

    private static String act(Visitor who, String promo, String act, String why) {
        who.get("/password");
        return Visitor.location(who.post(promo + "/" + act, Map.of("why", why)));
    }

    private static String begin(Visitor who) {
        who.get("/drafts");
        return Visitor.location(who.post("/drafts", Map.of()));
    }

    /** @return where the promo is that it became */
    private static String handIn(Visitor who, String draft, Map<String, String> typed) {
        String promo = Visitor.location(post(who, draft, typed, "handIn"));
        assertThat(promo).matches("/promos/\\d+\\?done=HANDIN");
        return promo.replaceFirst("\\?.*", "");
    }

    private static HttpResponse<String> post(Visitor who, String draft, Map<String, String> typed, String act) {
        Matcher version = Pattern.compile("name=\"version\" value=\"(\\d+)\"")
                .matcher(who.get(draft).body());
        assertThat(version.find()).isTrue();
        var form = new HashMap<>(typed);
        form.put("version", version.group(1));
        form.put("act", act);
        return who.post(draft, form);
    }

    private static Map<String, String> complete() {
        skus++;
        LocalDateTime opens = LocalDateTime.now(ZoneOffset.UTC)
                .plusDays(2)
                .withHour(20)
                .withMinute(0)
                .withSecond(0)
                .withNano(0);
        var typed = new HashMap<String, String>();
        typed.put("name", "Review " + skus);
        typed.put("description", "");
        typed.put("zone", "UTC");
        typed.put("opensAt", opens.toString());
        typed.put("closesAt", opens.plusHours(2).toString());
        typed.put("items[0].sku", "REVIEW-" + skus);
        typed.put("items[0].name", "Thing");
        typed.put("items[0].price", "19.99");
        typed.put("items[0].currency", "CNY");
        typed.put("items[0].published", "500");
        typed.put("items[0].hold", "15");
        typed.put("items[0].quantityLimit", "2");
        typed.put("items[0].minLevel", "");
        typed.put("items[0].levelLimits", "");
        return typed;
    }

    private static String state(String promo) {
        return cms.value("SELECT state FROM promo WHERE id = ?", id(promo));
    }

    private static String id(String path) {
        return path.replaceFirst(".*/", "");
    }
}
