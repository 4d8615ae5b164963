package io.flashsale.cms.promo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.web.Violation;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DraftRulesTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @Test
    void a_plain_promo_passes_as_it_was_written() {
        var reading =
                DraftRules.read(request("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", item("SKU0001", 1000)), NOW);

        assertThat(reading.violations()).isEmpty();
        assertThat(reading.promo().opens()).isEqualTo(NOW.toEpochMilli());
        ItemRow row = reading.items().get(0);
        assertThat(row.sku).isEqualTo("SKU0001");
        assertThat(row.planned).isEqualTo(1000);
        assertThat(row.published).isZero();
        assertThat(row.available).isZero();
        assertThat(row.live).isNull();
    }

    @Test
    void times_with_an_offset_mean_the_same_instant() {
        var reading = DraftRules.read(request("2026-11-20T20:00:00+08:00", "2026-11-20T13:00:00Z", item("A", 1)), NOW);

        assertThat(reading.violations()).isEmpty();
        assertThat(reading.promo().opens()).isEqualTo(NOW.toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-20T13:00:00Z, 2026-11-20T13:00:00Z, closesAt must be after opensAt",
        "2026-11-20T14:00:00Z, 2026-11-20T13:00:00Z, closesAt must be after opensAt",
        "2026-11-20T10:00:00Z, 2026-11-20T12:00:00Z, closesAt has already passed",
        "2026-11-20T10:00:00Z, 2028-11-20T12:00:00Z, closesAt must be within 366 days",
        "2028-11-20T10:00:00Z, 2028-11-20T12:00:00Z, opensAt must be within 366 days",
        "tomorrow, 2026-11-20T13:00:00Z, opensAt must be a time like",
        "2026-11-20 12:00, 2026-11-20T13:00:00Z, opensAt must be a time like",
        ", 2026-11-20T13:00:00Z, opensAt must be a time like",
        "2026-11-20T12:00:00Z, +292278994-08-17T07:12:55.807Z, closesAt must be a time like",
    })
    void a_window_that_cannot_be_is_refused(@Nullable String opens, String closes, String sentence) {
        var reading = DraftRules.read(request(opens, closes, item("A", 1)), NOW);

        assertThat(reading.violations())
                .singleElement()
                .extracting(Violation::sentence)
                .asString()
                .startsWith(sentence);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 10_000_001, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void stock_outside_its_bounds_is_refused(int stock) {
        assertThat(problemsOf(item("A", stock)))
                .containsExactly("items[0].published must be 1 to 10000000, not " + stock + ".");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10_000_000})
    void stock_at_its_bounds_passes(int stock) {
        assertThat(problemsOf(item("A", stock))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:b", "a|b", "ü", "a/../b", "x'; DROP TABLE promo; --"})
    void a_sku_of_other_characters_is_refused(String sku) {
        assertThat(problemsOf(item(sku, 1)))
                .singleElement()
                .asString()
                .startsWith("items[0].sku must be 1 to 64 of A-Z a-z 0-9 _ -");
    }

    @Test
    void a_sku_is_64_characters_at_most_and_not_the_catalogues_own_field() {
        assertThat(problemsOf(item("a".repeat(64), 1))).isEmpty();
        assertThat(problemsOf(item("a".repeat(65), 1))).hasSize(1);
        assertThat(problemsOf(item("version", 1))).singleElement().asString().contains("which the catalogue keeps");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cny", "XYZ", "", "CNYY", "¥"})
    void a_currency_that_is_none_is_refused(String currency) {
        var item = new DraftRequest.Item("A", "A", null, null, 1L, null, currency, 1, 60, null, null, null, null, null);

        assertThat(problemsOf(item)).singleElement().asString().startsWith("items[0].currency must be a currency");
    }

    @Test
    void prices_holds_limits_and_levels_have_bounds() {
        var item =
                new DraftRequest.Item("A", "A", null, null, -1L, null, "CNY", 1, 0, 0, -1, Map.of("x", 1), null, null);

        assertThat(problemsOf(item))
                .containsExactly(
                        "items[0].priceMinor must be 0 to 100000000000, not -1.",
                        "items[0].holdSeconds must be 1 to 86400, not 0.",
                        "items[0].quantityLimit must be 1 to 10000, not 0.",
                        "items[0].minLevel must be 0 to 1000, not -1.",
                        "items[0].levelLimits must be keyed by levels 0 to 1000.");
    }

    @ParameterizedTest
    @CsvSource({
        "1998, 'items[0].listPriceMinor must be more than priceMinor (1999), not 1998.'",
        "1999, 'items[0].listPriceMinor must be more than priceMinor (1999), not 1999.'",
        "-1, 'items[0].listPriceMinor must be 0 to 100000000000, not -1.'",
        "100000000001, 'items[0].listPriceMinor must be 0 to 100000000000, not 100000000001.'",
    })
    void a_list_price_is_more_than_the_price(long listPrice, String problem) {
        assertThat(problemsOf(new DraftRequest.Item(
                        "A", "A", null, null, 1999L, listPrice, "CNY", 1, 60, null, null, null, null, null)))
                .containsExactly(problem);
        var more =
                new DraftRequest.Item("A", "A", null, null, 1999L, 2000L, "CNY", 1, 60, null, null, null, null, null);
        assertThat(problemsOf(more)).isEmpty();
    }

    @Test
    void names_for_one_language_may_be_left_out_and_are_names() {
        var item = new DraftRequest.Item("A", "A", " 茶壶 ", " ", 1L, null, "CNY", 1, 60, null, null, null, null, null);
        ItemRow row = DraftRules.read(request("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", item), NOW)
                .items()
                .get(0);
        assertThat(row.nameZh).isEqualTo("茶壶");
        assertThat(row.nameEn).isNull();
        var odd = new DraftRequest.Item(
                "A", "A", "壶".repeat(121), "a\u0000b", 1L, null, "CNY", 1, 60, null, null, null, null, null);
        assertThat(problemsOf(odd))
                .containsExactly(
                        "items[0].nameZh must be at most 120 characters.",
                        "items[0].nameEn must not have control characters.");
    }

    @Test
    void a_hold_of_one_second_and_of_a_day_pass() {
        assertThat(problemsOf(new DraftRequest.Item(
                        "A", "A", null, null, 0L, null, "CNY", 1, 1, null, null, null, null, null)))
                .isEmpty();
        assertThat(problemsOf(new DraftRequest.Item(
                        "A", "A", null, null, 0L, null, "CNY", 1, 86_400, null, null, null, null, null)))
                .isEmpty();
    }

    @Test
    void whatever_is_missing_is_named() {
        var reading = DraftRules.read(
                new DraftRequest(
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(new DraftRequest.Item(
                                null, null, null, null, null, null, null, null, null, null, null, null, null, null)),
                        null),
                NOW);

        assertThat(reading.violations())
                .extracting(Violation::field)
                .containsExactly(
                        "name",
                        "opensAt",
                        "closesAt",
                        "items[0].sku",
                        "items[0].name",
                        "items[0].priceMinor",
                        "items[0].currency",
                        "items[0].published",
                        "items[0].holdSeconds");
    }

    @Test
    void a_zone_is_one_of_the_list_or_utc() {
        assertThat(zone(null).promo().zone).isEqualTo("UTC");
        assertThat(zone("Asia/Shanghai").promo().zone).isEqualTo("Asia/Shanghai");
        assertThat(zone("CST").violations()).extracting(Violation::field).containsExactly("zone");
    }

    @Test
    void how_many_are_expected_may_be_said() {
        assertThat(expected(null).promo().expectedBuyers).isNull();
        assertThat(expected(100_000_000).promo().expectedBuyers).isEqualTo(100_000_000);
        for (int odd : new int[] {0, -1, 100_000_001}) {
            assertThat(expected(odd).violations())
                    .extracting(Violation::sentence)
                    .containsExactly("expectedBuyers must be 1 to 100000000, not " + odd + ".");
        }
    }

    private static DraftRules.Reading expected(@Nullable Integer buyers) {
        return DraftRules.read(
                new DraftRequest(
                        "A promo",
                        null,
                        null,
                        "",
                        null,
                        null,
                        "2026-11-20T12:00:00Z",
                        "2026-11-20T13:00:00Z",
                        null,
                        buyers,
                        List.of(item("A", 1)),
                        null),
                NOW);
    }

    private static DraftRules.Reading zone(@Nullable String zone) {
        return DraftRules.read(
                new DraftRequest(
                        "A promo",
                        null,
                        null,
                        "",
                        null,
                        null,
                        "2026-11-20T12:00:00Z",
                        "2026-11-20T13:00:00Z",
                        zone,
                        null,
                        List.of(item("A", 1)),
                        null),
                NOW);
    }

    @Test
    void a_promo_has_items_and_each_sku_once() {
        assertThat(problemsOf()).singleElement().asString().startsWith("items must be 1 to 100 items");
        assertThat(problemsOf(item("A", 1), item("B", 1), item("A", 1)))
                .containsExactly("items[2].sku is A, which is in this promo already.");
        assertThat(problemsOf((DraftRequest.Item) null)).containsExactly("items[0] must be an item, not null.");
    }

    @Test
    void control_characters_stay_out_of_names_and_line_breaks_only_in_descriptions() {
        var reading = DraftRules.read(
                new DraftRequest(
                        "a\u0000b",
                        null,
                        null,
                        "one\ntwo",
                        " \n",
                        "three\nfour",
                        "2026-11-20T12:00:00Z",
                        "2026-11-20T13:00:00Z",
                        null,
                        null,
                        List.of(item("A", 1)),
                        null),
                NOW);

        assertThat(reading.violations()).extracting(Violation::field).containsExactly("name");
        assertThat(reading.promo().description).isEqualTo("one\ntwo");
        assertThat(reading.promo().descriptionZh).isNull();
        assertThat(reading.promo().descriptionEn).isEqualTo("three\nfour");
    }

    @Test
    void level_limits_are_packed_in_order_and_none_is_not_the_same_as_nothing_said() {
        assertThat(limits(Map.of("10", 3, "2", 5))).isEqualTo("2=5;10=3");
        assertThat(limits(Map.of())).isEmpty();
        assertThat(limits(null)).isNull();
        assertThat(LevelLimits.unpack("2=5;10=3").byLevel()).containsExactly(Map.entry(2, 5), Map.entry(10, 3));
        assertThat(LevelLimits.unpack("").byLevel()).isEmpty();
    }

    private static @Nullable String limits(@Nullable Map<String, Integer> limits) {
        var item = new DraftRequest.Item("A", "A", null, null, 1L, null, "CNY", 1, 60, 1, 0, limits, null, null);
        return DraftRules.read(request("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", item), NOW)
                .items()
                .get(0)
                .levelLimits;
    }

    private static DraftRequest.Item item(String sku, int stock) {
        return new DraftRequest.Item(
                sku, "An item", null, null, 1999L, null, "CNY", stock, 1800, 2, 0, null, null, null);
    }

    private static List<String> problemsOf(DraftRequest.@Nullable Item... items) {
        return DraftRules.read(request("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", items), NOW)
                .violations()
                .stream()
                .map(Violation::sentence)
                .toList();
    }

    private static DraftRequest request(
            @Nullable String opens, @Nullable String closes, DraftRequest.@Nullable Item... items) {
        return new DraftRequest(
                "A promo", null, null, "", null, null, opens, closes, null, null, Arrays.asList(items), null);
    }
}
