package io.flashsale.cms.draft;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.preview.Previews;
import io.flashsale.cms.promo.Zones;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Refusal;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.ui.Model;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.context.request.WebRequest;

/** {@code /drafts}: where editors write promos. Every button saves first, and whatever keeps it from that, what was typed comes back. */
@Page
@RequestMapping("/drafts")
class DraftPages {

    private static final Logger log = LoggerFactory.getLogger(DraftPages.class);

    private static final int SHOWN = 50;
    private static final int MAX_ITEMS = 100;
    private static final Set<String> SAID = Set.of("saved", "DRAFT_CHANGED", "WRONG_STATE");
    private static final Pattern ITEM = Pattern.compile("items\\[(\\d{1,3})]\\.[A-Za-z]+");
    private static final Pattern NONCE = Pattern.compile("[0-9a-f-]{36}");

    private final Drafts drafts;
    private final Previews previews;

    DraftPages(Drafts drafts, Previews previews) {
        this.drafts = drafts;
        this.previews = previews;
    }

    /**
     * Which page sends a form, and what it was made from.
     *
     * @param version that it was made from
     * @param page a number of its own
     * @param over the version that it is to replace, of which it was told what differs
     */
    record Origin(int version, String page, @Nullable Integer over) {

        private String nonce() {
            return page != null && NONCE.matcher(page).matches() ? page : "";
        }
    }

    /** The binder fails where an index is no number, or beyond what a list may grow to. */
    @InitBinder("form")
    void bounded(WebDataBinder binder, WebRequest request) {
        request.getParameterNames().forEachRemaining(name -> {
            if (!name.startsWith("items[")) {
                return;
            }
            Matcher item = ITEM.matcher(name);
            if (!item.matches() || Integer.parseInt(item.group(1)) >= binder.getAutoGrowCollectionLimit()) {
                throw Refusal.invalid("DRAFT_TOO_LARGE", "items", "This is more than a draft can hold.");
            }
        });
    }

    @GetMapping
    String list(@RequestParam(name = "skip", defaultValue = "0") int skip, Model model) {
        int from = Math.max(0, skip);
        List<Draft.Line> lines = drafts.open(from, SHOWN + 1);
        model.addAttribute("drafts", lines.stream().limit(SHOWN).toList());
        model.addAttribute("older", lines.size() > SHOWN ? from + SHOWN : null);
        return "drafts";
    }

    /** A new one, empty or with what a promo has. */
    @PostMapping
    String begin(
            @RequestParam(name = "copy", required = false) @Nullable Long promo,
            @RequestParam(name = "zone", defaultValue = "") String zone,
            Principal who) {
        String known = Zones.known(zone) ? zone : "";
        return "redirect:/drafts/"
                + (promo == null ? drafts.begin(who.getName(), known) : drafts.copy(who.getName(), promo));
    }

    /** From a promo that is not published yet to its draft. */
    @PostMapping("/of")
    String of(@RequestParam("promo") long promo, Principal who) {
        return "redirect:/drafts/" + drafts.of(who.getName(), promo);
    }

    @GetMapping("/{id}")
    String show(
            @PathVariable("id") long id,
            @RequestParam(name = "said", defaultValue = "") String said,
            @RequestParam(name = "check", required = false) @Nullable String check,
            Model model) {
        Draft draft = drafts.get(id);
        model.addAttribute("said", SAID.contains(said) ? said : "");
        var origin = new Origin(draft.version(), UUID.randomUUID().toString(), null);
        return page(draft, draft.form(), origin, check != null, model);
    }

