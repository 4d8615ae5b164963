package io.flashsale.cms.preview;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.promo.Promos;
import io.flashsale.cms.web.Page;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /previews}: the links that there are, and one more. */
@Page
@RequestMapping("/previews")
class PreviewPages {

    private final Previews previews;
    private final Promos promos;

    PreviewPages(Previews previews, Promos promos) {
        this.previews = previews;
        this.promos = promos;
    }

    @GetMapping
    String list(@RequestParam(name = "withdrawn", required = false) @Nullable String withdrawn, Model model) {
        model.addAttribute("withdrawn", withdrawn != null);
        return previews.shown(null, model);
    }

    /** Of a promo that was handed in. */
    @PostMapping
    String make(
            @RequestParam("promo") long promo,
            @RequestParam(name = "span", defaultValue = "day") String span,
            Principal who,
            Model model) {
        return previews.shown(previews.make(Actor.of(who), promos.get(promo), span), model);
    }

    @PostMapping("/{id}/withdraw")
    String withdraw(@PathVariable("id") long id, Principal who) {
        previews.withdraw(Actor.of(who), id);
        return "redirect:/previews?withdrawn";
    }
}
