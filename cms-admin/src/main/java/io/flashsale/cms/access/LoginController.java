package io.flashsale.cms.access;

import io.flashsale.cms.people.People;
import io.flashsale.cms.people.Person;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /login}, which Spring Security answers when it is sent, and {@code /password}, where people choose their own. */
@Page
class LoginController {

    private final People people;
    private final SecurityContextRepository contexts;
    private final Clock clock;

    LoginController(People people, SecurityContextRepository contexts, Clock clock) {
        this.people = people;
        this.contexts = contexts;
        this.clock = clock;
    }

    @GetMapping("/login")
    String login(
            @RequestParam(name = "next", required = false) @Nullable String next,
            HttpServletRequest request,
            Model model) {
        model.addAttribute("next", Entrance.own(next));
        for (String said : new String[] {"wrong", "busy", "late", "left"}) {
            if (request.getParameter(said) != null) {
                model.addAttribute("said", said);
            }
        }
        return "login";
    }

    @GetMapping("/password")
    String password(@AuthenticationPrincipal SignedIn signedIn, Model model) {
        model.addAttribute("must", signedIn.mustChange());
        return "password";
    }

    /** Goes on with a session of the new password; all others of this person have ended. */
    @PostMapping("/password")
    String choose(
            @RequestParam("old") String old,
            @RequestParam("password") String chosen,
            @RequestParam("again") String again,
            @AuthenticationPrincipal SignedIn signedIn,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        try {
            if (!chosen.equals(again)) {
                throw Refusal.invalid("PASSWORD_TWICE", "again", "The new password is not the same twice.");
            }
            Person person = people.find(signedIn.personId()).orElseThrow();
            Person changed = people.choose(person, old, chosen);
            request.getSession().invalidate();
            request.getSession(true).setMaxInactiveInterval((int) Entrance.IDLE.toSeconds());
            SignedIn.grant(SignedIn.of(changed, clock.instant()).authentication(changed));
            contexts.saveContext(SecurityContextHolder.getContext(), request, response);
            return "redirect:/?changed";
        } catch (Refusal refused) {
            response.setStatus(refused.problem().status());
            model.addAttribute("must", signedIn.mustChange());
            model.addAttribute("problem", refused.problem());
            return "password";
        }
    }
}
