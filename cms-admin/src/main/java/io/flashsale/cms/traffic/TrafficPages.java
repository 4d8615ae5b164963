package io.flashsale.cms.traffic;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Problem;
import io.flashsale.cms.web.Refusal;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /traffic}: the rules, whom they caught, and whom they leave alone. */
@Page
@RequestMapping("/traffic")
class TrafficPages {

    private static final int SHOWN = 50;

    private static final Set<String> DONE = Set.of("CHANGED", "ALLOWED", "REMOVED");

    private final Traffic traffic;

    TrafficPages(Traffic traffic) {
        this.traffic = traffic;
    }

    /** Whom somebody wants left alone. */
    public record Leave(String kind, String value, String reason) {}

    private static final Leave NOBODY = new Leave("address", "", "");

    @GetMapping
    String show(@RequestParam(name = "done", defaultValue = "") String done, Model model) {
        return page(NOBODY, "", null, done, model);
    }

    @PostMapping("/rules/{name}")
    String change(
            @PathVariable("name") String name,
            @RequestParam(name = "threshold", defaultValue = "") String threshold,
            @RequestParam(name = "window", defaultValue = "") String window,
            @RequestParam(name = "ban", defaultValue = "") String ban,
            @RequestParam(name = "mode", defaultValue = "") String mode,
            @RequestParam(name = "version", defaultValue = "0") int version,
            @RequestParam(name = "why", defaultValue = "") String why,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            traffic.change(Actor.of(who).because(why), name, new Traffic.Wanted(threshold, window, ban, mode, version));
            return "redirect:/traffic?done=CHANGED";
        } catch (Refusal refused) {
            return refused(refused, NOBODY, name, model, response);
        }
    }

    @PostMapping("/allowed")
    String allow(
            @RequestParam(name = "kind", defaultValue = "") String kind,
            @RequestParam(name = "value", defaultValue = "") String value,
            @RequestParam(name = "reason", defaultValue = "") String reason,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            traffic.allow(Actor.of(who), kind, value, reason);
            return "redirect:/traffic?done=ALLOWED";
        } catch (Refusal refused) {
            return refused(refused, new Leave(kind, value, reason), "", model, response);
        }
    }

    @PostMapping("/allowed/{id}/remove")
    String remove(
            @PathVariable("id") long id,
            @RequestParam(name = "why", defaultValue = "") String why,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            traffic.remove(Actor.of(who).because(why), id);
            return "redirect:/traffic?done=REMOVED";
        } catch (Refusal refused) {
            return refused(refused, NOBODY, "", model, response);
        }
    }

    private String refused(Refusal refused, Leave leave, String rule, Model model, HttpServletResponse response) {
        if (refused.problem().status() == 404) {
            throw refused;
        }
        response.setStatus(refused.problem().status());
        return page(leave, rule, refused.problem(), "", model);
    }

    /** @param open the rule whose form is open */
    private String page(Leave leave, String open, @Nullable Problem problem, String done, Model model) {
        model.addAttribute("rules", traffic.rules());
        model.addAttribute("catches", traffic.catches(SHOWN));
        model.addAttribute("allowed", traffic.allowed());
        model.addAttribute("leave", leave);
        model.addAttribute("open", open);
        model.addAttribute("problem", problem);
        model.addAttribute("done", DONE.contains(done) ? done : "");
        return "traffic";
    }
}
