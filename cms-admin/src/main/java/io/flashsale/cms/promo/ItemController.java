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
    private final Withdrawals withdrawals;

    ItemController(Promos promos, TopUps topUps, Withdrawals withdrawals) {
        this.promos = promos;
        this.topUps = topUps;
        this.withdrawals = withdrawals;
    }

    @PostMapping("/topup")
    ResponseEntity<TopUps.Answer> topUp(
            @PathVariable("sku") String sku, @RequestBody TopUps.Request request, Principal operator) {
        TopUps.Answer answer = topUps.topUp(Actor.of(operator), sku, request);
        return ResponseEntity.status(answer.carried() ? 200 : 202).body(answer);
    }

    @PostMapping("/withdraw")
    ResponseEntity<Withdrawals.Answer> withdraw(
            @PathVariable("sku") String sku, @RequestBody Withdrawals.Request request, Principal operator) {
        Withdrawals.Answer answer = withdrawals.withdraw(Actor.of(operator), sku, request);
        return ResponseEntity.status(answer.state().equals(WithdrawalRow.ASKED) ? 202 : 200)
                .body(answer);
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
