package io.flashsale.cms.draft;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.promo.DraftRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DraftReadingTest {

    @Test
    void what_is_typed_right_is_read_as_it_is_meant() {
        var reading =
                new DraftReading(form("Asia/Shanghai", "2026-12-01T20:00", item("19.99", "cny", "90s", "1=2, 5=10")));
        assertThat(reading.mistakes()).isEmpty();
        DraftRequest request = reading.request();
        assertThat(request.opensAt()).isEqualTo("2026-12-01T12:00:00Z");
        assertThat(request.zone()).isEqualTo("Asia/Shanghai");
        DraftRequest.Item item = only(request);
        assertThat(item.priceMinor()).isEqualTo(1999);
        assertThat(item.currency()).isEqualTo("CNY");
        assertThat(item.published()).isEqualTo(100);
        assertThat(item.holdSeconds()).isEqualTo(90);
        assertThat(item.quantityLimit()).isNull();
        assertThat(item.levelLimits()).isEqualTo(Map.of("1", 2, "5", 10));
    }

    @ParameterizedTest
    @CsvSource({
        "0, CNY, 0",
        "5, CNY, 500",
        "0.5, CNY, 50",
        "1000, JPY, 1000",
        "1.234, KWD, 1234",
        "999999999999, CNY, 99999999999900"
    })
    void a_price_is_exact_in_its_currency(String typed, String currency, long minor) {
        var reading = new DraftReading(form("UTC", "2026-12-01T20:00", item(typed, currency, "30", "")));
        assertThat(only(reading.request()).priceMinor()).isEqualTo(minor);
        assertThat(reading.mistakes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'', ", "29.99, 2999"})
    void a_list_price_may_be_left_open(String typed, @Nullable Long minor) {
        var reading = new DraftReading(
                form("UTC", "2026-12-01T20:00", item("19.99", "CNY", "30", "").with(Map.of("listPrice", typed))));
        assertThat(reading.mistakes()).isEmpty();
        assertThat(only(reading.request()).listPriceMinor()).isEqualTo(minor);
        var wrong = new DraftReading(
                form("UTC", "2026-12-01T20:00", item("19.99", "CNY", "30", "").with(Map.of("listPrice", "29.999"))));
        assertThat(wrong.mistakes()).isEqualTo(Map.of("items[0].listPrice", "rule.items.listPrice"));
    }

    @ParameterizedTest
    @CsvSource({
        "19.999, CNY",
        "1.5, JPY",
        "'1,5', CNY",
        "-1, CNY",
        "1e3, CNY",
        "'', CNY",
        "NaN, CNY",
        "9999999999999, CNY"
    })
    void a_price_that_its_currency_has_no_coins_for_is_none(String typed, String currency) {
        var reading = new DraftReading(form("UTC", "2026-12-01T20:00", item(typed, currency, "30", "")));
        assertThat(reading.mistakes()).containsExactly(Map.entry("items[0].price", "rule.items.price"));
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin, 2027-03-28T02:30, rule.gap",
        "Europe/Berlin, 2027-10-31T02:30, rule.overlap",
        "Europe/Berlin, 2027-02-30T02:30, rule.opensAt",
        "Europe/Berlin, tomorrow, rule.opensAt",
        "Europe/Berlin, '', rule.opensAt"
    })
    void a_time_that_is_not_or_comes_twice_is_refused(String zone, String typed, String rule) {
        var reading = new DraftReading(form(zone, typed, item("1", "CNY", "30", "")));
        assertThat(reading.mistakes()).containsExactly(Map.entry("opensAt", rule));
        assertThat(reading.request().opensAt()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "CST", "GMT+8", "Mars/Olympus", "asia/shanghai", "../etc"})
    void a_zone_is_one_of_the_list(String zone) {
        var reading = new DraftReading(form(zone, "2026-12-01T20:00", item("1", "CNY", "30", "")));
        assertThat(reading.mistakes()).containsExactly(Map.entry("zone", "rule.zone"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1=", "=2", "1=2=3", "1=2, 1=3", "01=2, 1=3", "a=1", "1=-1", "1=2,", "1=2 5=3", ","})
    void limits_by_level_are_pairs_each_level_once(String typed) {
        var reading = new DraftReading(form("UTC", "2026-12-01T20:00", item("1", "CNY", "30", typed)));
        assertThat(reading.mistakes()).containsExactly(Map.entry("items[0].levelLimits", "rule.items.levelLimits"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1.5", "30m", "-1", "999999", "90 s"})
    void a_hold_is_minutes_or_seconds(String typed) {
        var reading = new DraftReading(form("UTC", "2026-12-01T20:00", item("1", "CNY", typed, "")));
        assertThat(reading.mistakes()).containsExactly(Map.entry("items[0].hold", "rule.items.hold"));
    }

    private static DraftRequest.Item only(DraftRequest request) {
        return Objects.requireNonNull(Objects.requireNonNull(request.items()).get(0));
    }

    private static DraftForm.Item item(String price, String currency, String hold, String levelLimits) {
        return new DraftForm.Item(
                "SKU-1", "A thing", "", "", price, "", currency, "100", hold, "", "", levelLimits, "", "");
    }

    private static DraftForm form(String zone, String opens, DraftForm.Item... items) {
        return new DraftForm("A promo", "", "", "", "", "", zone, opens, "2026-12-02T20:00", "", List.of(items));
    }
}
