package io.flashsale.cms.promo;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Refusal;
import java.security.Principal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/**
 * What a reviewer or an operator does to a promo from its page: each with a reason, which the audit log keeps and an approval may lack, and
 * an end with the promo's name typed once more, since there is no way back from it.
 */
@Page
class PromoActs {

    private final Promos promos;
    private final Preflight preflight;
    private final TopUps topUps;

    PromoActs(Promos promos, Preflight preflight, TopUps topUps) {
        this.promos = promos;
        this.preflight = preflight;
        this.topUps = topUps;
    }

    @PostMapping("/promos/{id}/{act}")
    String take(
            @PathVariable("id") long id,
            @PathVariable("act") String act,
            @RequestParam("why") String why,
            @RequestParam(name = "confirm", defaultValue = "") String confirm,
            Principal who,
            RedirectAttributes next) {
        Transition transition = Arrays.stream(Transition.values())
                .filter(known -> known != Transition.PUBLISH // that is for programs
                        && known.name().toLowerCase(Locale.ROOT).equals(act))
                .findFirst()
                .orElseThrow(() -> Refusal.unknown("NOT_FOUND", "There is nothing here."));
        return answered(id, next, () -> {
            Actor actor = transition == Transition.APPROVE && why.isBlank()
                    ? Actor.of(who)
                    : Actor.of(who).because(why);
            if (transition == Transition.END
                    && !confirm.strip().equals(promos.get(id).name())) {
                throw Refusal.invalid("CONFIRM_WRONG", "confirm", "That is not the name of this promo.");
            }
            if (transition == Transition.SCHEDULE) {
                PromoView proposed = promos.get(id);
                if (proposed.state() == PromoState.DRAFT) {
                    preflight.require(proposed);
                }
            }
            PromoView promo = promos.take(actor, id, transition);
            next.addAttribute("done", transition.name());
            return Boolean.TRUE.equals(promo.carried());
        });
    }

    /** @param closes in the promo's zone, as {@code 2026-12-01T20:00} */
    @PostMapping("/promos/{id}/move-end")
    String moveEnd(
            @PathVariable("id") long id,
            @RequestParam("closes") String closes,
            @RequestParam("why") String why,
            Principal who,
            RedirectAttributes next) {
        return answered(id, next, () -> {
            Actor actor = Actor.of(who).because(why);
            Instant end = instant(closes, promos.get(id).zone());
            boolean carried = Boolean.TRUE.equals(promos.moveEnd(actor, id, end).carried());
            next.addAttribute("done", "MOVE");
            return carried;
        });
    }

    /** A time that the clocks of the zone leave out, or show twice, is none. */
    private static Instant instant(String local, String zone) {
        try {
            List<Instant> meant = Zones.instants(LocalDateTime.parse(local.strip()), zone);
            if (meant.size() == 1) {
                return meant.get(0).truncatedTo(ChronoUnit.MILLIS);
            }
        } catch (DateTimeParseException unreadable) {
            // falls through to the same sentence
        }
        throw Refusal.invalid("END_ODD", "closes", "That is no time in " + zone + ".");
    }

    @PostMapping("/promos/{id}/how-often")
    String setBuckets(
            @PathVariable("id") long id,
            @RequestParam(name = "accountRate", defaultValue = "") String accountRate,
            @RequestParam(name = "accountBurst", defaultValue = "") String accountBurst,
            @RequestParam(name = "skuRate", defaultValue = "") String skuRate,
            @RequestParam(name = "skuBurst", defaultValue = "") String skuBurst,
            @RequestParam(name = "why", defaultValue = "") String why,
            Principal who,
            RedirectAttributes next) {
        return answered(id, next, () -> {
            var wanted = new Buckets(
                    new Buckets.Typed(accountRate, accountBurst).read("accountRate"),
                    new Buckets.Typed(skuRate, skuBurst).read("skuRate"));
            promos.setBuckets(Actor.of(who).because(why), id, wanted);
            next.addAttribute("done", "BUCKETS");
            return true;
        });
    }

    /** @param requestID made with the page: the same form sent twice adds once */
    @PostMapping("/promos/{id}/items/{sku}/topup")
    String topUp(
            @PathVariable("id") long id,
            @PathVariable("sku") String sku,
            @RequestParam("add") String add,
            @RequestParam("requestID") String requestID,
            @RequestParam("why") String why,
            Principal who,
            RedirectAttributes next) {
        return answered(id, next, () -> {
            Actor actor = Actor.of(who).because(why);
            if (!add.strip().matches("[1-9][0-9]{0,7}")) {
                throw Refusal.invalid("ADD_ODD", "add", "How many units to add must be a whole number, at least 1.");
            }
            if (promos.get(id).items().stream().noneMatch(item -> item.sku().equals(sku))) {
                throw Refusal.unknown("UNKNOWN_SKU", "This promo has no such item.");
            }
            var request = new TopUps.Request(Integer.valueOf(add.strip()), requestID);
            boolean carried = topUps.topUp(actor, id, sku, request).carried();
            next.addAttribute("done", "TOPUP");
            return carried;
        });
    }

    @FunctionalInterface
    private interface Act {
        /** @return whether Redis was seen to have it */
        boolean take();
    }

    /** Back to the promo's page, which says what became of it. */
    private static String answered(long id, RedirectAttributes next, Act act) {
        try {
            if (!act.take()) {
                next.addAttribute("late", "");
            }
        } catch (Refusal refused) {
            if (refused.problem().status() == 404) {
                throw refused;
            }
            next.addAttribute("refused", refused.problem().code());
        }
        return "redirect:/promos/" + id;
    }
}
