package io.flashsale.cms.promo;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Cms.Answer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of promos over real HTTP and a real MySQL, with the backend's carrying played. */
class PromosIT {

    private static final Instant OPENS = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final Instant CLOSES = OPENS.plus(1, ChronoUnit.HOURS);

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    private static int skus;

    @BeforeAll
    static void start() {
        cms = Cms.start("flashsale.carry-wait=5s").carrying();
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void a_draft_is_stored_as_it_was_sent_and_puts_nothing_on_sale() {
        String sku = newSku();
        Answer answer = cms.post("/api/admin/promos", draft(item(sku, 1000)));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.raw().headers().firstValue("Location"))
                .contains("/api/admin/promos/" + answer.body().get("id").asLong());
        assertThat(answer.body().get("state").asString()).isEqualTo("DRAFT");
        assertThat(answer.body().get("opensAt").asString()).isEqualTo(OPENS.toString());
        assertThat(answer.body().has("carried")).isFalse();
        assertThat(cms.rows(
                        """
                        SELECT name, price_minor, currency, planned, published, available, held, sold, hold_seconds,
                               quantity_limit, min_level, live, epoch, version FROM promo_item WHERE sku = ?""",
                        sku))
                .containsExactly(Map.ofEntries(
                        Map.entry("name", "An item"),
                        Map.entry("price_minor", "1999"),
                        Map.entry("currency", "CNY"),
                        Map.entry("planned", "1000"),
                        Map.entry("published", "0"),
                        Map.entry("available", "0"),
                        Map.entry("held", "0"),
                        Map.entry("sold", "0"),
                        Map.entry("hold_seconds", "1800"),
                        Map.entry("quantity_limit", "2"),
                        Map.entry("min_level", "0"),
                        Map.entry("live", "null"),
                        Map.entry("epoch", "0"),
                        Map.entry("version", "0")));
        assertThat(effectsOf(sku)).isEmpty();
        assertThat(ledgerOf(sku)).isEmpty();
        assertThat(actionsOf(id(answer))).containsExactly("PROMO_DRAFTED by operator");
    }

    @Test
    void times_are_stored_in_utc_to_the_millisecond() {
        long id = id(cms.post("/api/admin/promos", draft(item(newSku(), 1))));

        assertThat(cms.value(
                        "SELECT CAST(UNIX_TIMESTAMP(CONVERT_TZ(opens_at, '+00:00', @@session.time_zone)) * 1000 AS SIGNED) FROM promo WHERE id = ?",
                        id))
                .isEqualTo(String.valueOf(OPENS.toEpochMilli()));
    }

