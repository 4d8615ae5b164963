package io.flashsale.cms.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import io.flashsale.cms.people.Role;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each page and each form, asked for directly by somebody of each role and by nobody. */
class RolesIT {

    private static final Map<String, Set<Role>> OPEN_TO = new LinkedHashMap<>();

    static {
        allow("GET /", Role.values());
        allow("GET /promos/{id}", Role.values());
        allow("GET /promos/{id}/live", Role.values());
        allow("GET /monitor", Role.values());
        allow("GET /monitor/{dashboard}", Role.values());
        allow("GET /monitor/{dashboard}/panels/{panel}", Role.values());
        allow("GET /password", Role.values());
        allow("POST /password", Role.values());
        allow("GET /drafts", Role.EDITOR);
        allow("POST /drafts", Role.EDITOR);
        allow("POST /drafts/of", Role.EDITOR);
        allow("GET /drafts/{id}", Role.EDITOR);
        allow("POST /drafts/{id}", Role.EDITOR);
        allow("POST /drafts/{id}/autosave", Role.EDITOR);
        allow("GET /drafts/{id}/import", Role.EDITOR);
        allow("POST /drafts/{id}/import", Role.EDITOR);
        allow("GET /drafts/{id}/items.csv", Role.EDITOR);
        allow("GET /images", Role.EDITOR);
        allow("POST /images", Role.EDITOR);
        allow("POST /images/cut", Role.EDITOR);
        allow("POST /images/{id}/delete", Role.EDITOR);
        allow("GET /images/{id}/{width}", Role.values());
        allow("GET /lists", Role.EDITOR);
        allow("POST /lists", Role.EDITOR);
        allow("GET /lists/{id}", Role.values());
        allow("POST /lists/{id}/delete", Role.EDITOR);
        allow("GET /works/{id}", Role.EDITOR);
        allow("GET /works/{id}/state", Role.EDITOR);
        allow("POST /works/{id}/stop", Role.EDITOR);
        allow("POST /promos/{id}/approve", Role.REVIEWER);
        allow("POST /promos/{id}/return", Role.REVIEWER);
        for (String act : new String[] {"schedule", "cancel", "pause", "resume", "end", "publish", "anything"}) {
            allow("POST /promos/{id}/" + act, Role.OPERATOR);
        }
        allow("POST /promos/{id}/move-end", Role.OPERATOR);
        allow("POST /promos/{id}/how-often", Role.OPERATOR);
        allow("POST /promos/{id}/items/{sku}/topup", Role.OPERATOR);
        allow("GET /previews", Role.EDITOR, Role.REVIEWER, Role.OPERATOR);
        allow("POST /previews", Role.EDITOR, Role.REVIEWER, Role.OPERATOR);
        allow("POST /previews/{id}/withdraw", Role.EDITOR, Role.REVIEWER, Role.OPERATOR);
        allow("GET /blacklist", Role.RISK);
        allow("POST /blacklist", Role.RISK);
        allow("GET /blacklist/import", Role.RISK);
        allow("POST /blacklist/import", Role.RISK);
        allow("POST /blacklist/{id}/lift", Role.RISK);
        allow("GET /traffic", Role.RISK);
        allow("POST /traffic/rules/{name}", Role.RISK);
        allow("POST /traffic/allowed", Role.RISK);
        allow("POST /traffic/allowed/{id}/remove", Role.RISK);
        allow("GET /decisions", Role.RISK, Role.AUDITOR);
        allow("GET /audit", Role.AUDITOR);
        allow("GET /reconciliation", Role.AUDITOR, Role.OPERATOR);
        allow("POST /reconciliation/findings/{id}/approve", Role.OPERATOR);
        allow("POST /reconciliation/messages/{id}/replay", Role.OPERATOR);
        allow("POST /reconciliation/messages/{id}/discard", Role.OPERATOR);
        allow("GET /orders", Role.AUDITOR);
        allow("GET /orders/{id}", Role.AUDITOR);
        allow("GET /promos/{id}/settlement", Role.AUDITOR);
        allow("GET /promos/{id}/settlement/orders", Role.AUDITOR);
        allow("GET /people");
        allow("POST /people");
        allow("POST /people/{id}");
        allow("POST /people/{id}/reset");
    }

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    /** To these, and to administrators. */
    private static void allow(String endpoint, Role... roles) {
        Set<Role> all = EnumSet.of(Role.ADMINISTRATOR);
        all.addAll(Arrays.asList(roles));
        OPEN_TO.put(endpoint, all);
    }

    @BeforeAll
    static void start() {
        cms = Cms.start();
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void no_page_is_left_out_here() {
        Set<String> acts = cms.endpoints().contains("POST /promos/{id}/{act}")
                ? OPEN_TO.keySet().stream()
                        .filter(endpoint -> endpoint.matches("POST /promos/\\{id}/[a-z]+"))
                        .collect(Collectors.toSet())
                : Set.of();
        assertThat(acts).isNotEmpty();
        Set<String> others = OPEN_TO.keySet().stream()
                .filter(endpoint -> !acts.contains(endpoint))
                .collect(Collectors.toSet());
        assertThat(cms.endpoints().stream()
                        .filter(endpoint -> !endpoint.contains(" /api/")
                                && !Set.of("ANY /error", "GET /login", "POST /promos/{id}/{act}")
                                        .contains(endpoint)))
                .containsExactlyInAnyOrderElementsOf(others);
    }

    @Test
    void each_role_has_what_it_has_and_nothing_else() {
        var judged = new SoftAssertions();
        for (Role role : Role.values()) {
            Visitor visitor = Visitor.of(cms, "a-" + role.name().toLowerCase(Locale.ROOT), role.name());
            OPEN_TO.forEach((endpoint, roles) -> {
                int status = ask(visitor, endpoint).statusCode();
                if (roles.contains(role)) {
                    judged.assertThat(status).as("%s to %s", endpoint, role).isNotIn(401, 403, 500);
                } else {
                    judged.assertThat(status).as("%s to %s", endpoint, role).isEqualTo(403);
                }
            });
        }
        judged.assertAll();
    }

    @Test
    void who_has_not_logged_in_is_led_to_the_login_or_refused() {
        var judged = new SoftAssertions();
        OPEN_TO.keySet().forEach(endpoint -> {
            HttpResponse<String> answer = ask(new Visitor(cms), endpoint);
            judged.assertThat(answer.statusCode()).as(endpoint).isIn(302, 401, 403);
            judged.assertThat(answer.body()).as(endpoint).doesNotContain("data-testid=\"log-out\"");
        });
        judged.assertAll();
    }

    private static HttpResponse<String> ask(Visitor visitor, String endpoint) {
        String path =
                endpoint.replaceFirst("^[A-Z]+ ", "").replace("{id}", "999999").replaceAll("\\{[a-z]+}", "none");
        if (endpoint.startsWith("GET ")) {
            return visitor.get(path);
        }
        visitor.get("/password");
        return visitor.post(path, Map.of());
    }
}
