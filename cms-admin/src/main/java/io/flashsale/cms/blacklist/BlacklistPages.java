package io.flashsale.cms.blacklist;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Problem;
import io.flashsale.cms.web.Refusal;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /blacklist}: who may not buy, why, since when and until when. */
@Page
@RequestMapping("/blacklist")
class BlacklistPages {

    private static final int SHOWN = 50;

    /** For how long; by the key of its message. */
    private static final Map<String, Duration> SPANS =
            Map.of("hour", Duration.ofHours(1), "day", Duration.ofDays(1), "month", Duration.ofDays(30));

    private final Blacklist blacklist;
    private final Clock clock;

    BlacklistPages(Blacklist blacklist, Clock clock) {
        this.blacklist = blacklist;
        this.clock = clock;
    }

    /**
     * Whom somebody wants on the list.
     *
     * @param span hour, day or month; anything else: until lifted
     */
    record Wanted(String kind, String value, String reason, String span) {

        Wanted {
            kind = kind == null ? "" : kind;
            value = value == null ? "" : value;
            reason = reason == null ? "" : reason;
            span = span == null ? "" : span;
        }
    }

    @GetMapping
    String list(
            @RequestParam(name = "before", defaultValue = "9223372036854775807") long before,
            @RequestParam(name = "value", defaultValue = "") String value,
            @RequestParam(name = "done", defaultValue = "") String done,
            Model model) {
        return page(value.strip(), before, new Wanted("account", "", "", "day"), null, done, model);
    }

    @PostMapping
    String add(@ModelAttribute("wanted") Wanted wanted, Principal who, Model model, HttpServletResponse response) {
        Duration span = SPANS.get(wanted.span());
        String expires = span == null ? null : clock.instant().plus(span).toString();
        var request = new Blacklist.Request(wanted.kind(), wanted.value().strip(), wanted.reason(), expires);
        try {
            return done("ADDED", blacklist.add(Actor.of(who), request));
        } catch (Refusal refused) {
            response.setStatus(refused.problem().status());
            return page("", Long.MAX_VALUE, wanted, refused.problem(), "", model);
        }
    }

    @PostMapping("/{id}/lift")
    String lift(
            @PathVariable("id") long id,
            @RequestParam("why") String why,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            return done("LIFTED", blacklist.lift(Actor.of(who).because(why), id));
        } catch (Refusal refused) {
            if (refused.problem().status() == 404) {
                throw refused;
            }
            response.setStatus(refused.problem().status());
            return page("", Long.MAX_VALUE, new Wanted("account", "", "", "day"), refused.problem(), "", model);
        }
    }

    private static String done(String what, Blacklist.View entry) {
        return "redirect:/blacklist?done=" + what + (Boolean.TRUE.equals(entry.carried()) ? "" : "&late");
    }

    private String page(String value, long before, Wanted wanted, @Nullable Problem problem, String done, Model model) {
        // Nobody on it has another name, and a column of ASCII cannot be asked for one.
        List<Blacklist.View> entries =
                value.matches("[!-~]*") ? blacklist.standing(value, before, SHOWN + 1) : List.of();
        Instant now = clock.instant();
        model.addAttribute("entries", entries.stream().limit(SHOWN).toList());
        model.addAttribute(
                "older", entries.size() > SHOWN ? entries.get(SHOWN - 1).id() : null);
        model.addAttribute("value", value);
        model.addAttribute("wanted", wanted);
        model.addAttribute("problem", problem);
        model.addAttribute("done", done.equals("ADDED") || done.equals("LIFTED") ? done : "");
        model.addAttribute("now", now);
        return "blacklist";
    }
}
