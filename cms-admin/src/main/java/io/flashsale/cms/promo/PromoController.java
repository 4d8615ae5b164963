package io.flashsale.cms.promo;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Refusal;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Promos by id. A change that Redis was not seen to have in time answers 202: it is made, and will arrive. */
@RestController
@RequestMapping("/api/admin/promos")
class PromoController {

    private static final int MAX_PAGE = 100;

    private final Promos promos;

    PromoController(Promos promos) {
        this.promos = promos;
    }

    /** A page of promos, newest first. */
    record Page(List<PromoView> promos) {}

    @PostMapping
    ResponseEntity<PromoView> draft(@RequestBody DraftRequest request, Principal operator) {
        PromoView promo = promos.draft(Actor.of(operator), request);
        if (Boolean.FALSE.equals(promo.carried())) {
            return ResponseEntity.accepted().body(promo);
        }
        return ResponseEntity.created(URI.create("/api/admin/promos/" + promo.id()))
                .body(promo);
    }

    @GetMapping
    Page list(
            @RequestParam(name = "before", defaultValue = "9223372036854775807") long before,
            @RequestParam(name = "limit", defaultValue = "50") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw Refusal.badRequest("limit", "must be 1 to " + MAX_PAGE + ", not " + limit);
        }
        return new Page(promos.page(before, limit));
    }

    @GetMapping("/{id}")
    PromoView get(@PathVariable("id") long id) {
        return promos.get(id);
    }

    @PostMapping("/{id}/publish")
    ResponseEntity<PromoView> publish(@PathVariable("id") long id, Principal operator) {
        return answer(promos.take(Actor.of(operator), id, Transition.PUBLISH));
    }

    @PostMapping("/{id}/cancel")
    ResponseEntity<PromoView> cancel(@PathVariable("id") long id, Principal operator) {
        return answer(promos.take(Actor.of(operator), id, Transition.CANCEL));
    }

    @PostMapping("/{id}/pause")
    ResponseEntity<PromoView> pause(@PathVariable("id") long id, Principal operator) {
        return answer(promos.take(Actor.of(operator), id, Transition.PAUSE));
    }

    @PostMapping("/{id}/resume")
    ResponseEntity<PromoView> resume(@PathVariable("id") long id, Principal operator) {
        return answer(promos.take(Actor.of(operator), id, Transition.RESUME));
    }

    @PostMapping("/{id}/end")
    ResponseEntity<PromoView> end(@PathVariable("id") long id, Principal operator) {
        return answer(promos.take(Actor.of(operator), id, Transition.END));
    }

    static ResponseEntity<PromoView> answer(PromoView promo) {
        return ResponseEntity.status(Boolean.TRUE.equals(promo.carried()) ? 200 : 202)
                .body(promo);
    }
}