    @Test
    void publishing_writes_stock_ledger_effect_and_audit_and_waits_until_redis_has_it() {
        String sku = newSku();
        long id = id(cms.post("/api/admin/promos", draft(item(sku, 1000))));

        Answer answer = cms.post("/api/admin/promos/" + id + "/publish");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("carried").asBoolean()).isTrue();
        assertThat(answer.body().get("state").asString()).isEqualTo("LIVE");
        assertThat(answer.body().get("items").get(0).get("available").asInt()).isEqualTo(1000);
        assertThat(ledgerOf(sku)).containsExactly("PUBLISHED 1000/0/0");
        assertThat(effectsOf(sku)).containsExactly("1 INSTALL {}");
        assertThat(actionsOf(id)).containsExactly("PROMO_DRAFTED by operator", "PROMO_PUBLISHED by operator");
        assertThatCountersEqualTheLedger();
    }

    @Test
    void drafting_and_publishing_in_one_call_leaves_a_live_promo_or_nothing() {
        String sku = newSku();
        Answer live = cms.post("/api/admin/promos", published(item(sku, 7)));
        assertThat(live.status()).isEqualTo(201);
        assertThat(live.body().get("state").asString()).isEqualTo("LIVE");
        assertThat(live.body().get("carried").asBoolean()).isTrue();
        String promos = cms.value("SELECT COUNT(*) FROM promo");
        String audited = cms.value("SELECT COUNT(*) FROM audit_log");

        Answer refused = cms.post("/api/admin/promos", published(item(newSku(), 7), item(sku, 9)));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("SKU_IS_LIVE");
        assertThat(refused.detail()).contains(sku);
        assertThat(cms.value("SELECT COUNT(*) FROM promo")).isEqualTo(promos);
        assertThat(cms.value("SELECT COUNT(*) FROM audit_log")).isEqualTo(audited);
    }

    @Test
    void a_promo_is_paused_resumed_and_ended_and_redis_is_told_each_time() {
        String sku = newSku();
        long id = publish(item(sku, 5));
        String window = "\"opens\":" + OPENS.toEpochMilli() + ",\"closes\":" + CLOSES.toEpochMilli() + "}";

        assertThat(cms.post("/api/admin/promos/" + id + "/pause").status()).isEqualTo(200);
        assertThat(cms.post("/api/admin/items/" + sku + "/resume").status()).isEqualTo(200);
        assertThat(cms.post("/api/admin/items/" + sku + "/pause").status()).isEqualTo(200);
        Answer ended = cms.post("/api/admin/promos/" + id + "/end");

        assertThat(ended.status()).isEqualTo(200);
        assertThat(ended.body().get("state").asString()).isEqualTo("ENDED");
        assertThat(effectsOf(sku))
                .containsExactly(
                        "1 INSTALL {}",
                        "2 STATE {\"state\":\"PAUSED\"," + window,
                        "3 STATE {\"state\":\"LIVE\"," + window,
                        "4 STATE {\"state\":\"PAUSED\"," + window,
                        "5 STATE {\"state\":\"ENDED\"," + window);
        assertThat(actionsOf(id))
                .containsExactly(
                        "PROMO_DRAFTED by operator",
                        "PROMO_PUBLISHED by operator",
                        "PROMO_PAUSED by operator",
                        "PROMO_RESUMED by operator",
                        "PROMO_PAUSED by operator",
                        "PROMO_ENDED by operator");
        assertThat(cms.value("SELECT live FROM promo_item WHERE sku = ?", sku)).isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource({
        "'', pause, DRAFT",
        "'', resume, DRAFT",
        "'', end, DRAFT",
        "publish, publish, LIVE",
        "publish, resume, LIVE",
        "publish pause, pause, PAUSED",
        "publish pause, publish, PAUSED",
        "publish end, publish, ENDED",
        "publish end, pause, ENDED",
        "publish end, resume, ENDED",
        "publish end, end, ENDED",
    })
    void a_step_from_the_wrong_state_is_refused_and_leaves_no_trace(String before, String step, String state) {
        String sku = newSku();
        long id = id(cms.post("/api/admin/promos", draft(item(sku, 5))));
        for (String done : before.split(" ")) {
            if (!done.isEmpty()) {
                assertThat(cms.post("/api/admin/promos/" + id + "/" + done).status())
                        .isEqualTo(200);
            }
        }
        var effects = effectsOf(sku);
        var actions = actionsOf(id);

        Answer refused = cms.post("/api/admin/promos/" + id + "/" + step);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("WRONG_STATE");
        assertThat(refused.detail()).startsWith("It is " + state);
        assertThat(cms.value("SELECT state FROM promo WHERE id = ?", id)).isEqualTo(state);
        assertThat(effectsOf(sku)).isEqualTo(effects);
        assertThat(actionsOf(id)).isEqualTo(actions);
    }

    @Test
    void a_sku_on_a_live_promo_cannot_be_published_again_until_that_one_ended() {
        String sku = newSku();
        String shared = newSku();
        long first = publish(item(shared, 5));
        long second = id(cms.post("/api/admin/promos", draft(item(sku, 1), item(shared, 9))));

        Answer refused = cms.post("/api/admin/promos/" + second + "/publish");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("SKU_IS_LIVE");
        assertThat(refused.field()).isEqualTo("sku");
        assertThat(refused.detail()).contains(shared);
        assertThat(cms.value("SELECT state FROM promo WHERE id = ?", second)).isEqualTo("DRAFT");
        assertThat(ledgerOf(sku)).isEmpty();
        assertThat(cms.value("SELECT COUNT(*) FROM promo_item WHERE promo_id = ? AND live = 1", second))
                .isEqualTo("0");

        assertThat(cms.post("/api/admin/promos/" + first + "/end").status()).isEqualTo(200);
        assertThat(cms.post("/api/admin/promos/" + second + "/publish").status())
                .isEqualTo(200);
    }

    @Test
    void of_many_publishing_one_promo_at_once_one_does() {
        String sku = newSku();
        long id = id(cms.post("/api/admin/promos", draft(item(sku, 5))));

        List<Answer> answers = atOnce(8, n -> cms.post("/api/admin/promos/" + id + "/publish"));

        assertThat(answers).extracting(Answer::status).containsOnlyOnce(200).containsOnly(200, 409);
        assertThat(answers)
                .filteredOn(a -> a.status() == 409)
                .extracting(Answer::code)
                .containsOnly("WRONG_STATE");
        assertThat(ledgerOf(sku)).containsExactly("PUBLISHED 5/0/0");
        assertThat(effectsOf(sku)).containsExactly("1 INSTALL {}");
        assertThat(actionsOf(id)).containsExactly("PROMO_DRAFTED by operator", "PROMO_PUBLISHED by operator");
    }

    @Test
    void of_many_promos_racing_for_the_same_skus_one_gets_them_and_none_hangs() {
        for (int round = 0; round < 5; round++) {
            String a = newSku();
            String b = newSku();
            var promos = new ArrayList<Long>();
            for (int i = 0; i < 6; i++) {
                // Half of them name the SKUs the other way round, to meet each other in the middle.
                String body = i % 2 == 0 ? draft(item(a, 3), item(b, 3)) : draft(item(b, 3), item(a, 3));
                promos.add(id(cms.post("/api/admin/promos", body)));
            }

            List<Answer> answers =
                    atOnce(promos.size(), n -> cms.post("/api/admin/promos/" + promos.get(n) + "/publish"));

            assertThat(answers).extracting(Answer::status).containsOnlyOnce(200).containsOnly(200, 409);
            assertThat(answers)
                    .filteredOn(answer -> answer.status() == 409)
                    .extracting(Answer::code)
                    .containsOnly("SKU_IS_LIVE");
            assertThat(cms.value("SELECT COUNT(*) FROM promo_item WHERE sku IN (?, ?) AND live = 1", a, b))
                    .isEqualTo("2");
        }
        assertThatCountersEqualTheLedger();
    }

    @Test
    void pausing_and_ending_at_once_end_in_one_history() {
        for (int round = 0; round < 5; round++) {
            String sku = newSku();
            long id = publish(item(sku, 5));
            String[] steps = {"pause", "resume", "end", "pause", "end"};

            List<Answer> answers = atOnce(steps.length, n -> cms.post("/api/admin/promos/" + id + "/" + steps[n]));

            long done =
                    answers.stream().filter(answer -> answer.status() == 200).count();
            assertThat(answers).extracting(Answer::status).containsOnly(200, 409);
            assertThat(cms.value("SELECT state FROM promo WHERE id = ?", id)).isEqualTo("ENDED");
            assertThat(effectsOf(sku)).hasSize((int) done + 1);
            assertThat(actionsOf(id)).hasSize((int) done + 2);
            assertThat(effectsOf(sku).get(effectsOf(sku).size() - 1)).contains("ENDED");
        }
    }

    @Test
    void a_top_up_raises_what_is_published_and_available_once_per_request() {
        String sku = newSku();
        publish(item(sku, 5));
        sell(sku, 2, 1);

        Answer first = cms.post("/api/admin/items/" + sku + "/topup", topUp(10, sku + "-t1"));
        Answer again = cms.post("/api/admin/items/" + sku + "/topup", topUp(10, sku + "-t1"));

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.body().get("repeated").asBoolean()).isFalse();
        assertThat(first.body().get("carried").asBoolean()).isTrue();
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body().get("repeated").asBoolean()).isTrue();
        assertThat(counters(sku)).isEqualTo("15 = 12 + 2 + 1");
        assertThat(ledgerOf(sku)).containsExactly("PUBLISHED 5/0/0", "TOPPED_UP 10/0/0");
        assertThat(effectsOf(sku)).containsExactly("1 INSTALL {}", "2 TOP_UP {\"total\":15}");
        assertThat(cms.rows("SELECT detail FROM audit_log WHERE action = 'ITEM_TOPPED_UP' AND subject = ?", item(sku)))
                .hasSize(1);
    }

    @Test
    void a_top_up_request_that_means_something_else_is_refused() {
        String sku = newSku();
        String other = newSku();
        publish(item(sku, 5), item(other, 5));
        cms.post("/api/admin/items/" + sku + "/topup", topUp(10, sku + "-t1"));

        Answer more = cms.post("/api/admin/items/" + sku + "/topup", topUp(11, sku + "-t1"));
        Answer elsewhere = cms.post("/api/admin/items/" + other + "/topup", topUp(10, sku + "-t1"));

        assertThat(List.of(more, elsewhere)).extracting(Answer::status).containsOnly(422);
        assertThat(List.of(more, elsewhere)).extracting(Answer::code).containsOnly("REQUEST_REUSED");
        assertThat(counters(sku)).isEqualTo("15 = 15 + 0 + 0");
        assertThat(counters(other)).isEqualTo("5 = 5 + 0 + 0");
    }

    @Test
    void the_same_top_up_sent_many_times_at_once_happens_once() {
        String sku = newSku();
        publish(item(sku, 5));

        List<Answer> answers = atOnce(8, n -> cms.post("/api/admin/items/" + sku + "/topup", topUp(10, sku + "-t1")));

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(answers)
                .extracting(answer -> answer.body().get("repeated").asBoolean())
                .containsOnlyOnce(false);
        assertThat(counters(sku)).isEqualTo("15 = 15 + 0 + 0");
    }

    @Test
    void different_top_ups_at_once_all_count_and_the_last_effect_has_the_total() {
        String sku = newSku();
        publish(item(sku, 5));

        List<Answer> answers =
                atOnce(8, n -> cms.post("/api/admin/items/" + sku + "/topup", topUp(10, sku + "-t" + n)));

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(counters(sku)).isEqualTo("85 = 85 + 0 + 0");
        assertThat(effectsOf(sku)).hasSize(9).last().asString().isEqualTo("9 TOP_UP {\"total\":85}");
        assertThatCountersEqualTheLedger();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10000001", "1.5", "\"5\"", "2147483648", "null", "[1]", "true", "9e99"})
    void a_top_up_of_anything_but_whole_units_is_refused(String add) {
        String sku = newSku();
        publish(item(sku, 5));

        Answer refused = cms.post(
                "/api/admin/items/" + sku + "/topup", "{\"add\":" + add + ",\"requestID\":\"" + sku + "-t1\"}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo("add");
        assertThat(counters(sku)).isEqualTo("5 = 5 + 0 + 0");
    }

    @Test
    void a_top_up_over_the_ceiling_of_an_unknown_or_of_an_ended_item_is_refused() {
        String sku = newSku();
        long id = publish(item(sku, 9_999_999));

        Answer over = cms.post("/api/admin/items/" + sku + "/topup", topUp(2, sku + "-t1"));
        assertThat(over.status()).isEqualTo(400);
        assertThat(over.detail()).isEqualTo("add must keep the total at or below 10000000, and 9999999 are published.");

        Answer unknown = cms.post("/api/admin/items/NO-SUCH/topup", topUp(2, sku + "-t2"));
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.code()).isEqualTo("UNKNOWN_SKU");

        cms.post("/api/admin/promos/" + id + "/end");
        Answer ended = cms.post("/api/admin/items/" + sku + "/topup", topUp(1, sku + "-t3"));
        assertThat(ended.status()).isEqualTo(409);
        assertThat(ended.code()).isEqualTo("WRONG_STATE");
    }

    @Test
    void level_limits_become_the_skus_policy_when_published_and_not_before() {
        String sku = newSku();
        cms.rows("INSERT INTO policy (sku, user_level, quantity_limit) VALUES (?, 9, 9)", sku);
        String limited = item(sku, 5).replace("\"minLevel\":0", "\"minLevel\":0,\"levelLimits\":{\"3\":5,\"1\":0}");
        long id = id(cms.post("/api/admin/promos", draft(limited)));
        assertThat(policyOf(sku)).containsExactly("9=9");

        Answer answer = cms.post("/api/admin/promos/" + id + "/publish");

        assertThat(answer.body().get("items").get(0).get("levelLimits").toString())
                .isEqualTo("{\"1\":0,\"3\":5}");
        assertThat(policyOf(sku)).containsExactly("1=0", "3=5");
    }

    @Test
    void a_promo_that_says_nothing_of_levels_leaves_the_skus_policy() {
        String sku = newSku();
        cms.rows("INSERT INTO policy (sku, user_level, quantity_limit) VALUES (?, 9, 9)", sku);

        publish(item(sku, 5));

        assertThat(policyOf(sku)).containsExactly("9=9");
    }

    @Test
    void what_no_request_names_cannot_be_set() {
        String sku = newSku();
        for (String field : List.of("state", "id", "createdAt", "live")) {
            Answer refused = cms.post(
                    "/api/admin/promos", draft(item(sku, 1)).replaceFirst("\\{", "{\"" + field + "\":\"LIVE\","));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.field()).isEqualTo(field);
            assertThat(refused.detail()).isEqualTo(field + " is not a field that can be set.");
        }
        for (String field : List.of("available", "sold", "epoch", "promoId")) {
            Answer refused =
                    cms.post("/api/admin/promos", draft(item(sku, 1).replaceFirst("\\{", "{\"" + field + "\":7,")));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.field()).isEqualTo("items[0]." + field);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                                  | body             | body is not well-formed JSON",
                "{}{}                               | body             | body",
                "[]                                 | body             | body has the wrong type",
                "{\"name\":\"a\",\"name\":\"b\"}    | body             | body is not well-formed JSON: Duplicate",
                "{\"name\":5}                       | name             | name has the wrong type",
                "{\"items\":[{\"published\":\"5\"}]}  | items[0].published | items[0].published has the wrong type",
                "{\"items\":[{\"published\":1.5}]}  | items[0].published | items[0].published has the wrong type",
                "{\"items\":[{\"published\":true}]} | items[0].published | items[0].published has the wrong type",
                "{\"items\":[{\"published\":2147483648}]} | items[0].published | items[0].published has the wrong type",
                "{\"publish\":\"yes\"}              | publish          | publish has the wrong type",
            })
    void json_that_means_something_else_is_refused_by_the_name_of_the_field(String body, String field, String detail) {
        Answer refused = cms.post("/api/admin/promos", body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.raw().headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(refused.code()).isEqualTo("BAD_REQUEST");
        assertThat(refused.field()).isEqualTo(field);
        assertThat(refused.detail()).startsWith(detail).doesNotContain("io.flashsale", "tools.jackson");
    }

    @Test
    void a_draft_tells_everything_that_is_wrong_with_it_at_once() {
        Answer refused = cms.post(
                "/api/admin/promos",
                "{\"name\":\"x\",\"opensAt\":\"" + CLOSES + "\",\"closesAt\":\"" + OPENS + "\",\"items\":["
                        + item("A", -5) + "]}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo("closesAt");
        assertThat(refused.body().get("errors").size()).isEqualTo(2);
        assertThat(refused.body().get("errors").get(1).get("field").asString()).isEqualTo("items[0].published");
        assertThat(refused.body().get("errors").get(1).get("problem").asString())
                .isEqualTo("must be 1 to 10000000, not -5");
    }

    @Test
    void a_body_beyond_any_promo_is_refused_before_it_is_read_to_the_end() {
        Answer large = cms.post("/api/admin/promos", "{\"name\":\"" + "x".repeat(400_000) + "\"}");
        Answer deep = cms.post("/api/admin/promos", "[".repeat(100_000));

        assertThat(large.status()).isEqualTo(413);
        assertThat(deep.status()).isEqualTo(400);
    }

    @Test
    void unknown_promos_and_paths_and_methods_say_so() {
        assertThat(cms.get("/api/admin/promos/999999999").code()).isEqualTo("UNKNOWN_PROMO");
        assertThat(cms.post("/api/admin/promos/999999999/publish").code()).isEqualTo("UNKNOWN_PROMO");
        assertThat(cms.post("/api/admin/items/NO-SUCH/end").code()).isEqualTo("UNKNOWN_SKU");
        assertThat(cms.get("/api/admin/nothing").code()).isEqualTo("NOT_FOUND");
        assertThat(cms.get("/api/admin/promos/abc").code()).isEqualTo("BAD_REQUEST");
        long id = id(cms.post("/api/admin/promos", draft(item(newSku(), 1))));
        Answer byGet = cms.get("/api/admin/promos/" + id + "/publish");
        assertThat(byGet.status()).isEqualTo(405);
        assertThat(cms.value("SELECT state FROM promo WHERE id = ?", id)).isEqualTo("DRAFT");
    }

    @Test
    void promos_are_listed_newest_first_and_page_by_page() {
        long a = id(cms.post("/api/admin/promos", draft(item(newSku(), 1))));
        long b = id(cms.post("/api/admin/promos", draft(item(newSku(), 1))));

        var first = cms.get("/api/admin/promos?limit=1").body().get("promos");
        var second = cms.get("/api/admin/promos?limit=1&before=" + b).body().get("promos");

        assertThat(first.get(0).get("id").asLong()).isEqualTo(b);
        assertThat(second.get(0).get("id").asLong()).isEqualTo(a);
        assertThat(first.get(0).get("items").size()).isEqualTo(1);
        assertThat(cms.get("/api/admin/promos?limit=101").field()).isEqualTo("limit");
        assertThat(cms.get("/api/admin/promos?before=1").body().get("promos").size())
                .isZero();
    }

    @Test
    void a_draft_whose_window_has_passed_meanwhile_is_not_published() {
        String sku = newSku();
        long id = id(cms.post("/api/admin/promos", draft(item(sku, 1))));
        cms.rows("UPDATE promo SET opens_at = '2020-01-01', closes_at = '2020-01-02' WHERE id = ?", id);

        Answer refused = cms.post("/api/admin/promos/" + id + "/publish");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("WINDOW_CLOSED");
        assertThat(cms.value("SELECT state FROM promo WHERE id = ?", id)).isEqualTo("DRAFT");
    }

    private static List<Answer> atOnce(int callers, java.util.function.IntFunction<Answer> call) {
        var barrier = new CyclicBarrier(callers);
        var pool = Executors.newFixedThreadPool(callers);
        try {
            var calls = new ArrayList<Callable<Answer>>();
            for (int i = 0; i < callers; i++) {
                int n = i;
                calls.add(() -> {
                    barrier.await();
                    return call.apply(n);
                });
            }
            var answers = new ArrayList<Answer>();
            for (Future<Answer> answer : pool.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void assertThatCountersEqualTheLedger() {
        assertThat(
                        cms.rows(
                                """
                        SELECT i.id FROM promo_item i LEFT JOIN stock_ledger l ON l.promo_item_id = i.id
                        WHERE i.sku NOT IN (SELECT sku FROM (SELECT DISTINCT sku FROM promo_item WHERE held + sold > 0) s)
                        GROUP BY i.id, i.available HAVING COALESCE(SUM(l.delta_available), 0) <> i.available"""))
                .isEmpty();
    }

    /** What the order consumer would have done. */
    private static void sell(String sku, int held, int sold) {
        cms.rows(
                "UPDATE promo_item SET available = available - ?, held = ?, sold = ? WHERE sku = ?",
                held + sold,
                held,
                sold,
                sku);
    }

    private static long publish(String... items) {
        Answer answer = cms.post("/api/admin/promos", published(items));
        assertThat(answer.status()).isEqualTo(201);
        return id(answer);
    }

    private static long id(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        return answer.body().get("id").asLong();
    }

    private static String newSku() {
        skus++;
        return "SKU-" + skus;
    }

    private static String item(String sku) {
        return "item:" + cms.value("SELECT id FROM promo_item WHERE sku = ?", sku);
    }

    private static String item(String sku, int stock) {
        return """
                {"sku":"%s","name":"An item","priceMinor":1999,"currency":"CNY","published":%d,"holdSeconds":1800,\
                "quantityLimit":2,"minLevel":0}"""
                .formatted(sku, stock);
    }

    private static String draft(String... items) {
        return """
                {"name":"A promo","description":"","opensAt":"%s","closesAt":"%s","items":[%s]}"""
                .formatted(OPENS, CLOSES, String.join(",", items));
    }

    private static String published(String... items) {
        return draft(items).replaceFirst("\\{", "{\"publish\":true,");
    }

    private static String topUp(int add, String requestId) {
        return "{\"add\":" + add + ",\"requestID\":\"" + requestId + "\"}";
    }

    private static List<String> effectsOf(String sku) {
        return cms
                .rows(
                        """
                        SELECT CONCAT(e.version, ' ', e.kind, ' ', e.payload) AS line FROM redis_effect e
                        JOIN promo_item i ON i.id = e.promo_item_id WHERE i.sku = ? ORDER BY e.id""",
                        sku)
                .stream()
                .map(row -> row.get("line"))
                .toList();
    }

    private static List<String> ledgerOf(String sku) {
        return cms
                .rows(
                        """
                        SELECT CONCAT(event, ' ', delta_available, '/', delta_held, '/', delta_sold) AS line
                        FROM stock_ledger WHERE sku = ? ORDER BY id""",
                        sku)
                .stream()
                .map(row -> row.get("line"))
                .toList();
    }

    private static List<String> actionsOf(long promo) {
        return cms
                .rows(
                        "SELECT CONCAT(action, ' by ', actor) AS line FROM audit_log WHERE subject = ? ORDER BY id",
                        "promo:" + promo)
                .stream()
                .map(row -> row.get("line"))
                .toList();
    }

    private static List<String> policyOf(String sku) {
        return cms
                .rows(
                        "SELECT CONCAT(user_level, '=', quantity_limit) AS line FROM policy WHERE sku = ? ORDER BY user_level",
                        sku)
                .stream()
                .map(row -> row.get("line"))
                .toList();
    }

    private static String counters(String sku) {
        return cms.value(
                "SELECT CONCAT(published, ' = ', available, ' + ', held, ' + ', sold) FROM promo_item WHERE sku = ?",
                sku);
    }
}
