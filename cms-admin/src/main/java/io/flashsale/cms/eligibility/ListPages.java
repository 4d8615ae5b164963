package io.flashsale.cms.eligibility;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Problem;
import io.flashsale.cms.web.Refusal;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.transaction.TransactionException;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;

/** {@code /lists}: the lists that there are, and one more. */
@Page
@RequestMapping("/lists")
class ListPages {

    private static final Logger log = LoggerFactory.getLogger(ListPages.class);

    private static final int SHOWN = 50;

    /** A hundred thousand of the longest names. */
    private static final long MOST_BYTES = 7_000_000;

    private static final Set<String> DONE = Set.of("KEPT", "DELETED");

    private final Lists lists;

    ListPages(Lists lists) {
        this.lists = lists;
    }

    @GetMapping
    String list(
            @RequestParam(name = "before", defaultValue = "9223372036854775807") long before,
            @RequestParam(name = "done", defaultValue = "") String done,
            @RequestParam(name = "refused", defaultValue = "") String refused,
            Model model) {
        Problem large = refused.equals("LIST_BYTES") ? Problem.of(400, "LIST_BYTES", "It is too large.") : null;
        return page(before, "", large, DONE.contains(done) ? done : "", model);
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    String keep(
            @RequestParam("file") MultipartFile file,
            @RequestParam("name") String name,
            Principal who,
            Model model,
            HttpServletResponse response) {
        Problem problem;
        try {
            if (file.getSize() > MOST_BYTES) {
                throw Refusal.invalid("LIST_BYTES", "file", "It has more than 7 MB.");
            }
            MemberSheet sheet = lists.read(file::getBytes);
            return "redirect:" + lists.keep(Actor.of(who), name, sheet);
        } catch (Refusal refused) {
            problem = refused.problem();
        } catch (DataAccessException | TransactionException fault) {
            log.error("a list of {} bytes could not be read or kept", file.getSize(), fault);
            problem = Problem.of(503, "BUSY", "The database is away or broke off.");
        }
        response.setStatus(problem.status());
        return page(Long.MAX_VALUE, name, problem, "", model);
    }

    /** @param user somebody of whom is asked whether they are on it */
    @GetMapping("/{id}")
    String show(
            @PathVariable("id") long id,
            @RequestParam(name = "user", defaultValue = "") String user,
            @RequestParam(name = "done", defaultValue = "") String done,
            @RequestParam(name = "twice", defaultValue = "0") int twice,
            @RequestParam(name = "refused", defaultValue = "") String refused,
            Model model) {
        String asked = user.strip();
        model.addAttribute("detail", lists.detail(id));
        model.addAttribute("user", asked);
        // Nobody on it has another name, and a column of ASCII cannot be asked for one.
        model.addAttribute("has", asked.matches("[!-~]+") && lists.has(id, asked));
        model.addAttribute("done", DONE.contains(done) ? done : "");
        model.addAttribute("twice", twice);
        model.addAttribute("refused", refused.equals("LIST_USED") ? refused : "");
        return "list";
    }

    @PostMapping("/{id}/delete")
    String delete(@PathVariable("id") long id, Principal who) {
        try {
            lists.delete(Actor.of(who), id);
            return "redirect:/lists?done=DELETED";
        } catch (Refusal refused) {
            if (refused.problem().status() != 409) {
                throw refused;
            }
            return "redirect:/lists/" + id + "?refused=" + refused.problem().code();
        }
    }

    private String page(long before, String name, @Nullable Problem problem, String done, Model model) {
        model.addAttribute("done", done);
        List<EligibilityList> page = lists.page(before, SHOWN + 1);
        model.addAttribute("lists", page.stream().limit(SHOWN).toList());
        model.addAttribute("older", page.size() > SHOWN ? page.get(SHOWN - 1).id() : null);
        model.addAttribute("works", lists.beingTaken());
        model.addAttribute("name", name);
        model.addAttribute("problem", problem);
        return "lists";
    }
}
