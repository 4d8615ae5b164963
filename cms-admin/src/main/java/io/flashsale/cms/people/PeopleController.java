package io.flashsale.cms.people;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Refusal;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /people}: who works here, for administrators. A password that was made is in the answer to its making, and nowhere else. */
@Page
@RequestMapping("/people")
class PeopleController {

    private final People people;

    PeopleController(People people) {
        this.people = people;
    }

    @GetMapping
    String list(Model model) {
        model.addAttribute("people", people.all());
        model.addAttribute("roles", Role.values());
        return "people";
    }

    @PostMapping
    String add(
            @RequestParam("name") String name,
            @RequestParam("role") Role role,
            Principal who,
            Model model,
            HttpServletResponse response) {
        model.addAttribute("tried", name);
        return made(() -> people.add(Actor.of(who), name.strip(), role), model, response);
    }

    @PostMapping("/{id}/reset")
    String reset(@PathVariable("id") long id, Principal who, Model model, HttpServletResponse response) {
        return made(() -> people.reset(Actor.of(who), id), model, response);
    }

    @PostMapping("/{id}")
    String become(
            @PathVariable("id") long id,
            @RequestParam("role") Role role,
            @RequestParam("state") Person.State state,
            @RequestParam("stamp") int stamp,
            Principal who,
            Model model,
            HttpServletResponse response) {
        return made(
                () -> {
                    people.become(Actor.of(who), id, stamp, role, state);
                    return null;
                },
                model,
                response);
    }

    private String made(Supplier<People.@Nullable Admitted> change, Model model, HttpServletResponse response) {
        try {
            model.addAttribute("admitted", change.get());
        } catch (Refusal refused) {
            response.setStatus(refused.problem().status());
            model.addAttribute("problem", refused.problem());
        }
        return list(model);
    }
}
