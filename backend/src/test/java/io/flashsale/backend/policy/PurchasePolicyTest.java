package io.flashsale.backend.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.backend.stock.Item;
import io.flashsale.contract.Code;
import io.flashsale.contract.StockKeys;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PurchasePolicyTest {

    private static final Account ACTIVE = new Account("u", 2, "ACTIVE");

    private static Item item(int minLevel) {
        return new Item(
                1, "S", "n", null, null, 1, "p", null, null, null, "LIVE", 0, 1, 1, 1, null, "CNY", null, null, null,
                null, minLevel, null, null, null, null, "-", 10, 10, 0, 0, 0, 0, 1, 1, true);
    }

    private static @Nullable Code judge(int quantity, @Nullable Account account, @Nullable Item item, String limits) {
        return PurchasePolicy.refusal(
                new Request(new StockKeys("S", 1, 1), "u", 9, quantity), account, item, Limits.parse(limits));
    }

    @Test
    void no_policy_row_means_allowed() {
        assertThat(judge(100, ACTIVE, item(0), "-")).isNull();
    }

    @Test
    void only_active_accounts_buy() {
        assertThat(judge(1, null, item(0), "-")).isEqualTo(Code.NOT_ELIGIBLE);
        assertThat(judge(1, new Account("u", 2, "BLOCKED"), item(0), "-")).isEqualTo(Code.NOT_ELIGIBLE);
    }

    @Test
    void the_accounts_level_must_reach_the_items() {
        assertThat(judge(1, ACTIVE, item(2), "-")).isNull();
        assertThat(judge(1, ACTIVE, item(3), "-")).isEqualTo(Code.NOT_ELIGIBLE);
    }

    @Test
    void the_limit_is_that_of_the_accounts_level_or_the_items() {
        assertThat(judge(2, ACTIVE, item(0), "2")).isNull();
        assertThat(judge(3, ACTIVE, item(0), "2")).isEqualTo(Code.LIMIT_REACHED);
        assertThat(judge(3, ACTIVE, item(0), "2;2=5;9=1")).isNull();
        assertThat(judge(6, ACTIVE, item(0), "-;2=5")).isEqualTo(Code.LIMIT_REACHED);
        assertThat(judge(1, ACTIVE, item(0), "5;2=0")).isEqualTo(Code.NOT_ELIGIBLE);
    }

    @Test
    void an_item_that_mysql_does_not_know_is_not_sold() {
        assertThat(judge(1, ACTIVE, null, "-")).isEqualTo(Code.UNKNOWN_SKU);
    }

    @Test
    void limits_are_read_as_the_function_library_reads_them() {
        var limits = Limits.parse("2;3=5;4=0");
        assertThat(limits.of(1)).isEqualTo(2);
        assertThat(limits.of(3)).isEqualTo(5);
        assertThat(limits.of(4)).isZero();
        assertThat(Limits.parse("-").of(1)).isNull();
        assertThat(Limits.stricter(1, 2)).isTrue();
        assertThat(Limits.stricter(1, null)).isTrue();
        assertThat(Limits.stricter(2, 2)).isFalse();
        assertThat(Limits.stricter(null, 1)).isFalse();
    }
}
