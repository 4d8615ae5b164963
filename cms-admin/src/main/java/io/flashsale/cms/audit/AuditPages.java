package io.flashsale.cms.audit;

import io.flashsale.cms.web.Page;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code /audit}: what people and programs have changed here, newest first. */
@Page
class AuditPages {

    private static final int SHOWN = 50;
    private static final Pattern WITH_PAGE = Pattern.compile("(promo|order):[A-Za-z0-9-]{1,64}");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final AuditMapper log;

    AuditPages(AuditMapper log) {
        this.log = log;
    }

    /**
     * One change.
     *
     * @param page where its subject can be looked at
     * @param why in the actor's words
     * @param detail the rest of what is known of it; empty where that is nothing
     */
    record Entry(
            Instant at,
            String actor,
            @Nullable String address,
            String action,
            String subject,
            @Nullable String page,
            String why,
            String detail) {

        private static Entry of(AuditMapper.Line line) {
            JsonNode detail = JSON.readTree(line.detail());
            String why = "";
            if (detail instanceof ObjectNode fields && fields.path("why").isString()) {
                why = fields.remove("why").asString();
            } else if (detail.path("reason").isString()) {
                why = detail.path("reason").asString();
            } else if (detail.path("request").path("reason").isString()) {
                why = detail.path("request").path("reason").asString();
            }
            return new Entry(
                    line.createdAt().toInstant(ZoneOffset.UTC),
                    line.actor(),
                    line.address(),
                    line.action(),
                    line.subject(),
                    WITH_PAGE.matcher(line.subject()).matches()
                            ? "/" + line.subject().replace(":", "s/")
                            : null,
                    why,
                    detail.isEmpty() ? "" : JSON.writeValueAsString(detail));
        }
    }

    @GetMapping("/audit")
    String list(
            @RequestParam(name = "before", defaultValue = "9223372036854775807") long before,
            @RequestParam(name = "actor", defaultValue = "") String actor,
            @RequestParam(name = "subject", defaultValue = "") String subject,
            Model model) {
        List<AuditMapper.Line> lines = log.before(before, actor.strip(), subject.strip(), SHOWN + 1);
        model.addAttribute("entries", lines.stream().limit(SHOWN).map(Entry::of).toList());
        model.addAttribute("older", lines.size() > SHOWN ? lines.get(SHOWN - 1).id() : null);
        model.addAttribute("actor", actor.strip());
        model.addAttribute("subject", subject.strip());
        return "audit";
    }
}
