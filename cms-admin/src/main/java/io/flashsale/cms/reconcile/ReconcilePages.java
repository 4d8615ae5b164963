package io.flashsale.cms.reconcile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Refusal;
import java.security.Principal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** {@code /reconciliation}: what waits for a person, and the person's word on it. */
@Page
@RequestMapping("/reconciliation")
class ReconcilePages {

    private static final int SHOWN = 100;
    private static final int LATEST = 20;
    private static final String WAITS = "WAITS";

    private final ReconcileMapper books;
    private final Judgements judgements;

    ReconcilePages(ReconcileMapper books, Judgements judgements) {
        this.books = books;
        this.judgements = judgements;
    }

    /**
     * Somebody's word on a matter.
     *
     * @param matter FINDING or MESSAGE
     * @param outcome what came of it; WAITS: nothing yet
     */
    record Word(
            String matter,
            long id,
            @Nullable String sku,
            String verdict,
            String why,
            String by,
            Instant at,
            String outcome) {

        private static Word of(ReconcileMapper.Judgement row) {
            return new Word(
                    row.matter(),
                    row.matterId(),
                    row.sku(),
                    row.verdict(),
                    row.why(),
                    row.judgedBy(),
                    row.judgedAt().toInstant(ZoneOffset.UTC),
                    row.outcome() == null ? WAITS : row.outcome());
        }

        public boolean waits() {
            return outcome.equals(WAITS);
        }
    }

    /**
     * Where the stores were seen to differ.
     *
     * @param repair what approving it does
     */
    record Finding(
            long id,
            String sku,
            String kind,
            @Nullable String order,
            String detail,
            String repair,
            Instant firstSeen,
            Instant lastSeen,
            @Nullable Word word) {

        private static Finding of(ReconcileMapper.Finding row, @Nullable Word word) {
            return new Finding(
                    row.id(),
                    row.sku(),
                    row.kind(),
                    row.subject().equals("-") ? null : row.subject(),
                    row.detail(),
                    row.repair(),
                    row.firstSeen().toInstant(ZoneOffset.UTC),
                    row.lastSeen().toInstant(ZoneOffset.UTC),
                    word);
        }
    }

    /**
     * A message that became no order.
     *
     * @param text its body, or the beginning of it; what is no text is a question mark
     * @param cut whether there is more of it
     */
    record Parked(
            long id,
            @Nullable String order,
            @Nullable String sku,
            String reason,
            Instant since,
            String text,
            boolean cut,
            @Nullable Word word) {

        private static Parked of(ReconcileMapper.Parked row, @Nullable Word word) {
            return new Parked(
                    row.id(),
                    row.orderId(),
                    row.sku(),
                    row.reason(),
                    row.createdAt().toInstant(ZoneOffset.UTC),
                    new String(row.beginning(), UTF_8).replaceAll("[\\p{Cc}\\p{Cf}\uFFFD&&[^\n\t]]", "?"),
                    row.length() > row.beginning().length,
                    word);
        }
    }

    @GetMapping
    String list(
            @RequestParam(name = "judged", required = false) @Nullable Long judged,
            @RequestParam(name = "refused", defaultValue = "") String refused,
            Model model) {
        List<ReconcileMapper.Finding> findings = books.findings(SHOWN + 1);
        List<ReconcileMapper.Parked> parked = books.parked(SHOWN + 1);
        Map<Long, ReconcileMapper.Judgement> ofFindings = judged(
                "FINDING", findings.stream().map(ReconcileMapper.Finding::id).toList());
        Map<Long, ReconcileMapper.Judgement> ofMessages = judged(
                "MESSAGE", parked.stream().map(ReconcileMapper.Parked::id).toList());
        model.addAttribute(
                "findings",
                findings.stream()
                        .limit(SHOWN)
                        .map(row -> Finding.of(row, about(ofFindings.get(row.id()))))
                        .toList());
        model.addAttribute(
                "parked",
                parked.stream()
                        .limit(SHOWN)
                        .map(row -> Parked.of(row, word(ofMessages.get(row.id()))))
                        .toList());
        model.addAttribute("more", findings.size() > SHOWN || parked.size() > SHOWN);
        model.addAttribute("judged", judged == null ? null : word(books.judgement(judged)));
        model.addAttribute("latest", books.latest(LATEST).stream().map(Word::of).toList());
        model.addAttribute("refused", refused.matches("[A-Z_]{1,40}") ? refused : "");
        return "reconciliation";
    }

    private Map<Long, ReconcileMapper.Judgement> judged(String matter, List<Long> ids) {
        return ids.isEmpty()
                ? Map.of()
                : books.newest(matter, ids).stream()
                        .collect(Collectors.toMap(ReconcileMapper.Judgement::matterId, Function.identity()));
    }

    private static @Nullable Word word(ReconcileMapper.@Nullable Judgement judgement) {
        return judgement == null ? null : Word.of(judgement);
    }

    /** What came of an earlier one, under the same number, is no word on this one. */
    private static @Nullable Word about(ReconcileMapper.@Nullable Judgement judgement) {
        boolean ofThis = judgement != null
                && (judgement.outcome() == null || judgement.outcome().equals("CHANGED"));
        return ofThis ? word(judgement) : null;
    }

    /** @param seen the finding's detail as the page had it */
    @PostMapping("/findings/{id}/approve")
    String approve(
            @PathVariable("id") long id,
            @RequestParam("why") String why,
            @RequestParam("seen") String seen,
            Principal who,
            RedirectAttributes next) {
        return answered(next, () -> judgements.approve(Actor.of(who).because(why), id, seen));
    }

    @PostMapping("/messages/{id}/replay")
    String replay(
            @PathVariable("id") long id, @RequestParam("why") String why, Principal who, RedirectAttributes next) {
        return answered(next, () -> judgements.settle(Actor.of(who).because(why), id, Judgements.Verdict.REPLAY));
    }

    /** @param confirm the message's number once more, since there is no way back */
    @PostMapping("/messages/{id}/discard")
    String discard(
            @PathVariable("id") long id,
            @RequestParam("why") String why,
            @RequestParam(name = "confirm", defaultValue = "") String confirm,
            Principal who,
            RedirectAttributes next) {
        return answered(next, () -> {
            if (!confirm.strip().equals(Long.toString(id))) {
                throw Refusal.invalid("NUMBER_WRONG", "confirm", "That is not the number of this message.");
            }
            return judgements.settle(Actor.of(who).because(why), id, Judgements.Verdict.DISCARD);
        });
    }

    /** Back to the list, which says what became of it. */
    private static String answered(RedirectAttributes next, LongSupplier judging) {
        try {
            next.addAttribute("judged", judging.getAsLong());
        } catch (Refusal refused) {
            next.addAttribute("refused", refused.problem().code());
        }
        return "redirect:/reconciliation";
    }
}
