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
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
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

    private static final Logger log = LoggerFactory.getLogger(BlacklistPages.class);

    private static final int SHOWN = 50;

    private static final Set<String> DONE = Set.of("ADDED", "LISTED", "LIFTED");

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

    /** @param promo from whose page it comes, and goes back to where it is done */
    @PostMapping
    String add(
            @ModelAttribute("wanted") Wanted wanted,
            @RequestParam(name = "promo", required = false) @Nullable Long promo,
            Principal who,
            Model model,
            HttpServletResponse response) {
        var request = new Blacklist.Request(wanted.kind(), wanted.value().strip(), wanted.reason(), expires(wanted));
        try {
            Blacklist.View added = blacklist.add(Actor.of(who), request);
            return promo == null
                    ? done("/blacklist", "ADDED", added.carried())
                    : done("/promos/" + promo, "BLOCK", added.carried());
        } catch (Refusal refused) {
            response.setStatus(refused.problem().status());
            return page("", Long.MAX_VALUE, wanted, refused.problem(), "", model);
        }
    }

    @GetMapping("/import")
    String importing(Model model) {
        return importPage(new Wanted("account", "", "", "day"), "", null, null, model);
    }

    /** @param act look, or take what was looked at */
    @PostMapping("/import")
    String importList(
            @ModelAttribute("wanted") Wanted wanted,
            @RequestParam(name = "sheet", defaultValue = "") String sheet,
            @RequestParam("act") String act,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            var common = new Blacklist.Request(wanted.kind(), null, wanted.reason(), expires(wanted));
            if (act.equals("take")) {
                return done("/blacklist", "LISTED", blacklist.addAll(Actor.of(who), common, sheet));
            }
            return importPage(wanted, sheet, blacklist.look(Actor.of(who), common, sheet), null, model);
        } catch (Refusal refused) {
            response.setStatus(refused.problem().status());
            return importPage(wanted, sheet, null, refused.problem(), model);
        } catch (DataAccessException | TransactionException fault) {
            log.error("a list of {} characters could not be read or taken", sheet.length(), fault);
            response.setStatus(503);
            return importPage(
                    wanted, sheet, null, Problem.of(503, "BUSY", "The database is away or broke off."), model);
        }
    }

    private static String importPage(
            Wanted wanted, String sheet, @Nullable EntryList looked, @Nullable Problem problem, Model model) {
        model.addAttribute("wanted", wanted);
        model.addAttribute("sheet", sheet);
        model.addAttribute("looked", looked);
        model.addAttribute("problem", problem);
        return "blacklist-import";
    }

    private @Nullable String expires(Wanted wanted) {
        Duration span = SPANS.get(wanted.span());
        return span == null ? null : clock.instant().plus(span).toString();
    }

    @PostMapping("/{id}/lift")
    String lift(
            @PathVariable("id") long id,
            @RequestParam("why") String why,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            return done(
                    "/blacklist",
                    "LIFTED",
                    blacklist.lift(Actor.of(who).because(why), id).carried());
        } catch (Refusal refused) {
            if (refused.problem().status() == 404) {
                throw refused;
            }
            response.setStatus(refused.problem().status());
            return page("", Long.MAX_VALUE, new Wanted("account", "", "", "day"), refused.problem(), "", model);
        }
    }

    private static String done(String where, String what, @Nullable Boolean carried) {
        return "redirect:" + where + "?done=" + what + (Boolean.TRUE.equals(carried) ? "" : "&late");
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
        model.addAttribute("done", DONE.contains(done) ? done : "");
        model.addAttribute("now", now);
        return "blacklist";
    }
}
