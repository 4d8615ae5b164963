package io.flashsale.cms.promo;

import io.flashsale.cms.change.Actor;
import java.security.Principal;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The same by SKU, which is what an operator has at hand. A step is the whole promo's that sells the SKU. */
@RestController
@RequestMapping("/api/admin/items/{sku}")
class ItemController {

    private final Promos promos;
    private final TopUps topUps;

    ItemController(Promos promos, TopUps topUps) {
        this.promos = promos;
        this.topUps = topUps;
    }

    @PostMapping("/topup")
    ResponseEntity<TopUps.Answer> topUp(
            @PathVariable("sku") String sku, @RequestBody TopUps.Request request, Principal operator) {
        TopUps.Answer answer = topUps.topUp(Actor.of(operator), sku, request);
        return ResponseEntity.status(answer.carried() ? 200 : 202).body(answer);
    }

    @PostMapping("/pause")
    ResponseEntity<PromoView> pause(@PathVariable("sku") String sku, Principal operator) {
        return PromoController.answer(promos.takeBySku(Actor.of(operator), sku, Transition.PAUSE));
    }

    @PostMapping("/resume")
    ResponseEntity<PromoView> resume(@PathVariable("sku") String sku, Principal operator) {
        return PromoController.answer(promos.takeBySku(Actor.of(operator), sku, Transition.RESUME));
    }

    @PostMapping("/end")
    ResponseEntity<PromoView> end(@PathVariable("sku") String sku, Principal operator) {
        return PromoController.answer(promos.takeBySku(Actor.of(operator), sku, Transition.END));
    }
}
