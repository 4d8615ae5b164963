package io.flashsale.cms.decision;

import io.flashsale.cms.blacklist.Subject;
import io.flashsale.cms.decision.DecisionMapper.Answer;
import io.flashsale.cms.decision.DecisionMapper.Entry;
import io.flashsale.cms.web.Page;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /decisions}: what was answered under a trace id, or last to an account or an address, and what kept them out. */
@Page
class DecisionPages {

    private static final int SHOWN = 50;

    /** As answers have it, or as W3C writes it. */
    private static final Pattern TRACE = Pattern.compile("(?:0{16})?([0-9a-f]{16})");

    private static final Pattern ASCII = Pattern.compile("[!-~]{1,64}");

    private final DecisionMapper decisions;

    DecisionPages(DecisionMapper decisions) {
        this.decisions = decisions;
    }

    /** One answer. */
    public record Line(
            String traceId,
            String code,
            @Nullable String sku,
            @Nullable String userId,
            @Nullable String address,
            String node,
            Instant at,
            List<Cause> causes) {}

    /** What kept them out at the time. */
    public record Cause(
            String kind,
            String value,
            String reason,
            String source,
            Instant since,
            @Nullable Instant until,
            @Nullable Instant lifted) {}

    /** @param word a trace id, an account or an address */
    @GetMapping("/decisions")
    String show(@RequestParam(name = "word", defaultValue = "") String word, Model model) {
        String wanted = word.strip();
        var trace = TRACE.matcher(wanted);
        List<Answer> found = List.of();
        List<String> orders = List.of();
        if (ASCII.matcher(wanted).matches()) {
            if (trace.matches()) {
                found = decisions.ofTrace(trace.group(1));
                orders = decisions.orders(trace.group(1));
            }
            if (found.isEmpty() && orders.isEmpty()) {
                found = decisions.ofUser(wanted, SHOWN);
            }
            if (found.isEmpty() && orders.isEmpty()) {
                found = decisions.ofAddress(Subject.asStored(wanted), SHOWN);
            }
        }
        model.addAttribute("word", wanted);
        model.addAttribute("orders", orders);
        model.addAttribute("lines", found.stream().map(this::line).toList());
        model.addAttribute("cut", found.size() == SHOWN);
        return "decisions";
    }

    private Line line(Answer answer) {
        return new Line(
                answer.traceId(),
                answer.code(),
                answer.sku(),
                answer.userId(),
                answer.address(),
                answer.node(),
                utc(answer.decidedAt()),
                answer.ends() == null ? List.of() : causes(answer));
    }

    private List<Cause> causes(Answer answer) {
        return decisions
                .standing(answer.userId(), answer.address(), networks(answer.address()), answer.decidedAt())
                .stream()
                .map(DecisionPages::cause)
                .toList();
    }

    private static Cause cause(Entry entry) {
        return new Cause(
                entry.kind(),
                entry.value(),
                entry.reason(),
                entry.source(),
                utc(entry.createdAt()),
                entry.expiresAt() == null ? null : utc(entry.expiresAt()),
                entry.liftedAt() == null ? null : utc(entry.liftedAt()));
    }

    /** All networks that an address is in and that can be on the list. */
    private static List<String> networks(@Nullable String address) {
        var networks = new ArrayList<String>();
        if (address != null) {
            boolean four = address.indexOf(':') < 0;
            for (int bits = four ? 8 : 16; bits < (four ? 32 : 128); bits++) {
                networks.add(Subject.read("network", address + "/" + bits).value());
            }
        }
        return networks;
    }

    private static Instant utc(LocalDateTime time) {
        return time.toInstant(ZoneOffset.UTC);
    }
}
