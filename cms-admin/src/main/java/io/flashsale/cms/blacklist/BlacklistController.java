package io.flashsale.cms.blacklist;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Refusal;
import java.security.Principal;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/admin/blacklist")
class BlacklistController {

    private static final int MAX_PAGE = 100;

    private final Blacklist blacklist;

    BlacklistController(Blacklist blacklist) {
        this.blacklist = blacklist;
    }

    /** A page of entries that stand, newest first. */
    record Page(List<Blacklist.View> entries) {}

    @PostMapping
    ResponseEntity<Blacklist.View> add(@RequestBody Blacklist.Request request, Principal operator) {
        Blacklist.View entry = blacklist.add(Actor.of(operator), request);
        return ResponseEntity.status(Boolean.TRUE.equals(entry.carried()) ? 201 : 202)
                .body(entry);
    }

    @DeleteMapping("/{id}")
    ResponseEntity<Blacklist.View> lift(@PathVariable("id") long id, Principal operator) {
        Blacklist.View entry = blacklist.lift(Actor.of(operator), id);
        return ResponseEntity.status(Boolean.TRUE.equals(entry.carried()) ? 200 : 202)
                .body(entry);
    }

    @GetMapping
    Page list(
            @RequestParam(name = "before", defaultValue = "9223372036854775807") long before,
            @RequestParam(name = "limit", defaultValue = "50") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw Refusal.badRequest("limit", "must be 1 to " + MAX_PAGE + ", not " + limit);
        }
        return new Page(blacklist.standing("", before, limit));
    }
}
