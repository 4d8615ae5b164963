package io.flashsale.backend.functions;

import static io.flashsale.backend.functions.Library.FOREVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashsale.contract.Reservation;
import io.flashsale.contract.StockKeys;
import io.flashsale.testkit.RealRedis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each function answers, case by case. */
class StockFunctionsIT {

    private static RealRedis server;
    private static Library library;

    private final StockKeys keys = new StockKeys("SKU0001", 7, 1);

    @BeforeAll
    static void start() {
        server = RealRedis.start();
        library = new Library(server.host(), server.port());
    }

    @AfterAll
    static void stop() {
        library.close();
        server.close();
    }

    @BeforeEach
    void emptyStore() {
        library.redis.flushall();
        library.load();
    }

    private void sell(int available, String limits) {
        sell(Library.facts(keys, available, 0, 0, limits));
    }

    private void sell(Map<String, String> facts) {
        library.installAndGrant(keys, facts, Map.of(), "nonce");
    }

    private void sellWith(String field, String value) {
        var facts = new HashMap<>(Library.facts(keys, 5, 0, 0, "-"));
        facts.put(field, value);
        sell(facts);
    }

    // --- lease

    @Test
    void without_a_lease_every_function_answers_not_ready() {
        library.install(keys, Library.begin(Library.facts(keys, 5, 0, 0, "-")));
        library.install(keys, List.of("END", "0"));
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "")).containsExactly("NOT_READY");
        assertThat(library.decide(keys, "7-a", "SEND")).containsExactly("NOT_READY");
        assertThat(library.acknowledge(keys, "7-a")).containsExactly("NOT_READY");
        assertThat(library.pending(keys, 0, 1)).containsExactly("NOT_READY");
        assertThat(library.apply(keys, 11, "RELEASE", "7-a")).isEqualTo("NOT_READY");
        assertThat(library.retake(keys, "7-a", 11)).isEqualTo("NOT_READY");
        assertThat(library.withdraw(keys, "1", 1)).isEqualTo("NOT_READY");
        assertThat(library.snapshot(keys).get(1)).isEqualTo(0L);
        assertThat(library.redis.exists(keys.reservations(), keys.pending())).isZero();
    }

    @Test
    void a_lease_is_not_granted_for_an_install_that_did_not_end() {
        library.install(keys, Library.begin(Library.facts(keys, 5, 0, 0, "-")));
        assertThat(library.grant(keys, "nonce", 60_000)).isEqualTo("NOT_INSTALLED");
    }

    @Test
    void only_the_holder_of_the_nonce_renews_and_only_while_the_lease_is_there() {
        assertThat(library.renew("nonce", 60_000)).isEqualTo("NO_LEASE");
        sell(5, "-");
        assertThat(library.renew("nonce", 60_000)).isEqualTo("RENEWED");
        assertThat(library.renew("another", 60_000)).isEqualTo("NO_LEASE");
        assertThat(library.grant(keys, "nonce", 1)).isEqualTo("GRANTED");
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(library.renew("nonce", 60_000)).isEqualTo("NO_LEASE"));
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "")).containsExactly("NOT_READY");
    }

    @Test
    void a_lease_that_ran_out_covers_nothing_of_what_it_covered_when_the_same_nonce_comes_back() {
        var other = new StockKeys("SKU0002", 8, 1);
        sell(5, "-");
        library.installAndGrant(other, Library.facts(other, 5, 0, 0, "-"), Map.of(), "nonce");
        library.grant(keys, "nonce", 1);
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(library.renew("nonce", 1)).isEqualTo("NO_LEASE"));
        assertThat(library.grant(keys, "nonce", 60_000)).isEqualTo("GRANTED");
        assertThat(library.reserve(other, "8-a", "u", 0, 1, "")).containsExactly("NOT_READY");
    }

    @Test
    void a_reload_of_the_library_forgets_the_lease() {
        sell(5, "-");
        library.load();
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "")).containsExactly("NOT_READY");
    }

    @Test
    void a_restart_that_brings_all_data_back_does_not_bring_the_lease_back() {
        sell(5, "-");
        server.kill();
        server.restart();
        assertThat(library.counter(keys, "available")).isEqualTo(5);
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "")).containsExactly("NOT_READY");
        assertThat(library.renew("nonce", 60_000)).isEqualTo("NO_LEASE");
    }

    @Test
    void a_revoked_item_is_not_sold_while_its_neighbour_is() {
        var other = new StockKeys("SKU0002", 8, 1);
        sell(5, "-");
        library.installAndGrant(other, Library.facts(other, 5, 0, 0, "-"), Map.of(), "nonce");
        assertThat(library.revoke(keys)).isEqualTo("REVOKED");
        assertThat(library.revoke(keys)).isEqualTo("REVOKED");
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "")).containsExactly("NOT_READY");
        assertThat(library.reserve(other, "8-a", "u", 0, 1, "")).first().isEqualTo("TAKEN");
    }

    @Test
    void a_process_knows_which_epochs_it_was_granted_after_the_lease_and_other_grants_but_not_after_a_restart() {
        var other = new StockKeys("SKU0002", 8, 1);
        assertThat(library.revoke(other)).isEqualTo("UNKNOWN");
        other = new StockKeys("SKU0002", 8, 2);
        sell(5, "-");
        library.grant(keys, "nonce", 1);
        library.installAndGrant(other, Library.facts(other, 5, 0, 0, "-"), Map.of(), "another");
        assertThat(library.revoke(keys)).isEqualTo("REVOKED");
        assertThat(library.revoke(new StockKeys("SKU0001", 7, 2)))
                .as("an epoch that it was not granted")
                .isEqualTo("UNKNOWN");
        server.kill();
        server.restart();
        assertThat(library.revoke(keys)).isEqualTo("UNKNOWN");
    }

    // --- epoch and install

    @Test
    void a_new_epoch_ends_the_old_one_and_drops_its_keys() {
        sell(5, "-");
        var next = new StockKeys("SKU0001", 7, 2);
        library.install(next, Library.begin(Library.facts(next, 4, 0, 0, "-")));
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, ""))
                .as("the old epoch sells until the switch")
                .first()
                .isEqualTo("TAKEN");
        library.install(next, List.of("END", "0"));
        assertThat(library.grant(next, "nonce", 60_000, keys.all().toArray(new String[0])))
                .isEqualTo("GRANTED");
        assertThat(library.reserve(keys, "7-b", "u", 0, 1, "")).containsExactly("NOT_READY");
        assertThat(library.acknowledge(keys, "7-a")).containsExactly("NOT_READY");
        assertThat(library.redis.exists(keys.all().toArray(new String[0]))).isZero();
        assertThat(library.grant(keys, "nonce", 60_000)).isEqualTo("NOT_INSTALLED");
    }

    @Test
    void an_older_epoch_is_not_granted_beside_a_later_one() {
        var next = new StockKeys("SKU0001", 7, 2);
        library.install(keys, Library.begin(Library.facts(keys, 5, 0, 0, "-")));
        library.install(keys, List.of("END", "0"));
        library.installAndGrant(next, Library.facts(next, 4, 0, 0, "-"), Map.of(), "nonce");
        assertThat(library.grant(keys, "nonce", 60_000)).isEqualTo("OLDER");
    }

    @Test
    void what_was_revoked_is_not_granted_any_more_only_a_higher_epoch() {
        library.install(keys, Library.begin(Library.facts(keys, 5, 0, 0, "-")));
        library.install(keys, List.of("END", "0"));
        library.revoke(keys);
        assertThat(library.grant(keys, "nonce", 60_000))
                .as("whoever meant to grant it has been overtaken")
                .isEqualTo("OLDER");
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "")).containsExactly("NOT_READY");
        var next = new StockKeys("SKU0001", 7, 2);
        library.installAndGrant(next, Library.facts(next, 4, 0, 0, "-"), Map.of(), "nonce");
        assertThat(library.reserve(next, "7-b", "u", 0, 1, "")).first().isEqualTo("TAKEN");
    }

    @Test
    void an_epoch_is_dropped_unless_it_is_sold_under() {
        sell(5, "-");
        assertThat(library.drop(keys)).isEqualTo("LIVE");
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "")).first().isEqualTo("TAKEN");
        library.uncover();
        assertThat(library.drop(keys)).isEqualTo("DROPPED");
        assertThat(library.redis.exists(keys.all().toArray(new String[0]))).isZero();
        assertThat(library.grant(keys, "nonce", 60_000)).isEqualTo("NOT_INSTALLED");
    }

    @Test
    void what_is_live_is_not_installed_over() {
        sell(5, "-");
        assertThat(library.install(keys, Library.begin(Library.facts(keys, 9, 0, 0, "-"))))
                .isEqualTo("LIVE");
        assertThat(library.counter(keys, "available")).isEqualTo(5);
    }

    @Test
    void an_interrupted_install_starts_over_and_rows_sent_twice_count_once() {
        var row = "S|u1|0|2|r1|4|1000|2000||";
        library.install(keys, Library.begin(Library.facts(keys, 3, 2, 0, "2")));
        library.install(keys, List.of("ROWS", "7-a", row));
        library.install(keys, Library.begin(Library.facts(keys, 3, 2, 0, "2")));
        library.install(keys, List.of("ROWS", "7-a", row));
        library.install(keys, List.of("ROWS", "7-a", row));
        assertThat(library.install(keys, List.of("END", "2"))).isEqualTo("INCOMPLETE");
        assertThat(library.install(keys, List.of("END", "1"))).isEqualTo("OK");
        assertThat(library.redis.hget(keys.buyers(), "u1")).isEqualTo("2");
        assertThat(library.redis.lrange(keys.holders(), 0, -1)).containsExactly("u1");
        assertThat(library.counter(keys, "seq")).isEqualTo(1);
    }

    @Test
    void after_a_rebuild_requests_limits_and_holders_are_what_mysql_says() {
        var rows = new LinkedHashMap<String, String>();
        rows.put("7-a", "S|held|0|2|r1|1|1000|2000||");
        rows.put("7-b", "P|paid|0|1|r2|2|1000|2000||");
        rows.put("7-c", "C|gone|0|2|r3|3|1000|2000||");
        library.installAndGrant(keys, Library.facts(keys, 5, 2, 1, "2"), rows, "nonce");
        assertThat(library.reserve(keys, "7-x", "held", 0, 2, "r1"))
                .containsExactly("REPLAYED", "7-a", 2000L, "RESERVED");
        assertThat(library.reserve(keys, "7-x", "gone", 0, 2, "r3"))
                .containsExactly("REPLAYED", "7-c", 2000L, "RESERVED");
        assertThat(library.reserve(keys, "7-x", "held", 0, 1, "r9")).containsExactly("LIMIT_REACHED", 2L);
        assertThat(library.reserve(keys, "7-x", "paid", 0, 2, "r9")).containsExactly("LIMIT_REACHED", 2L);
        assertThat(library.reserve(keys, "7-x", "gone", 0, 2, "r9")).first().isEqualTo("TAKEN");
        assertThat(library.redis.lrange(keys.holders(), 0, -1)).containsExactly("held", "paid", "gone", "gone");
        assertThat(library.apply(keys, 10, "RELEASE", "7-a"))
                .as("an effect that the snapshot already held")
                .isEqualTo("IGNORED");
    }

    @ParameterizedTest
    @CsvSource({"available,-1", "held,-1", "sold,-1", "published,4", "available,1.5", "available,x"})
    void an_install_that_breaks_the_identity_writes_nothing(String field, String value) {
        var facts = new HashMap<>(Library.facts(keys, 5, 0, 0, "-"));
        facts.put(field, value);
        assertThatThrownBy(() -> library.install(keys, Library.begin(facts))).hasMessageContaining("published =");
        assertThat(library.redis.dbsize()).isZero();
    }

    // --- a list

    private void sellTo(String... listed) {
        library.installAndGrant(keys, Library.facts(keys, 9, 0, 0, "2"), Set.of(listed), Map.of(), "nonce");
    }

    @Test
    void only_who_is_on_the_list_reserves_and_stays_on_it_whatever_becomes_of_the_order() {
        sellTo("u", "v");
        assertThat(library.reserve(keys, "7-x", "w", 0, 1, "r")).containsExactly("NOT_ELIGIBLE");
        assertThat(library.redis.hexists(keys.buyers(), "w")).isFalse();
        assertThat(library.reserve(keys, "7-a", "u", 0, 2, "")).first().isEqualTo("TAKEN");
        assertThat(library.reserve(keys, "7-b", "u", 0, 1, "")).containsExactly("LIMIT_REACHED", 2L);
        library.decide(keys, "7-a", "SEND");
        assertThat(library.apply(keys, 11, "RELEASE", "7-a")).isEqualTo("APPLIED");
        assertThat(library.redis.hget(keys.buyers(), "u")).isEqualTo("0");
        assertThat(library.reserve(keys, "7-c", "v", 0, 1, "")).first().isEqualTo("TAKEN");
        library.decide(keys, "7-c", "LIMIT_REACHED");
        assertThat(library.reserve(keys, "7-d", "v", 0, 2, "")).first().isEqualTo("TAKEN");
        assertThat(library.reserve(keys, "7-e", "u", 0, 2, "")).first().isEqualTo("TAKEN");
    }

    @Test
    void whether_somebody_is_on_it_is_told_under_the_lease_alone() {
        sellTo("u");
        assertThat(library.onList(keys, "u")).isEqualTo("YES");
        assertThat(library.onList(keys, "w")).isEqualTo("NO");
        library.uncover();
        assertThat(library.onList(keys, "u")).isEqualTo("NOT_READY");
        var open = new StockKeys("OPEN", 8, 1);
        library.installAndGrant(open, Library.facts(open, 1, 0, 0, "-"), Map.of(), "nonce of it");
        assertThat(library.onList(open, "w")).isEqualTo("NO_LIST");
        var begun = new StockKeys("BEGUN", 9, 1);
        library.install(begun, Library.begin(Library.facts(begun, 1, 0, 0, "-")));
        assertThatThrownBy(() -> library.install(begun, Library.listed(List.of("u"))))
                .hasMessageContaining("without a list");
    }

    @Test
    void a_list_that_did_not_come_whole_is_not_granted() {
        var facts = Library.facts(keys, 9, 0, 0, "-");
        facts.put("listed", "1");
        library.install(keys, Library.begin(facts));
        assertThatThrownBy(() -> library.install(keys, List.of("END", "0"))).hasMessageContaining("how many are on it");
        library.install(keys, Library.listed(List.of("u", "v")));
        library.install(keys, Library.listed(List.of("v", "w")));
        assertThat(library.install(keys, List.of("END", "0", "4"))).isEqualTo("INCOMPLETE");
        assertThat(library.grant(keys, "nonce", 60_000)).isEqualTo("NOT_INSTALLED");
        assertThat(library.install(keys, List.of("END", "0", "3"))).isEqualTo("OK");
        assertThat(library.grant(keys, "nonce", 60_000)).isEqualTo("GRANTED");
        assertThat(library.install(keys, Library.listed(List.of("late")))).isEqualTo("LIVE");
    }

    // --- reserve

    @Test
    void a_reservation_moves_units_marks_the_buyer_and_stays_pending() {
        sell(5, "3");
        var reply = library.reserve(keys, "7-a", "u", 0, 2, "r1");
        assertThat(reply).hasSize(4).startsWith("TAKEN", "7-a");
        assertThat((Long) reply.get(2) - (Long) reply.get(3)).isEqualTo(1_800_000L);
        assertThat(library.counter(keys, "available")).isEqualTo(3);
        assertThat(library.counter(keys, "held")).isEqualTo(2);
        assertThat(library.counter(keys, "seq")).isEqualTo(1);
        assertThat(library.redis.hget(keys.buyers(), "u")).isEqualTo("2");
        assertThat(library.redis.zrange(keys.pending(), 0, -1)).containsExactly("7-a");
        var reservation = library.reservation(keys, "7-a");
        assertThat(reservation.state()).isEqualTo(Reservation.State.TAKEN);
        assertThat(reservation.traceId()).isEqualTo("trace");
    }

    @ParameterizedTest
    @CsvSource({
        "opens, 99999999999990, NOT_STARTED",
        "closes, 1, ENDED",
        "state, ENDED, ENDED",
        "state, PAUSED, PAUSED",
        "min_level, 1, NOT_ELIGIBLE",
        "limits, -;0=0, NOT_ELIGIBLE",
        "limits, 0, NOT_ELIGIBLE"
    })
    void a_refusal_says_why_and_changes_nothing(String field, String value, String code) {
        sellWith(field, value);
        var before = dump();
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "r1")).first().isEqualTo(code);
        assertThat(dump()).isEqualTo(before);
    }

    @Test
    void a_call_that_arrives_after_its_time_does_nothing_for_good() {
        sell(5, "-");
        assertThat(library.reserve(keys, "7-a", 1, "u", 0, 1, "r1")).containsExactly("TOO_LATE");
        assertThat(library.redis.exists(keys.reservations(), keys.requests(), keys.pending(), keys.buyers()))
                .isZero();
    }

    @Test
    void the_limit_of_the_level_holds_over_several_orders_and_comes_back_with_a_release() {
        sell(9, "1;3=4");
        assertThat(library.reserve(keys, "7-a", "u", 3, 3, "")).first().isEqualTo("TAKEN");
        assertThat(library.reserve(keys, "7-b", "u", 3, 2, "")).containsExactly("LIMIT_REACHED", 4L);
        assertThat(library.reserve(keys, "7-c", "v", 2, 2, "")).containsExactly("LIMIT_REACHED", 1L);
        library.decide(keys, "7-a", "SEND");
        assertThat(library.apply(keys, 11, "RELEASE", "7-a")).isEqualTo("APPLIED");
        assertThat(library.reserve(keys, "7-d", "u", 3, 4, "")).first().isEqualTo("TAKEN");
    }

    @Test
    void nothing_left_is_sold_out_only_when_nothing_is_held() {
        sell(2, "-");
        library.reserve(keys, "7-a", "u", 0, 2, "");
        assertThat(library.reserve(keys, "7-b", "v", 0, 1, "")).containsExactly("ALL_RESERVED");
        library.decide(keys, "7-a", "SEND");
        library.apply(keys, 11, "SOLD", "7-a");
        assertThat(library.reserve(keys, "7-b", "v", 0, 1, "")).containsExactly("SOLD_OUT");
    }

    @Test
    void the_same_key_gives_the_same_order_whatever_has_become_of_it() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 1, "r1");
        assertThat(replay("r1")).isEqualTo("UNDECIDED");
        library.decide(keys, "7-a", "SEND");
        assertThat(replay("r1")).isEqualTo("SENT");
        library.acknowledge(keys, "7-a");
        assertThat(replay("r1")).isEqualTo("RESERVED");
        library.apply(keys, 11, "STATE", "ENDED", "0", "1");
        assertThat(replay("r1")).isEqualTo("RESERVED");
        library.apply(keys, 12, "RELEASE", "7-a");
        assertThat(replay("r1")).isEqualTo("RESERVED");
        assertThat(library.reserve(keys, "7-z", "u", 0, 2, "r1")).containsExactly("REQUEST_REUSED");
        assertThat(library.reserve(keys, "7-z", "v", 0, 1, "r1"))
                .as("another buyer's key")
                .first()
                .isEqualTo("ENDED");
    }

    private Object replay(String request) {
        var reply = library.reserve(keys, "7-z", "u", 0, 1, request);
        assertThat(reply).startsWith("REPLAYED", "7-a");
        return reply.get(3);
    }

    @Test
    void a_refused_key_stays_refused_with_its_code() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 1, "r1");
        library.decide(keys, "7-a", "BLACKLISTED");
        assertThat(replay("r1")).isEqualTo("BLACKLISTED");
    }

    @Test
    void an_order_id_that_is_in_use_takes_nothing() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 1, "");
        var before = dump();
        assertThat(library.reserve(keys, "7-a", "v", 0, 1, "r1")).containsExactly("ID_TAKEN");
        assertThat(dump()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "101", "1.5", "x", "9223372036854775807"})
    void a_quantity_that_is_no_quantity_is_the_callers_mistake(String quantity) {
        sell(5, "-");
        var arguments = new ArrayList<>(List.of("7", "1", "7-a", Long.toString(FOREVER), "u", "0", quantity, "", "t"));
        for (String function : List.of("reserve", "reserve_line")) {
            assertThatThrownBy(() -> library.redis.fcall(
                            function,
                            io.lettuce.core.ScriptOutputType.MULTI,
                            keys.all().toArray(new String[0]),
                            arguments.toArray(new String[0])))
                    .hasMessageContaining("reserve takes");
        }
        assertThat(library.counter(keys, "available")).isEqualTo(5);
    }

    // --- decide, acknowledge, pending

    @Test
    void the_first_verdict_wins() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 1, "");
        library.reserve(keys, "7-b", "v", 0, 1, "");
        var reply = library.decide(keys, "7-a", "SEND", "7-b", "NOT_ELIGIBLE", "7-c", "SEND");
        assertThat(reply.subList(0, 5)).containsExactly("OK", "1999", "CNY", "9", "3");
        assertThat(outcomes(reply)).containsExactly("SEND", "NOT_ELIGIBLE", "UNKNOWN");
        assertThat(outcomes(library.decide(keys, "7-a", "NOT_ELIGIBLE", "7-b", "SEND")))
                .containsExactly("SEND", "NOT_ELIGIBLE");
        assertThat(library.counter(keys, "held")).isEqualTo(1);
        assertThat(library.redis.hget(keys.buyers(), "v")).isNull();
        assertThat(library.redis.zrange(keys.pending(), 0, -1)).containsExactly("7-a");
    }

    @Test
    void an_order_that_was_given_back_is_not_sent_by_a_late_verdict() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 1, "");
        library.apply(keys, 11, "RELEASE", "7-a");
        assertThat(outcomes(library.decide(keys, "7-a", "SEND"))).containsExactly("GIVEN_BACK");
    }

    private static List<Object> outcomes(List<Object> reply) {
        var outcomes = new ArrayList<>();
        for (int i = 6; i < reply.size(); i += 3) {
            outcomes.add(reply.get(i));
        }
        return outcomes;
    }

    @Test
    void what_is_pending_is_listed_oldest_first_until_it_is_acknowledged() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 1, "");
        library.reserve(keys, "7-b", "v", 0, 1, "");
        assertThat(library.pending(keys, 0, 1)).hasSize(3).startsWith("OK", "7-a");
        assertThat(library.pending(keys, 60_000, 10)).containsExactly("OK");
        assertThat(library.acknowledge(keys, "7-a", "7-c")).containsExactly("OK", 1L);
        assertThat(library.acknowledge(keys, "7-a")).containsExactly("OK", 0L);
        assertThat(library.pending(keys, 0, 10)).hasSize(3).startsWith("OK", "7-b");
    }

    // --- effects

    @Test
    void an_effect_counts_once_however_often_it_comes() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 2, "");
        library.decide(keys, "7-a", "SEND");
        assertThat(library.apply(keys, 11, "RELEASE", "7-a")).isEqualTo("APPLIED");
        assertThat(library.apply(keys, 11, "RELEASE", "7-a")).isEqualTo("ALREADY");
        assertThat(library.counter(keys, "available")).isEqualTo(5);
        assertThat(library.apply(keys, 12, "SOLD", "7-a")).isEqualTo("MISSING");
        assertThat(library.apply(keys, 13, "RELEASE", "7-none")).isEqualTo("MISSING");
    }

    @Test
    void a_top_up_is_a_total_and_an_older_one_does_not_undo_a_later_one() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 3, "");
        assertThat(library.apply(keys, 13, "TOP_UP", "9")).isEqualTo("APPLIED");
        assertThat(library.apply(keys, 12, "TOP_UP", "7")).isEqualTo("IGNORED");
        assertThat(library.apply(keys, 13, "TOP_UP", "9")).isEqualTo("IGNORED");
        assertThat(library.counter(keys, "available")).isEqualTo(6);
        assertThat(library.apply(keys, 14, "TOP_UP", "2")).isEqualTo("NEGATIVE");
        assertThat(library.counter(keys, "published")).isEqualTo(9);
    }

    // --- withdraw

    @Test
    void units_are_withdrawn_all_or_none_and_never_those_that_somebody_has() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 2, "");
        assertThat(library.withdraw(keys, "1", 4)).isEqualTo("TOO_FEW");
        assertThat(counters()).isEqualTo("5 = 3 + 2 + 0, 0 withdrawn");
        assertThat(library.withdraw(keys, "2", 3)).isEqualTo("WITHDRAWN");
        assertThat(counters()).isEqualTo("2 = 0 + 2 + 0, 3 withdrawn");
        assertThat(library.withdraw(keys, "3", 1)).isEqualTo("TOO_FEW");
        assertThat(library.reserve(keys, "7-b", "v", 0, 1, "")).containsExactly("ALL_RESERVED");
        assertThat(library.decide(keys, "7-a", "SEND")).element(6).isEqualTo("SEND");
    }

    @Test
    void a_withdrawal_happens_once_and_a_refused_one_stays_refused_though_units_come_back() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 2, "");
        assertThat(library.withdraw(keys, "1", 3)).isEqualTo("WITHDRAWN");
        assertThat(library.withdraw(keys, "1", 3)).isEqualTo("WITHDRAWN");
        assertThat(library.withdraw(keys, "2", 1)).isEqualTo("TOO_FEW");
        assertThat(library.apply(keys, 11, "RELEASE", "7-a")).isEqualTo("APPLIED");
        assertThat(library.withdraw(keys, "2", 1)).isEqualTo("TOO_FEW");
        assertThat(counters()).isEqualTo("2 = 2 + 0 + 0, 3 withdrawn");
        assertThatThrownBy(() -> library.withdraw(keys, "1", 2)).hasMessageContaining("other units");
    }

    @Test
    void a_paused_item_can_be_withdrawn_from_and_one_that_is_over_cannot() {
        sellWith("state", "PAUSED");
        assertThat(library.withdraw(keys, "1", 5)).isEqualTo("WITHDRAWN");
        assertThat(library.withdraw(keys, "2", 1)).isEqualTo("TOO_FEW");
        emptyStore();
        sellWith("state", "ENDED");
        assertThat(library.withdraw(keys, "1", 1)).isEqualTo("ENDED");
        emptyStore();
        sellWith("closes", "1");
        assertThat(library.withdraw(keys, "1", 1)).isEqualTo("ENDED");
        assertThat(counters()).isEqualTo("5 = 5 + 0 + 0, 0 withdrawn");
    }

    @Test
    void a_top_up_that_was_made_without_knowing_of_a_withdrawal_does_not_bring_its_units_back() {
        sell(5, "-");
        assertThat(library.withdraw(keys, "1", 3)).isEqualTo("WITHDRAWN");
        assertThat(library.apply(keys, 11, "TOP_UP", "6")).isEqualTo("APPLIED");
        assertThat(counters()).isEqualTo("3 = 3 + 0 + 0, 3 withdrawn");
        assertThat(library.apply(keys, 12, "TOP_UP", "2")).isEqualTo("NEGATIVE");
    }

    @ParameterizedTest
    @CsvSource({"0", "-1"})
    void a_withdrawal_of_no_units_is_the_callers_mistake(int units) {
        sell(5, "-");
        assertThatThrownBy(() -> library.withdraw(keys, "1", units)).hasMessageContaining("withdraw takes");
        assertThatThrownBy(() -> library.withdraw(keys, "", 1)).hasMessageContaining("withdraw takes");
        assertThat(counters()).isEqualTo("5 = 5 + 0 + 0, 0 withdrawn");
    }

    private String counters() {
        return "%d = %d + %d + %d, %d withdrawn"
                .formatted(
                        library.counter(keys, "published"),
                        library.counter(keys, "available"),
                        library.counter(keys, "held"),
                        library.counter(keys, "sold"),
                        library.counter(keys, "withdrawn"));
    }

    @Test
    void a_state_that_was_overtaken_is_ignored() {
        sell(5, "-");
        assertThat(library.apply(keys, 12, "STATE", "LIVE", "0", Long.toString(FOREVER)))
                .isEqualTo("APPLIED");
        assertThat(library.apply(keys, 11, "STATE", "PAUSED", "0", Long.toString(FOREVER)))
                .isEqualTo("IGNORED");
        assertThat(library.reserve(keys, "7-a", "u", 0, 1, "")).first().isEqualTo("TAKEN");
    }

    @Test
    void units_are_taken_again_for_a_late_payment_even_after_the_end_but_never_beyond_stock_or_limit() {
        sell(2, "2");
        library.reserve(keys, "7-a", "u", 0, 2, "");
        library.decide(keys, "7-a", "SEND");
        assertThat(library.retake(keys, "7-a", 10)).isEqualTo("ALREADY");
        library.apply(keys, 11, "RELEASE", "7-a");
        library.apply(keys, 12, "STATE", "ENDED", "0", "1");
        assertThat(library.retake(keys, "7-a", 12)).isEqualTo("RETAKEN");
        assertThat(library.apply(keys, 11, "RELEASE", "7-a"))
                .as("carried once more by somebody who slept")
                .isEqualTo("IGNORED");
        assertThat(library.counter(keys, "held")).isEqualTo(2);
        library.apply(keys, 13, "RELEASE", "7-a");
        library.apply(keys, 14, "STATE", "LIVE", "0", Long.toString(FOREVER));
        library.reserve(keys, "7-b", "u", 0, 1, "");
        assertThat(library.retake(keys, "7-a", 14)).isEqualTo("LIMIT_REACHED");
        library.apply(keys, 15, "RELEASE", "7-b");
        library.reserve(keys, "7-c", "v", 0, 1, "");
        assertThat(library.retake(keys, "7-a", 15)).isEqualTo("SOLD_OUT");
        assertThat(library.retake(keys, "7-none", 15)).isEqualTo("MISSING");
    }

    @Test
    void units_of_refunds_are_told_as_a_total_so_that_twice_is_once() {
        sell(5, "-");
        for (String id : List.of("7-a", "7-b")) {
            library.reserve(keys, id, "u", 0, 2, "");
            library.decide(keys, id, "SEND");
            library.apply(keys, 11, "SOLD", id);
        }
        assertThat(library.apply(keys, 13, "RESTOCK", "3")).isEqualTo("APPLIED");
        assertThat(library.apply(keys, 13, "RESTOCK", "3")).isEqualTo("IGNORED");
        assertThat(library.apply(keys, 12, "RESTOCK", "1")).as("overtaken").isEqualTo("IGNORED");
        assertThat(library.counter(keys, "sold")).isEqualTo(1);
        assertThat(library.counter(keys, "available")).isEqualTo(4);
        assertThat(library.apply(keys, 14, "RESTOCK", "5")).isEqualTo("NEGATIVE");
        assertThat(library.counter(keys, "sold")).isEqualTo(1);
    }

    @Test
    void a_snapshot_shows_every_item_asked_for_and_says_which_are_ready() {
        sell(5, "-");
        library.reserve(keys, "7-a", "u", 0, 2, "");
        var reply = library.snapshot(keys);
        assertThat((Long) reply.get(1)).isGreaterThan((Long) reply.get(0));
        assertThat((List<?>) reply.get(2)).isEqualTo(List.of(1L, 1L, "LIVE", 0L, FOREVER, 5L, 3L, 2L, 0L));
        assertThat(library.snapshot(new StockKeys("SKU0002", 8, 1)).get(2)).isEqualTo(List.of(0L));
    }

    @Test
    void a_follower_is_told_which_items_changed_the_latest_first_and_each_once() {
        sell(5, "-");
        var other = new StockKeys("SKU0002", 8, 1);
        library.installAndGrant(other, Library.facts(other, 5, 0, 0, "-"), Map.of(), "nonce");
        var first = library.changes("", 0);
        assertThat((Long) first.get(1)).isGreaterThan((Long) first.get(0));
        assertThat(first.subList(4, first.size())).as("who knows nothing").containsExactly("ALL");
        String life = (String) first.get(2);
        long number = (Long) first.get(3);
        assertThat(changed(life, number)).isEmpty();

        library.reserve(keys, "7-a", "u", 0, 1, "");
        library.reserve(other, "8-a", "u", 0, 1, "");
        library.reserve(keys, "7-b", "u", 0, 1, "");
        assertThat(changed(life, number)).containsExactly("7", "8");
        assertThat(changed(life, number + 1)).containsExactly("7", "8");
        assertThat(changed(life, number + 2)).containsExactly("7");
        assertThat(changed(life, number + 3)).isEmpty();

        library.reserve(keys, "7-c", "u", 0, 6, "");
        library.reserve(keys, "7-a", "u", 0, 1, "");
        library.acknowledge(keys, "7-a");
        assertThat(changed(life, number + 3)).as("what changed nothing").isEmpty();
        assertThat(library.changes(life, number + 4).get(4))
                .as("a number of another life")
                .isEqualTo("ALL");
    }

    @Test
    void a_follower_of_a_library_that_was_loaded_anew_looks_at_all() {
        sell(5, "-");
        var before = library.changes("", 0);
        library.load();
        var after = library.changes((String) before.get(2), (Long) before.get(3));
        assertThat(after.get(1)).as("the lease went with the library").isEqualTo(0L);
        assertThat(after.subList(4, after.size())).containsExactly("ALL");
    }

    @Test
    void more_changed_items_than_a_reply_names_are_all() {
        sell(1, "-");
        var first = library.changes("", 0);
        for (int i = 1; i <= 4097; i++) {
            library.drop(new StockKeys("GONE", 1000 + i, 1));
        }
        assertThat(changed((String) first.get(2), (Long) first.get(3) + 1)).hasSize(4096);
        assertThat(library.changes((String) first.get(2), (Long) first.get(3)).get(4))
                .isEqualTo("ALL");
    }

    private List<Object> changed(String life, long number) {
        var reply = library.changes(life, number);
        assertThat(reply.get(4)).isEqualTo("SOME");
        return reply.subList(5, reply.size());
    }

    private Map<String, Object> dump() {
        var all = new LinkedHashMap<String, Object>();
        all.put("item", library.redis.hgetall(keys.item()));
        all.put("buyers", library.redis.hgetall(keys.buyers()));
        all.put("requests", library.redis.hgetall(keys.requests()));
        all.put("reservations", library.redis.hgetall(keys.reservations()));
        all.put("pending", library.redis.zrange(keys.pending(), 0, -1));
        all.put("holders", library.redis.lrange(keys.holders(), 0, -1));
        return all;
    }
}
