package io.flashsale.cms.people;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Refusal;
import java.security.Principal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/admin/people}: how {@code ./flashsale} makes the first administrator, and lets in who has locked themselves out. */
@RestController
@RequestMapping("/api/admin/people")
class PeopleApi {

    private final People people;

    PeopleApi(People people) {
        this.people = people;
    }

    /** All of them, by name. */
    record All(List<Person> people) {}

    /** @param role by its name */
    record Request(@Nullable String name, @Nullable String role) {}

    @GetMapping
    All list() {
        return new All(people.all());
    }

    /** The password in the answer is told this once, and good for choosing another. */
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    People.Admitted add(@RequestBody Request request, Principal operator) {
        Role role = Arrays.stream(Role.values())
                .filter(known -> known.name().equals(request.role()))
                .findFirst()
                .orElseThrow(() -> Refusal.badRequest(
                        "role", "must be one of " + List.of(Role.values()) + ", not " + request.role()));
        return people.add(Actor.of(operator), request.name(), role);
    }

    @PostMapping("/{name}/password")
    People.Admitted reset(@PathVariable("name") String name, Principal operator) {
        Person person = people.all().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Refusal.unknown("UNKNOWN_PERSON", "There is nobody called " + name + "."));
        return people.reset(Actor.of(operator), person.id());
    }
}
