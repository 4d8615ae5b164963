package io.flashsale.cms.draft;

import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Problem;
import io.flashsale.cms.web.Refusal;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.ContentDisposition;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /drafts/{id}/import}: items from a sheet. It is always looked at first: what each line would do, and what is wrong with it. */
@Page
@RequestMapping("/drafts/{id}")
class ImportPages {

    private static final Logger log = LoggerFactory.getLogger(ImportPages.class);

    private final Drafts drafts;

    ImportPages(Drafts drafts) {
        this.drafts = drafts;
    }

    /**
     * A line as it would come out.
     *
     * @param rules that it breaks, as keys of messages
     */
    record Line(ItemSheet.Outcome outcome, DraftForm.Item item, List<String> rules) {}

    @GetMapping("/import")
    String ask(@PathVariable("id") long id, Model model) {
        return page(drafts.get(id), "", null, model);
    }

    /** The items that the draft has, as a sheet to go on from. */
    @GetMapping("/items.csv")
    ResponseEntity<String> items(@PathVariable("id") long id) {
        String name = ContentDisposition.attachment()
                .filename("draft-" + id + "-items.csv")
                .build()
                .toString();
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("text/csv;charset=utf-8"))
                .header("Content-Disposition", name)
                .body("\uFEFF" + ItemSheet.write(drafts.get(id).form()));
    }

    /**
     * @param act look or take
     * @param version of the draft that was looked at: who has changed it meanwhile is not overwritten, and it is looked at anew
     */
    @PostMapping("/import")
    String take(
            @PathVariable("id") long id,
            @RequestParam("sheet") String sheet,
            @RequestParam("act") String act,
            @RequestParam("version") int version,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            Draft draft = drafts.get(id);
            if (!draft.state().open()) {
                response.setStatus(409);
                return page(draft, sheet, null, model);
            }
            return act.equals("take")
                    ? take(draft, sheet, version, who, model, response)
                    : looked(draft, ItemSheet.read(sheet).into(draft.form()), sheet, model);
        } catch (Refusal refused) {
            if (refused.problem().status() == 404) {
                throw refused;
            }
            response.setStatus(refused.problem().status());
            return page(drafts.get(id), sheet, refused.problem(), model);
        } catch (DataAccessException | TransactionException fault) {
            log.error("items could not be taken into draft {}", id, fault);
            response.setStatus(503);
            var unread = new Draft(
                    id, null, false, version, DraftForm.blank(""), "", Instant.EPOCH, Draft.State.WRITING, null);
            return page(unread, sheet, Problem.of(503, "BUSY", "The database is away or broke off."), model);
        }
    }

    private String take(
            Draft seen, String sheet, int version, Principal who, Model model, HttpServletResponse response) {
        String done = "redirect:/drafts/" + seen.id() + "?said=saved";
        Draft draft = seen;
        ItemSheet.Merged merged = ItemSheet.read(sheet).into(draft.form());
        if (merged.form().equals(draft.form())) {
            return done; // the same form sent twice
        }
        if (draft.version() == version) {
            Drafts.Saved saved = drafts.save(who.getName(), draft.id(), version, "", merged.form());
            if (saved.done()) {
                return done;
            }
            draft = saved.now();
            merged = ItemSheet.read(sheet).into(draft.form());
        }
        response.setStatus(409);
        model.addAttribute("changed", true);
        return looked(draft, merged, sheet, model);
    }

    private String looked(Draft draft, ItemSheet.Merged merged, String sheet, Model model) {
        model.addAttribute("lines", lines(merged));
        return page(draft, sheet, null, model);
    }

    private List<Line> lines(ItemSheet.Merged merged) {
        Map<String, String> mistakes = drafts.mistakes(merged.form());
        return merged.outcomes().stream()
                .map(outcome -> new Line(
                        outcome,
                        merged.form().items().get(outcome.index()),
                        mistakes.entrySet().stream()
                                .filter(mistake -> mistake.getKey().startsWith("items[" + outcome.index() + "]"))
                                .map(Map.Entry::getValue)
                                .toList()))
                .toList();
    }

    private static String page(Draft draft, String sheet, @Nullable Problem problem, Model model) {
        model.addAttribute("draft", draft);
        model.addAttribute("sheet", sheet);
        model.addAttribute(
                "problem",
                draft.state().open() ? problem : Drafts.refused(draft.state()).problem());
        return "import";
    }
}