    /** @param act save, saveOver, handIn, preview, import, discard, add or remove-N */
    @PostMapping("/{id}")
    String take(
            @PathVariable("id") long id,
            @ModelAttribute("origin") Origin origin,
            @RequestParam("act") String act,
            @ModelAttribute("form") DraftForm form,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            if (act.equals("discard")) {
                drafts.discard(Actor.of(who), id, origin.version());
                return "redirect:/drafts";
            }
            DraftForm wanted = changed(form, act);
            int from = act.equals("saveOver") && origin.over() != null ? origin.over() : origin.version();
            Drafts.Saved saved = drafts.save(who.getName(), id, from, origin.nonce(), wanted);
            if (!saved.done()) {
                response.setStatus(409);
                return overtaken(saved.now(), wanted, origin, model);
            }
            return switch (act) {
                case "handIn" -> handIn(saved.now(), who);
                case "preview" -> preview(saved.now(), who, model);
                case "import" -> "redirect:/drafts/" + id + "/import";
                default -> "redirect:/drafts/" + id + anchor(act, wanted);
            };
        } catch (Refusal refused) {
            if (refused.problem().status() == 404) {
                throw refused;
            }
            response.setStatus(refused.problem().status());
            return notSaved(id, origin, form, refused.problem().code(), model);
        } catch (DataAccessException | TransactionException fault) {
            log.error("draft {} could not be saved", id, fault);
            response.setStatus(503);
            return notSaved(id, origin, form, "BUSY", model);
        }
    }

    /** What the page's script saves by itself: the new version, or a code. */
    @PostMapping("/{id}/autosave")
    ResponseEntity<Map<String, Object>> autosave(
            @PathVariable("id") long id,
            @ModelAttribute("origin") Origin origin,
            @ModelAttribute("form") DraftForm form,
            Principal who) {
        try {
            Drafts.Saved saved = drafts.save(who.getName(), id, origin.version(), origin.nonce(), form);
            return saved.done()
                    ? json(200, Map.of("version", saved.now().version()))
                    : json(409, Map.of("code", "DRAFT_CHANGED"));
        } catch (Refusal refused) {
            return json(
                    refused.problem().status(), Map.of("code", refused.problem().code()));
        }
    }

    private static ResponseEntity<Map<String, Object>> json(int status, Map<String, Object> body) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }

    private String handIn(Draft draft, Principal who) {
        if (!drafts.mistakes(draft.form()).isEmpty()) {
            return "redirect:/drafts/" + draft.id() + "?check";
        }
        try {
            return "redirect:/promos/" + drafts.handIn(Actor.of(who), draft) + "?done=HANDIN";
        } catch (Refusal refused) {
            String code = refused.problem().code();
            if (!SAID.contains(code)) {
                throw refused;
            }
            return "redirect:/drafts/" + draft.id() + "?said=" + code;
        }
    }

    private String preview(Draft draft, Principal who, Model model) {
        if (!drafts.mistakes(draft.form()).isEmpty()) {
            return "redirect:/drafts/" + draft.id() + "?check";
        }
        return previews.shown(previews.make(Actor.of(who), drafts.proposed(draft), "day"), model);
    }

    private static DraftForm changed(DraftForm form, String act) {
        if (act.equals("add") && form.items().size() < MAX_ITEMS) {
            return form.withAnotherItem();
        }
        if (act.matches("remove-\\d{1,3}")) {
            return form.without(Integer.parseInt(act.substring("remove-".length())));
        }
        return form;
    }

    private static String anchor(String act, DraftForm form) {
        return switch (act) {
            case "add" -> "#item-" + (form.items().size() - 1);
            case "save", "saveOver" -> "?said=saved";
            default -> "#items";
        };
    }

    private String page(Draft draft, DraftForm form, Origin origin, boolean checked, Model model) {
        Map<String, String> mistakes = drafts.mistakes(form);
        model.addAttribute("draft", draft);
        model.addAttribute("form", form);
        model.addAttribute("origin", origin);
        model.addAttribute("mistakes", checked ? mistakes : Map.of());
        model.addAttribute("places", mistakes.keySet().stream().collect(Collectors.toMap(field -> field, Place::of)));
        model.addAttribute("missing", mistakes.size());
        model.addAttribute("pictures", Objects.requireNonNullElse(drafts.pictures(form), Map.of()));
        model.addAttribute("lists", Objects.requireNonNullElse(drafts.lists(form), Map.of()));
        model.addAttribute("latestLists", drafts.latestLists());
        model.addAttribute("zones", Zones.all());
        return "draft";
    }

    /**
     * Where a field is, for people.
     *
     * @param item its number from 1; 0 where it belongs to the promo
     * @param field its name without an index
     */
    record Place(int item, String field) {

        private static final Pattern INDEX = Pattern.compile("\\[(\\d+)]");

        static Place of(String field) {
            Matcher index = INDEX.matcher(field);
            return index.find()
                    ? new Place(Integer.parseInt(index.group(1)) + 1, index.replaceFirst(""))
                    : new Place(0, field);
        }
    }

    /** A field that two people have filled in otherwise. */
    record Difference(Place place, String theirs, String yours) {}

    /** Nothing goes over what somebody else has saved but the button that says so. */
    private String overtaken(Draft now, DraftForm typed, Origin origin, Model model) {
        Map<String, String> theirs = now.form().fields();
        Map<String, String> yours = typed.fields();
        var all = new LinkedHashSet<>(theirs.keySet());
        all.addAll(yours.keySet());
        List<Difference> differences = all.stream()
                .filter(field -> !Objects.equals(theirs.get(field), yours.get(field)))
                .map(field ->
                        new Difference(Place.of(field), theirs.getOrDefault(field, ""), yours.getOrDefault(field, "")))
                .toList();
        model.addAttribute("differences", differences);
        model.addAttribute("said", "");
        return page(now, typed, new Origin(origin.version(), origin.nonce(), now.version()), false, model);
    }

    private String notSaved(long id, Origin origin, DraftForm typed, String code, Model model) {
        model.addAttribute("said", "");
        model.addAttribute("refused", code);
        boolean closed = code.equals("DRAFT_CLOSED") || code.equals("DRAFT_DISCARDED");
        var unread = new Draft(
                id,
                null,
                false,
                origin.version(),
                typed,
                "",
                Instant.EPOCH,
                closed ? Draft.State.CLOSED : Draft.State.WRITING,
                null);
        return page(unread, typed, origin, false, model);
    }
}
