package io.flashsale.cms.work;

import io.flashsale.cms.web.Page;
import java.security.Principal;
import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** {@code /works/{id}}: how far long work is, and the button that has it stop. */
@Page
@RequestMapping("/works/{id}")
class WorkPages {

    private final Works works;

    WorkPages(Works works) {
        this.works = works;
    }

    @GetMapping
    String show(@PathVariable("id") long id, Model model) {
        Work work = works.get(id);
        if (work.state() == Work.State.DONE && work.outcome() != null) {
            return "redirect:" + work.outcome();
        }
        model.addAttribute("work", work);
        return "work";
    }

    /** What the page's script asks for each second. */
    @GetMapping("/state")
    ResponseEntity<Map<String, Object>> state(@PathVariable("id") long id) {
        Work work = works.get(id);
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.APPLICATION_JSON)
                .body(Map.of(
                        "state", work.state(),
                        "stopAsked", work.stoppedBy() != null,
                        "done", work.done(),
                        "total", work.total(),
                        "percent", work.percent()));
    }

    @PostMapping("/stop")
    String stop(@PathVariable("id") long id, Principal who) {
        works.askToStop(id, who.getName());
        return "redirect:/works/" + id;
    }
}
