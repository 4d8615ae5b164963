package io.flashsale.cms.people;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Cms.Answer;
import io.flashsale.cms.Visitor;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PropertyResourceBundle;
import java.util.ResourceBundle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** People log in, see what their role may, and go when they must. */
class PeopleIT {

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    private static int names;

    @BeforeAll
    static void start() {
        cms = Cms.start();
        Visitor.of(cms, "root", "ADMINISTRATOR"); // so that nobody else is the last
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/, /login",
        "/promos/1, /login?next=%2Fpromos%2F1",
        "/people, /login?next=%2Fpeople",
        "/password, /login?next=%2Fpassword",
        "/monitor/sale, /login?next=%2Fmonitor%2Fsale",
        "/monitor/assets/monitor.js, /login?next=%2Fmonitor%2Fassets%2Fmonitor.js",
        "/nothing, /login?next=%2Fnothing",
    })
    void who_is_not_known_is_led_to_the_login_and_from_there_to_where_they_wanted(String path, String login) {
        var visitor = new Visitor(cms);
        assertThat(Visitor.location(visitor.get(path))).isEqualTo(login);
        String name = name();
        Visitor.of(cms, name, "ADMINISTRATOR");
        assertThat(visitor.get(login).body()).contains("name=\"next\" value=\"" + path + "\"");
        Map<String, String> fields = Map.of("name", name, "password", Visitor.password(name), "next", path);
        assertThat(Visitor.location(visitor.post("/login", fields))).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "/\\evil.example",
                "https://evil.example",
                "/%09/evil.example",
                "/.",
                "javascript:x",
                ""
            })
    void a_login_leads_to_no_other_host(String next) {
        String name = name();
        Visitor.of(cms, name, "EDITOR");
        var visitor = new Visitor(cms);
        visitor.get("/login");
        String to = Visitor.location(
                visitor.post("/login", Map.of("name", name, "password", Visitor.password(name), "next", next)));
        assertThat(to).isIn("/", "/.");
    }

    @Test
    void who_was_let_in_by_another_chooses_a_password_first_and_can_do_nothing_else() {
        String name = name();
        String made = add(name, "EDITOR");
        var visitor = new Visitor(cms);
        visitor.get("/login");
        String before = session(visitor);
        assertThat(before).isNotBlank();
        assertThat(Visitor.location(visitor.logIn(name, made))).isEqualTo("/");
        assertThat(session(visitor)).as("a session of its own").isNotBlank().isNotEqualTo(before);
        for (String path : new String[] {"/", "/monitor", "/people", "/promos/1"}) {
            assertThat(Visitor.location(visitor.get(path))).as(path).isEqualTo("/password");
        }
        assertThat(visitor.get("/password").body()).contains("The password that you have was made for you.");

        assertThat(chosen(visitor, "wrong", "seven words of one", "seven words of one"))
                .contains("This is not the password that you have now.");
        assertThat(chosen(visitor, made, "short one", "short one")).contains("too short");
        assertThat(chosen(visitor, made, "a".repeat(73), "a".repeat(73))).contains("too long");
        assertThat(chosen(visitor, made, "aaaaabbbbbcccccaaa", "aaaaabbbbbcccccaaa"))
                .contains("repeats itself");
        assertThat(chosen(visitor, made, "it is " + name + ", me", "it is " + name + ", me"))
                .contains("your name in it");
        assertThat(chosen(visitor, made, made, made)).contains("the one that you have");
        assertThat(chosen(visitor, made, "seven words of one", "seven words of two"))
                .contains("not the same twice");
        assertThat(visitor.get("/password").body()).as("nothing was changed").contains("was made for you");

        String inUse = session(visitor);
        HttpResponse<String> done = visitor.post(
                "/password", Map.of("old", made, "password", "seven words of one", "again", "seven words of one"));
        assertThat(Visitor.location(done)).isEqualTo("/?changed");
        assertThat(session(visitor)).isNotEqualTo(inUse);
        assertThat(visitor.get("/?changed").body()).contains("Your password has been changed.");
        assertThat(new Visitor(cms)
                        .logIn(name, made)
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .contains("/login?wrong");
    }

    @Test
    void a_new_password_ends_what_is_open_elsewhere() {
        String name = name();
        Visitor here = Visitor.of(cms, name, "EDITOR");
        var elsewhere = new Visitor(cms);
        elsewhere.logIn(name, Visitor.password(name));
        assertThat(elsewhere.get("/").statusCode()).isEqualTo(200);

        here.get("/password");
        here.post(
                "/password",
                Map.of("old", Visitor.password(name), "password", "other words, these", "again", "other words, these"));
        assertThat(here.get("/").statusCode()).isEqualTo(200);
        assertThat(Visitor.location(elsewhere.get("/"))).isEqualTo("/login");
    }

    @Test
    void five_wrong_passwords_lock_for_a_quarter_of_an_hour_and_nobody_is_told() {
        String name = name();
        Visitor.of(cms, name, "EDITOR");
        var visitor = new Visitor(cms);
        for (int i = 0; i < 5; i++) {
            assertThat(Visitor.location(visitor.logIn(name, "not it " + i))).isEqualTo("/login?wrong&next=%2F");
        }
        assertThat(Visitor.location(visitor.logIn(name, Visitor.password(name))))
                .isEqualTo("/login?wrong&next=%2F");
        assertThat(Visitor.location(visitor.logIn("nobody-at-all", "not it"))).isEqualTo("/login?wrong&next=%2F");
        assertThat(cms.value(
                        "SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), locked_until) BETWEEN 840 AND 900 FROM admin_user WHERE name = ?",
                        name))
                .isEqualTo("1");

        cms.rows("UPDATE admin_user SET locked_until = UTC_TIMESTAMP(3) WHERE name = ?", name);
        assertThat(Visitor.location(visitor.logIn(name, Visitor.password(name))))
                .isEqualTo("/");
    }

    @Test
    void a_right_password_forgives_the_wrong_ones_before_it() {
        String name = name();
        Visitor.of(cms, name, "EDITOR");
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 4; i++) {
                new Visitor(cms).logIn(name, "not it " + i);
            }
            assertThat(Visitor.location(new Visitor(cms).logIn(name, Visitor.password(name))))
                    .isEqualTo("/");
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void each_role_sees_what_it_may(Role role) {
        String name = name();
        Visitor visitor = Visitor.of(cms, name, role.name());
        boolean administrator = role == Role.ADMINISTRATOR;
        assertThat(visitor.get("/").statusCode()).isEqualTo(200);
        assertThat(visitor.get("/monitor/sale").statusCode()).isEqualTo(200);
        assertThat(visitor.get("/").body().contains("href=\"/people\"")).isEqualTo(administrator);
        assertThat(visitor.get("/people").statusCode()).isEqualTo(administrator ? 200 : 403);
        visitor.get("/");
        String other = name();
        assertThat(visitor.post("/people", Map.of("name", other, "role", "ADMINISTRATOR"))
                        .statusCode())
                .isEqualTo(administrator ? 200 : 403);
        assertThat(cms.rows("SELECT id FROM admin_user WHERE name = ?", other)).hasSize(administrator ? 1 : 0);
        assertThat(visitor.get("/nothing").statusCode()).isEqualTo(403);
        assertThat(visitor.post("/monitor/sale", Map.of()).statusCode()).isEqualTo(403);
    }

    @Test
    void an_administrator_adds_changes_and_lets_in_again_and_it_is_all_in_the_audit_log() {
        String name = name();
        String boss = name();
        Visitor administrator = Visitor.of(cms, boss, "ADMINISTRATOR");
        administrator.get("/people");
        String made = made(administrator.post("/people", Map.of("name", name, "role", "EDITOR")));
        var visitor = new Visitor(cms);
        assertThat(Visitor.location(visitor.logIn(name, made))).isEqualTo("/");
        String id = cms.value("SELECT id FROM admin_user WHERE name = ?", name);

        administrator.post("/people/" + id, change(id, "REVIEWER", "ACTIVE"));
        assertThat(Visitor.location(visitor.get("/password")))
                .as("another role begins with another login")
                .isEqualTo("/login?next=%2Fpassword");
        assertThat(Visitor.location(visitor.logIn(name, made))).isEqualTo("/");
        administrator.post("/people/" + id, change(id, "REVIEWER", "DISABLED"));
        assertThat(Visitor.location(visitor.get("/password"))).startsWith("/login");
        assertThat(Visitor.location(visitor.logIn(name, made))).isEqualTo("/login?wrong&next=%2F");
        administrator.post("/people/" + id, change(id, "REVIEWER", "ACTIVE"));
        String again = made(administrator.post("/people/" + id + "/reset", Map.of()));
        assertThat(again).isNotEqualTo(made);
        assertThat(Visitor.location(visitor.logIn(name, made))).isEqualTo("/login?wrong&next=%2F");
        assertThat(Visitor.location(visitor.logIn(name, again))).isEqualTo("/");

        assertThat(administrator.post("/people", Map.of("name", name, "role", "EDITOR")))
                .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(409))
                .satisfies(answer -> assertThat(answer.body()).contains("Somebody has this name already."));
        for (String odd : new String[] {"X", "a b", "operator", "ö", "a".repeat(33)}) {
            assertThat(administrator
                            .post("/people", Map.of("name", odd, "role", "EDITOR"))
                            .statusCode())
                    .as(odd)
                    .isEqualTo(400);
        }
        assertThat(cms.rows("SELECT actor, action FROM audit_log WHERE subject = ? ORDER BY id", "person:" + name))
                .extracting(row -> row.get("actor") + " " + row.get("action"))
                .containsExactly(
                        boss + " PERSON_ADDED",
                        boss + " PERSON_CHANGED",
                        boss + " PERSON_CHANGED",
                        boss + " PERSON_CHANGED",
                        boss + " PASSWORD_RESET");
        assertThat(cms.rows("SELECT detail FROM audit_log").toString()).doesNotContain(made, again, "$2a$");
        assertThat(cms.rows("SELECT password_hash FROM admin_user").toString()).doesNotContain(made, again);
    }

    @Test
    void the_last_administrator_stays_one() {
        try (Cms alone = Cms.start()) {
            Visitor only = Visitor.of(alone, "only", "ADMINISTRATOR");
            only.get("/people");
            String id = alone.value("SELECT id FROM admin_user");
            for (Map<String, String> change : List.of(
                    Map.of("role", "EDITOR", "state", "ACTIVE", "stamp", "1"),
                    Map.of("role", "ADMINISTRATOR", "state", "DISABLED", "stamp", "1"))) {
                HttpResponse<String> refused = only.post("/people/" + id, change);
                assertThat(refused.statusCode()).isEqualTo(409);
                assertThat(refused.body()).contains("This is the only administrator.");
            }
            assertThat(only.get("/people").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_form_counts_with_its_own_token_alone() {
        Visitor administrator = Visitor.of(cms, name(), "ADMINISTRATOR");
        administrator.get("/people");
        String name = name();
        Map<String, String> fields = Map.of("name", name, "role", "EDITOR", "_csrf", "made-up");
        assertThat(administrator.post("/people", fields).statusCode()).isEqualTo(403);
        assertThat(cms.rows("SELECT id FROM admin_user WHERE name = ?", name)).isEmpty();
        assertThat(administrator.post("/logout", Map.of("_csrf", "")).statusCode())
                .isEqualTo(403);
        assertThat(administrator.get("/").statusCode()).isEqualTo(200);

        var late = new Visitor(cms);
        assertThat(Visitor.location(late.post("/login", Map.of("name", name, "password", "x"))))
                .isEqualTo("/login?late");
        assertThat(late.get("/login?late").body()).contains("The page had waited for too long");
    }

    @Test
    void who_logs_out_is_out() {
        Visitor visitor = Visitor.of(cms, name(), "EDITOR");
        String session = session(visitor);
        visitor.get("/");
        assertThat(Visitor.location(visitor.post("/logout", Map.of()))).isEqualTo("/login?left");
        HttpResponse<String> stolen =
                cms.text(cms.anonymous("/").header("Accept", "text/html").header("Cookie", "flashsale-cms=" + session));
        assertThat(stolen.statusCode()).isEqualTo(302);
    }

    @Test
    void a_person_is_no_program_and_a_program_no_person() {
        Visitor administrator = Visitor.of(cms, name(), "ADMINISTRATOR");
        Answer api = cms.send(
                cms.anonymous("/api/admin/promos").header("Cookie", "flashsale-cms=" + session(administrator)));
        assertThat(api.status()).isEqualTo(401);
        for (String path : new String[] {"/", "/people", "/monitor"}) {
            HttpResponse<String> page = cms.text(cms.request(path).header("Accept", "text/html"));
            assertThat(page.statusCode()).as(path).isEqualTo(302);
        }
        assertThat(cms.send(cms.request("/people").POST(BodyPublishers.noBody()))
                        .status())
                .isIn(302, 403);
    }

    @Test
    void a_session_is_kept_while_the_service_is_started_anew() {
        String name = name();
        Visitor visitor = Visitor.of(cms, name, "EDITOR");
        String session = session(visitor);
        try (Cms other = Cms.beside(cms)) {
            HttpResponse<String> page = other.text(
                    other.anonymous("/").header("Accept", "text/html").header("Cookie", "flashsale-cms=" + session));
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains(name);
        }
    }

    @Test
    void pages_speak_both_languages() {
        assertThat(new Visitor(cms, "zh-TW,zh;q=0.9,en;q=0.8").get("/login").body())
                .contains("lang=\"zh-CN\"", "登录运营后台");
        assertThat(new Visitor(cms, "fr, en;q=0.5").get("/login").body()).contains("lang=\"en\"", "Log in to the CMS");
        var visitor = new Visitor(cms, "zh");
        assertThat(visitor.get("/login?lang=en").body()).contains("Log in to the CMS");
        assertThat(visitor.get("/login").body()).contains("Log in to the CMS");
        assertThat(visitor.get("/login?lang=%3Cscript%3E").body()).doesNotContain("<script>");
    }

    @Test
    void each_message_is_there_in_both_languages() {
        var english = ResourceBundle.getBundle("messages", Locale.ROOT);
        var chinese = ResourceBundle.getBundle("messages", Locale.SIMPLIFIED_CHINESE);
        assertThat(chinese.getLocale().getLanguage()).isEqualTo("zh");
        for (String key : english.keySet()) {
            assertThat(((PropertyResourceBundle) chinese).handleGetObject(key))
                    .as(key)
                    .isNotNull()
                    .isNotEqualTo(english.getString(key));
        }
    }

    /** As the page has it that was loaded just now. */
    private static Map<String, String> change(String id, String role, String state) {
        String stamp = cms.value("SELECT stamp FROM admin_user WHERE id = ?", id);
        return Map.of("role", role, "state", state, "stamp", stamp);
    }

    @Test
    void a_page_that_is_behind_changes_nobody_and_one_that_changes_nothing_ends_no_session() {
        Visitor administrator = Visitor.of(cms, name(), "ADMINISTRATOR");
        administrator.get("/people");
        String name = name();
        Visitor visitor = Visitor.of(cms, name, "EDITOR");
        String id = cms.value("SELECT id FROM admin_user WHERE name = ?", name);
        Map<String, String> same = change(id, "EDITOR", "ACTIVE");
        administrator.post("/people/" + id, same);
        assertThat(visitor.get("/").statusCode()).as("nothing was changed").isEqualTo(200);

        administrator.post("/people/" + id, change(id, "EDITOR", "DISABLED"));
        HttpResponse<String> behind = administrator.post(
                "/people/" + id, Map.of("role", "RISK", "state", "ACTIVE", "stamp", same.get("stamp")));
        assertThat(behind.statusCode()).isEqualTo(409);
        assertThat(behind.body()).contains("Somebody changed this account meanwhile.");
        assertThat(cms.rows("SELECT role, state FROM admin_user WHERE id = ?", id)
                        .toString())
                .contains("EDITOR", "DISABLED");
    }

    @Test
    void the_old_password_cannot_be_guessed_where_it_is_changed() {
        String name = name();
        Visitor visitor = Visitor.of(cms, name, "EDITOR");
        for (int i = 0; i < 5; i++) {
            chosen(visitor, "not it " + i, "other words, these", "other words, these");
        }
        assertThat(chosen(visitor, Visitor.password(name), "other words, these", "other words, these"))
                .contains("This is not the password that you have now.");
        assertThat(Visitor.location(new Visitor(cms).logIn(name, Visitor.password(name))))
                .isEqualTo("/login?wrong&next=%2F");
    }

    /** Of a request that began before the login, and ends after it. */
    @Test
    void what_is_still_under_way_in_an_older_session_does_not_become_the_new_one() {
        String name = name();
        Visitor visitor = Visitor.of(cms, name, "EDITOR");
        String older = session(visitor);
        String key = cms.value("SELECT PRIMARY_ID FROM SPRING_SESSION WHERE PRINCIPAL_NAME = ?", name);
        visitor.get("/password");
        visitor.post(
                "/password",
                Map.of("old", Visitor.password(name), "password", "other words, these", "again", "other words, these"));
        assertThat(session(visitor)).isNotEqualTo(older);
        assertThat(cms.rows("SELECT PRIMARY_ID FROM SPRING_SESSION WHERE PRINCIPAL_NAME = ?", name))
                .singleElement()
                .satisfies(row -> assertThat(row.get("PRIMARY_ID")).isNotEqualTo(key));
    }

    @Test
    void a_session_that_cannot_be_read_any_more_is_none() {
        String name = name();
        Visitor visitor = Visitor.of(cms, name, "EDITOR");
        cms.rows(
                "UPDATE SPRING_SESSION_ATTRIBUTES SET ATTRIBUTE_BYTES = 'of another version' WHERE SESSION_PRIMARY_ID IN"
                        + " (SELECT PRIMARY_ID FROM SPRING_SESSION WHERE PRINCIPAL_NAME = ?)",
                name);
        assertThat(Visitor.location(visitor.get("/"))).isEqualTo("/login");
        assertThat(Visitor.location(visitor.logIn(name, Visitor.password(name))))
                .isEqualTo("/");
    }

    private static String chosen(Visitor visitor, String old, String password, String again) {
        visitor.get("/password");
        HttpResponse<String> answer =
                visitor.post("/password", Map.of("old", old, "password", password, "again", again));
        assertThat(answer.statusCode()).isEqualTo(400);
        return answer.body();
    }

    private static String add(String name, String role) {
        return cms.post("/api/admin/people", "{\"name\":\"%s\",\"role\":\"%s\"}".formatted(name, role))
                .body()
                .get("password")
                .asString();
    }

    private static String made(HttpResponse<String> page) {
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        Matcher made = Pattern.compile("data-testid=\"made\">([a-z0-9-]+)<").matcher(page.body());
        assertThat(made.find()).as(page.body()).isTrue();
        return made.group(1);
    }

    private static String session(Visitor visitor) {
        return visitor.cookie("flashsale-cms");
    }

    private static String name() {
        return "person" + ++names;
    }
}
