package io.flashsale.cms.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import io.flashsale.testkit.RealMySql;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Long work as people see it, by the lists that are taken so. */
class WorksIT {

    private static final String MANY =
            IntStream.range(0, 3_000).mapToObj(n -> "u" + n).collect(Collectors.joining("\n"));

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor editor;

    @BeforeAll
    static void start() {
        cms = Cms.start();
        editor = Visitor.of(cms, "edith", "EDITOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void it_shows_how_far_it_is_and_stops_when_somebody_says_so_at_another_cms() throws SQLException {
        try (Cms beside = Cms.beside(cms);
                Connection other = RealMySql.shared().connect(cms.database())) {
            Visitor emil = Visitor.of(beside, "emil", "EDITOR");
            holdBack(other, "u1500");
            String work = Visitor.location(send("Stopped"));
            assertThat(work).matches("/works/\\d+");
            awaitState(emil, work, "\"done\":1000");
            assertThat(emil.get(work + "/state").body())
                    .contains("\"state\":\"RUNNING\"", "\"total\":3000", "\"percent\":33");
            assertThat(emil.get(work).body())
                    .contains("A list is being taken", "Stopped", "1,000</span> / <span>3,000", "edith");
            assertThat(Visitor.location(emil.post(work + "/stop", Map.of()))).isEqualTo(work);
            assertThat(emil.get(work).body()).contains("It is being stopped.").doesNotContain("data-testid=\"stop\"");
            other.rollback();
            awaitState(emil, work, "STOPPED");
            assertThat(editor.get(work).body()).contains("It was stopped. Nothing of it was kept.", "stopped by emil");
        }
        assertThat(cms.value("SELECT COUNT(*) FROM eligibility_list WHERE name = 'Stopped'"))
                .isEqualTo("0");
        assertThat(cms.value("SELECT COUNT(*) FROM audit_log WHERE detail LIKE '%\"Stopped\"%'"))
                .isEqualTo("0");
    }

    @Test
    void what_waits_is_done_in_its_turn_and_too_much_of_it_is_refused() {
        var works = new ArrayList<String>();
        var go = new CountDownLatch(1);
        for (int i = 0; i < 3; i++) {
            works.add(cms.part(Works.class).begin("LIST", "Waits " + i, "edith", 1, progress -> {
                await(go);
                progress.at(1);
                progress.done("/lists/7?done=KEPT");
            }));
        }
        assertThat(works).allMatch(page -> page.matches("/works/\\d+"));
        HttpResponse<String> refused = send("Too much");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body())
                .contains("Other long work waits", "value=\"Too much\"")
                .contains("href=\"" + works.get(2) + "\">Waits 2</a>", "being taken");
        go.countDown();
        for (String work : works) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                            editor.get(work).headers().firstValue("Location"))
                    .contains("/lists/7?done=KEPT"));
        }
        assertThat(cms.value("SELECT COUNT(*) FROM eligibility_list WHERE name = 'Too much'"))
                .isEqualTo("0");
        assertThat(cms.value("SELECT outcome FROM work WHERE title = 'Too much'"))
                .isEqualTo("WORK_BUSY");
    }

    @Test
    void what_breaks_off_says_so_and_is_in_the_page_of_its_kind() {
        var go = new CountDownLatch(1);
        String work = cms.part(Works.class).begin("LIST", "Broken", "edith", 10, progress -> {
            await(go);
            throw new IllegalStateException("a mistake");
        });
        go.countDown();
        awaitState(editor, work, "FAILED");
        assertThat(editor.get(work).body())
                .contains("It could not be done. Nothing of it was kept.", "its log says what")
                .doesNotContain("data-src=\"/works");
        assertThat(editor.get("/lists").body()).contains(">Broken</a>", "not taken");
    }

    @Test
    void whoever_asks_in_the_last_moment_is_heard() {
        var at = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        String work = cms.part(Works.class).begin("LIST", "Nearly", "edith", 10, progress -> {
            progress.at(10);
            at.countDown();
            await(go);
            progress.done("/lists");
        });
        await(at);
        editor.get(work);
        assertThat(Visitor.location(editor.post(work + "/stop", Map.of()))).isEqualTo(work);
        go.countDown();
        awaitState(editor, work, "STOPPED");
        assertThat(editor.get(work).body()).contains("stopped by edith");
    }

    @Test
    void what_is_short_leads_to_what_came_of_it_and_the_audit_log_knows_from_where_it_was_asked_for() {
        editor.get("/lists");
        String page = Visitor.location(editor.upload(
                "/lists", Map.of("name", "Short"), "a.csv", "text/csv", "u1".getBytes(StandardCharsets.UTF_8)));
        assertThat(page).matches("/lists/\\d+\\?done=KEPT");
        assertThat(cms.value(
                        "SELECT address FROM audit_log WHERE subject = ?",
                        "list:" + page.replaceAll("\\D+(\\d+).*", "$1")))
                .isEqualTo("127.0.0.1");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_nothing_is_heard_of_is_given_up_for_good() {
        cms.rows(
                "INSERT INTO work (kind, title, begun_by, begun_at, beat_at, done, total, state) VALUES ('LIST', 'Lost <b>one</b>',"
                        + " 'edith', UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE, UTC_TIMESTAMP(3) - INTERVAL 16 SECOND, 5, 10, 'RUNNING')");
        String id = cms.value("SELECT MAX(id) FROM work");
        assertThat(editor.get("/works/" + id).body())
                .contains("It broke off", "Lost &lt;b&gt;one&lt;/b&gt;")
                .doesNotContain("data-src");
        assertThat(cms.part(WorkMapper.class).done(Long.parseLong(id), "/lists/1"))
                .as("who did it comes back")
                .isZero();
        assertThat(editor.get("/works/987654").statusCode()).isEqualTo(404);
    }

    private static void awaitState(Visitor visitor, String work, String state) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        visitor.get(work + "/state").body())
                .contains(state));
    }

    private static HttpResponse<String> send(String name) {
        editor.get("/lists");
        return editor.upload(
                "/lists", Map.of("name", name), "many.csv", "text/csv", MANY.getBytes(StandardCharsets.UTF_8));
    }

    /** Whoever writes this account into one of the next lists waits until this transaction is over. */
    private static void holdBack(Connection other, String user) throws SQLException {
        other.setAutoCommit(false);
        int last = Integer.parseInt(cms.value("SELECT COALESCE(MAX(id), 0) FROM eligibility_list"));
        try (Statement statement = other.createStatement()) {
            statement.execute("SET SESSION foreign_key_checks = 0");
            List<String> rows = IntStream.rangeClosed(last + 1, last + 30)
                    .mapToObj(list -> "(" + list + ", '" + user + "')")
                    .toList();
            statement.execute("INSERT INTO eligibility_member (list_id, user_id) VALUES " + String.join(", ", rows));
        }
    }
}
