package io.flashsale.cms.promo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import io.flashsale.cms.cdn.CdnPublisher;
import io.flashsale.cms.cdn.PublishedPages;
import io.flashsale.cms.eligibility.Lists;
import io.flashsale.cms.image.Images;
import io.flashsale.cms.stock.RedisEffects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps people from scheduling a promo, and what they are only told. */
class PreflightIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor operator;

    private static int promos;

    /** As the benchmarks write it. */
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path bench;

    @BeforeAll
    static void start() {
        cms = Cms.start("flashsale.bench-report=" + bench.resolve("all.json"));
        operator = Visitor.of(cms, "oleg", "OPERATOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @BeforeEach
    void whatWasOwedIsCarried() throws IOException {
        measured(20_000);
        cms.carryOnce();
    }

    @Test
    void where_all_is_fine_it_says_so_and_scheduling_goes_on() {
        String promo = approved("PF-FINE", 60, 3600, 600, "2", "Of clay.");
        picture("PF-FINE");
        assertThat(verdicts(promo))
                .containsOnlyKeys(
                        "window",
                        "skus",
                        "names",
                        "pictures",
                        "published",
                        "listPrice",
                        "lists",
                        "limits",
                        "holds",
                        "text",
                        "demand",
                        "pagesOfEdge",
                        "shop",
                        "clocks")
                .containsValues("FINE")
                .doesNotContainValue("LOOK")
                .doesNotContainValue("BAD");
        assertThat(schedule(promo)).startsWith(promo + "?").contains("done=SCHEDULE");
        assertThat(operator.get(promo).body()).doesNotContain("data-testid=\"preflight\"");
    }

    @Test
    void what_only_wants_a_look_is_scheduled_all_the_same() {
        String promo = approved("PF-LOOK", -5, 300, 600, "null", "");
        cms.rows("UPDATE promo_item SET list_price_minor = NULL, name_zh = NULL WHERE sku = 'PF-LOOK'");
        assertThat(verdicts(promo)).as("nothing has another name").containsEntry("names", "FINE");
        cms.rows("UPDATE promo SET name_en = 'Tea week' WHERE id = ?", id(promo));
        assertThat(verdicts(promo))
                .containsEntry("window", "LOOK")
                .containsEntry("names", "LOOK")
                .containsEntry("pictures", "LOOK")
                .containsEntry("listPrice", "LOOK")
                .containsEntry("limits", "LOOK")
                .containsEntry("holds", "LOOK")
                .containsEntry("text", "LOOK");
        assertThat(operator.get(promo).body())
                .contains("one may take them all:</span> <span class=\"number\">PF-LOOK<");
        assertThat(schedule(promo)).contains("done=SCHEDULE");
    }

    @Test
    void a_picture_that_shoppers_could_not_fetch_keeps_it_back() {
        String promo = approved("PF-PICTURE", 60, 3600, 600, "2", "x");
        String image = picture("PF-PICTURE");
        cms.rows("UPDATE image SET published_at = NULL WHERE id = ?", image);
        assertThat(verdicts(promo)).containsEntry("published", "BAD").containsEntry("pictures", "FINE");
        assertThat(schedule(promo)).isEqualTo(promo + "?refused=NOT_FIT");
        cms.rows("UPDATE image SET published_at = UTC_TIMESTAMP(3) WHERE id = ?", image);
        assertThat(schedule(promo)).contains("done=SCHEDULE");
    }

    @Test
    void those_who_are_expected_are_set_against_what_was_measured() throws IOException {
        String promo = approved("PF-DEMAND", 60, 3600, 600, "2", "x");
        assertThat(verdicts(promo)).as("20,000/s within five seconds").containsEntry("demand", "FINE");
        assertThat(operator.get(promo).body())
                .contains("20,000/s : 20,000/s (2026-11-30)", "data-testid=\"expected\">100,000<");
        measured(19_999);
        assertThat(verdicts(promo)).containsEntry("demand", "LOOK");
        for (String broken : List.of(
                "",
                "{",
                "{\"title\":\"Benchmark `all`, soon\",\"series\":[]}",
                REPORT.formatted(20_000.0, "").replace("refusals in a stampede", "another"))) {
            Files.writeString(bench.resolve("all.json"), broken);
            assertThat(verdicts(promo))
                    .as("%s", broken)
                    .containsEntry("demandUnmeasured", "LOOK")
                    .doesNotContainKey("demand");
        }
        Files.delete(bench.resolve("all.json"));
        assertThat(verdicts(promo)).containsEntry("demandUnmeasured", "LOOK");
        cms.rows("UPDATE promo SET expected_buyers = NULL WHERE id = ?", id(promo));
        assertThat(verdicts(promo)).containsEntry("demandUnsaid", "LOOK");
        assertThat(schedule(promo)).contains("done=SCHEDULE");
    }

    @Test
    void what_is_said_of_it_is_looked_for_where_shoppers_fetch_it_once_it_is_approved() throws IOException {
        String promo = approved("PF-TEXT", 60, 3600, 600, "2", "Of clay.");
        assertThat(verdicts(promo)).containsEntry("text", "FINE");
        cms.rows("UPDATE promo SET text_name = '' WHERE id = ?", id(promo));
        assertThat(verdicts(promo)).containsEntry("textHidden", "LOOK").doesNotContainKey("text");
        Path blocked = Files.createFile(bench.resolve("blocked"));
        for (String place : List.of(blocked.toString(), "")) {
            try (Cms other = Cms.start("flashsale.cdn-directory=" + place)) {
                Visitor visitor = Visitor.of(other, "oleg", "OPERATOR");
                String same = proposed(other, "PF-TEXT", 60, 3600, 600, "2", "Of clay.");
                assertThat(verdicts(visitor, same))
                        .as("nothing is published before")
                        .containsEntry(place.isEmpty() ? "textNowhere" : "text", place.isEmpty() ? "LOOK" : "FINE");
                other.rows(
                        "UPDATE promo SET review = 'APPROVED', reviewed_by = 'rosa', reviewed_at = UTC_TIMESTAMP(3)"
                                + " WHERE id = ?",
                        id(same));
                assertThat(verdicts(visitor, same))
                        .containsEntry(place.isEmpty() ? "textNowhere" : "textWaits", "LOOK")
                        .doesNotContainKey("text");
            }
        }
    }

    @Test
    void a_list_on_which_nobody_has_an_account_keeps_it_back() {
        String promo = approved("PF-LIST", 60, 3600, 600, "2", "x");
        cms.rows("INSERT INTO eligibility_list (name, members, kept_by, kept_at)"
                + " VALUES ('guests', 2, 'edith', UTC_TIMESTAMP(3))");
        cms.rows("INSERT INTO eligibility_member SELECT MAX(id), 'pf-a' FROM eligibility_list UNION ALL"
                + " SELECT MAX(id), 'pf-b' FROM eligibility_list");
        cms.rows("UPDATE promo_item SET list_id = (SELECT MAX(id) FROM eligibility_list) WHERE sku = 'PF-LIST'");
        assertThat(verdicts(promo)).containsEntry("lists", "BAD");
        assertThat(schedule(promo)).isEqualTo(promo + "?refused=NOT_FIT");
        cms.rows("INSERT INTO buyer (user_id, level, created_at) VALUES ('pf-b', 1, UTC_TIMESTAMP(3))");
        assertThat(verdicts(promo)).containsEntry("lists", "FINE");
        assertThat(schedule(promo)).contains("done=SCHEDULE");
    }

    @Test
    void an_item_that_another_promo_sells_keeps_it_back_until_that_one_ends() {
        String first = approved("PF-TWICE", 60, 3600, 600, "2", "x");
        schedule(first);
        cms.carryOnce();
        String second = approved("PF-TWICE", 60, 3600, 600, "2", "x");
        assertThat(verdicts(second)).containsEntry("skus", "BAD");
        assertThat(schedule(second)).isEqualTo(second + "?refused=NOT_FIT");
        assertThat(operator.get(second + "?refused=NOT_FIT").body())
                .contains("Nothing was changed.", "end that one first:</span> <span class=\"number\">PF-TWICE<");
        assertThat(cms.post("/api/admin" + first + "/end").status()).isIn(200, 202);
        cms.carryOnce();
        assertThat(schedule(second)).contains("done=SCHEDULE");
    }

    @Test
    void while_the_shop_does_not_hear_of_changes_nothing_is_scheduled() {
        schedule(approved("PF-OWED", 60, 3600, 600, "2", "x"));
        String promo = approved("PF-DEAF", 60, 3600, 600, "2", "x");
        assertThat(verdicts(promo)).as("a change of just now").containsEntry("shop", "FINE");
        cms.rows("UPDATE redis_effect SET not_before = UTC_TIMESTAMP(3) - INTERVAL 7 SECOND WHERE applied_at IS NULL");
        assertThat(verdicts(promo)).containsEntry("shop", "LOOK");
        cms.rows("UPDATE redis_effect SET not_before = UTC_TIMESTAMP(3) - INTERVAL 31 SECOND WHERE applied_at IS NULL");
        assertThat(verdicts(promo)).containsEntry("shop", "BAD");
        assertThat(schedule(promo)).isEqualTo(promo + "?refused=NOT_FIT");
        cms.carryOnce();
        assertThat(schedule(promo)).contains("done=SCHEDULE");
    }

    @Test
    void a_window_that_is_over_is_no_window() {
        String promo = approved("PF-OVER", -10, 3600, 600, "2", "x");
        cms.rows("UPDATE promo SET closes_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ?", id(promo));
        assertThat(verdicts(promo)).containsEntry("window", "BAD");
        assertThat(schedule(promo)).isEqualTo(promo + "?refused=NOT_FIT");
    }

    @ParameterizedTest
    @CsvSource({"-500, BAD", "0, FINE", "500, BAD"})
    void clocks_that_are_apart_are_said_to_be(long apartMs, Preflight.Verdict verdict) {
        String promo = approved("PF-CLOCK", 60, 3600, 600, "2", "x");
        var preflight = new Preflight(
                cms.part(ItemMapper.class),
                cms.part(PromoMapper.class),
                cms.part(RedisEffects.class),
                cms.part(Images.class),
                cms.part(Lists.class),
                cms.part(CdnPublisher.class),
                cms.part(Capacity.class),
                cms.part(PublishedPages.class),
                Clock.offset(Clock.systemUTC(), Duration.ofMillis(apartMs)));
        PromoView view = cms.part(Promos.class).get(Long.parseLong(id(promo)));
        assertThat(preflight.of(view))
                .filteredOn(check -> check.key().equals("clocks"))
                .extracting(Preflight.Check::verdict)
                .containsExactly(verdict);
    }

    private static final String REPORT =
            """
            {"title":"Benchmark `all`, 2026-11-30","conditions":{},"marks":[],"series":[\
            {"name":"sold out","unit":"PER_SECOND","median":82551},\
            {"name":"refusals in a stampede","unit":"PER_SECOND","median":16077,"offeredPerSecond":[20597.4,%s,1],\
            "codes":{"ALL_RESERVED":270000,"RESERVED":30000%s}}]}""";

    private static void measured(double perSecond) throws IOException {
        Files.writeString(bench.resolve("all.json"), REPORT.formatted(perSecond, ""));
    }

    private static Map<String, String> verdicts(String promo) {
        return verdicts(operator, promo);
    }

    private static Map<String, String> verdicts(Visitor who, String promo) {
        return Pattern.compile("data-check=\"([a-zA-Z]+)\" data-verdict=\"([A-Z]+)\"")
                .matcher(who.get(promo).body())
                .results()
                .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
    }

    private static String schedule(String promo) {
        operator.get(promo);
        return Visitor.location(operator.post(promo + "/schedule", Map.of("why", "it is time")));
    }

    /** As {@link #proposed}, by the CMS of all these tests; what is said of it is where it belongs. */
    private static String approved(String sku, int opens, int seconds, int hold, String limit, String text) {
        String promo = proposed(cms, sku, opens, seconds, hold, limit, text);
        cms.rows(
                "UPDATE promo SET review = 'APPROVED', reviewed_by = 'rosa', reviewed_at = UTC_TIMESTAMP(3),"
                        + " text_name = REPEAT('7e', 16) WHERE id = ?",
                id(promo));
        return promo;
    }

    /** @param opens in so many seconds; @param limit JSON */
    private static String proposed(Cms where, String sku, int opens, int seconds, int hold, String limit, String text) {
        promos++;
        Instant from = Instant.now().plusSeconds(opens);
        return "/promos/"
                + where.post(
                                "/api/admin/promos",
                                """
                                {"name":"Promo %d","description":"%s","expectedBuyers":100000,"opensAt":"%s","closesAt":"%s",\
                                "items":[{"sku":"%s","name":"Thing","nameZh":"东西",\
                                "priceMinor":100,"listPriceMinor":200,"currency":"CNY","published":10,"holdSeconds":%d,"quantityLimit":%s}]}"""
                                        .formatted(promos, text, from, from.plusSeconds(seconds), sku, hold, limit))
                        .body()
                        .get("id")
                        .asLong();
    }

    /** @return the number of the one that the items of this SKU have from now on */
    private static String picture(String sku) {
        cms.rows("INSERT INTO image (name, widths, alt_zh, alt_en, uploaded_by, uploaded_at, published_at)"
                + " VALUES (REPEAT('5f', 16), '320,640', '茶', 'tea', 'edith', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
        cms.rows("UPDATE promo_item SET image_id = (SELECT MAX(id) FROM image) WHERE sku = ?", sku);
        return cms.value("SELECT MAX(id) FROM image");
    }

    private static String id(String path) {
        return path.replaceFirst(".*/", "");
    }
}
