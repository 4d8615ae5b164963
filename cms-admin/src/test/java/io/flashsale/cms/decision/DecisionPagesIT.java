package io.flashsale.cms.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who asks why somebody was refused finds the answer, and what kept them out when it was given. */
class DecisionPagesIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor risk;

    @BeforeAll
    static void start() {
        cms = Cms.start();
        risk = Visitor.of(cms, "rick", "RISK");
        answered("00000000000000a1", "BLACKLISTED", "'u1'", "'203.0.113.7'", "4102444800000", "INTERVAL 0 SECOND");
        answered("00000000000000a2", "SOLD_OUT", "NULL", "'203.0.113.7'", "NULL", "INTERVAL 0 SECOND");
        answered("00000000000000a3", "BLACKLISTED", "NULL", "'2001:db8:1:2::9'", "0", "INTERVAL 2 HOUR");
        listed("account", "u1", "rule:account-requests", "INTERVAL 1 MINUTE", "INTERVAL 5 MINUTE", "NULL");
        listed("account", "u1", "alice, long ago", "INTERVAL 9 HOUR", "INTERVAL -8 HOUR", "NULL");
        listed("network", "203.0.112.0/20", "bob", "INTERVAL 1 MINUTE", "INTERVAL 5 HOUR", "NULL");
        listed("network", "203.0.114.0/24", "a neighbour", "INTERVAL 1 MINUTE", "INTERVAL 5 HOUR", "NULL");
        listed("network", "2001:db8:1::/48", "carol", "INTERVAL 3 HOUR", "INTERVAL 5 HOUR", "INTERVAL 1 HOUR");
        listed("network", "2001:db8::/32", "lifted before", "INTERVAL 5 HOUR", "INTERVAL 5 HOUR", "INTERVAL 4 HOUR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    private static void answered(String trace, String code, String user, String address, String ends, String ago) {
        cms.rows("INSERT INTO decision (trace_id, code, sku, user_id, address, ends, node, decided_at) VALUES ('"
                + trace
                + "', '" + code + "', 'TEA', " + user + ", " + address + ", " + ends + ", 'edge-1', UTC_TIMESTAMP(3) - "
                + ago + ")");
    }

    private static void listed(String kind, String value, String source, String ago, String until, String liftedAgo) {
        cms.rows(
                "INSERT INTO blacklist_entry (kind, value, reason, source, created_at, expires_at, lifted_at) VALUES ('"
                        + kind + "', '" + value + "', 'because of " + source + "', '" + source
                        + "', UTC_TIMESTAMP(3) - " + ago
                        + ", UTC_TIMESTAMP(3) + " + until + ", "
                        + (liftedAgo.equals("NULL") ? "NULL" : "UTC_TIMESTAMP(3) - " + liftedAgo) + ")");
    }

    private static String page(String word) {
        return risk.get("/decisions?word=" + URLEncoder.encode(word, StandardCharsets.UTF_8))
                .body();
    }

    @Test
    void a_trace_id_leads_to_the_answer_and_to_all_that_kept_them_out_then_and_nothing_else() {
        String page = page(" 00000000000000a1 ");
        assertThat(page)
                .contains(
                        "data-trace=\"00000000000000a1\"",
                        "BLACKLISTED",
                        "was on the blacklist",
                        "because of rule:account-requests",
                        "because of bob",
                        "edge-1",
                        "TEA")
                .doesNotContain("long ago", "neighbour", "00000000000000a2");
        assertThat(page("000000000000000000000000000000a1")).contains("data-trace=\"00000000000000a1\"");
    }

    @Test
    void an_entry_that_was_lifted_since_is_named_and_one_that_was_lifted_before_is_not() {
        assertThat(page("00000000000000a3"))
                .contains("because of carol", "lifted")
                .doesNotContain("lifted before");
    }

    @Test
    void an_account_and_an_address_in_any_spelling_lead_to_their_last_answers() {
        assertThat(page("u1")).contains("data-trace=\"00000000000000a1\"").doesNotContain("00000000000000a2");
        assertThat(page("::ffff:203.0.113.7"))
                .contains("data-trace=\"00000000000000a1\"", "data-trace=\"00000000000000a2\"", "Every unit was sold.");
        assertThat(page("2001:DB8:1:2:0:0:0:9")).contains("data-trace=\"00000000000000a3\"");
    }

    @Test
    void a_trace_id_of_an_order_leads_to_the_order_which_auditors_may_open() {
        cms.rows(
                "INSERT INTO orders (id, promo_id, promo_item_id, sku, user_id, user_level, quantity, price_minor, currency,"
                        + " promo_version, state, epoch, seq, trace_id, created_at, pay_before, updated_at) VALUES ('1-abc', 1, 1, 'TEA',"
                        + " 'u9', 1, 1, 100, 'CNY', 1, 'PAID', 1, 1, '00000000000000b1', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),"
                        + " UTC_TIMESTAMP(3))");
        assertThat(page("00000000000000b1")).contains("1-abc").doesNotContain("/orders/1-abc", "data-testid=\"none\"");
        assertThat(Visitor.of(cms, "audrey", "AUDITOR")
                        .get("/decisions?word=00000000000000b1")
                        .body())
                .contains("/orders/1-abc");
    }

    @Test
    void what_is_not_there_is_said_and_what_cannot_be_a_word_of_it_is_nothing() {
        assertThat(page("00000000000000ff")).contains("data-testid=\"none\"", "Nothing is kept under that");
        assertThat(page("茶")).contains("data-testid=\"none\"");
        assertThat(page("' OR 1=1")).contains("data-testid=\"none\"");
        assertThat(risk.get("/decisions").body()).doesNotContain("data-testid=\"none\"");
        assertThat(risk.get("/decisions?word=00000000000000a1&lang=zh-CN").body())
                .contains("在黑名单中");
        risk.get("/decisions?lang=en");
    }
}
