package io.flashsale.cms.promo;

import io.flashsale.cms.cdn.PublishedPages;
import io.flashsale.cms.eligibility.Lists;
import io.flashsale.cms.image.Images;
import io.flashsale.cms.settings.CmsSettings;
import io.flashsale.cms.web.Amounts;
import io.flashsale.cms.web.Page;
import io.flashsale.contract.Code;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /} and {@code /promos/{id}}: where each promo stands. */
@Page
class PromoPages {

    private static final int SHOWN = 25;
    private static final List<String> STEPS = List.of("DRAFT", "APPROVED", "SCHEDULED", "LIVE", "ENDED");
    private static final Map<String, String> TONES = Map.of(
            "DRAFT", "bg-secondary-lt",
            "APPROVED", "bg-lime-lt",
            "RETURNED", "bg-red-lt",
            "SCHEDULED", "bg-azure-lt",
            "LIVE", "bg-green-lt",
            "PAUSED", "bg-yellow-lt",
            "CANCELLED", "bg-secondary-lt",
            "ENDED", "bg-dark-lt");

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");

    private static final Set<String> DONE = Set.of(
            "HANDIN",
            "APPROVE",
            "RETURN",
            "SCHEDULE",
            "CANCEL",
            "PAUSE",
            "RESUME",
            "END",
            "MOVE",
            "TOPUP",
            "BLOCK",
            "BUCKETS");
    private static final Pattern CODE = Pattern.compile("[A-Z_]{1,40}");

    private static final List<String> CODES =
            Arrays.stream(Code.values()).map(Code::name).toList();

    private final Promos promos;
    private final Preflight preflight;
    private final Images images;
    private final Lists lists;
    private final PublishedPages pages;
    private final String shop;
    private final Clock clock;

    PromoPages(
            Promos promos,
            Preflight preflight,
            Images images,
            Lists lists,
            PublishedPages pages,
            CmsSettings settings,
            Clock clock) {
        this.promos = promos;
        this.preflight = preflight;
        this.images = images;
        this.lists = lists;
        this.pages = pages;
        this.shop = settings.shopUrl().replaceFirst("/$", "");
        this.clock = clock;
    }

    /** A promo in a list, with the units of all its items. */
    record Line(
            long id,
            String name,
            String phase,
            Instant opensAt,
            Instant closesAt,
            int available,
            int held,
            int sold,
            int published) {

        static Line of(PromoView promo, Instant now) {
            return new Line(
                    promo.id(),
                    promo.name(),
                    promo.phase(now),
                    promo.opensAt(),
                    promo.closesAt(),
                    promo.items().stream().mapToInt(PromoView.Item::available).sum(),
                    promo.items().stream().mapToInt(PromoView.Item::held).sum(),
                    promo.items().stream().mapToInt(PromoView.Item::sold).sum(),
                    promo.items().stream().mapToInt(PromoView.Item::published).sum());
        }
    }

    @GetMapping("/")
    String list(@RequestParam(name = "before", defaultValue = "9223372036854775807") long before, Model model) {
        List<PromoView> page = promos.page(before, SHOWN + 1);
        Instant now = clock.instant();
        model.addAttribute(
                "promos",
                page.stream().limit(SHOWN).map(promo -> Line.of(promo, now)).toList());
        model.addAttribute("older", page.size() > SHOWN ? page.get(SHOWN - 1).id() : null);
        model.addAttribute("tones", TONES);
        return "promos";
    }

    @GetMapping("/promos/{id}")
    String show(
            @PathVariable("id") long id,
            @RequestParam(name = "done", defaultValue = "") String done,
            @RequestParam(name = "refused", defaultValue = "") String refused,
            Principal who,
            Model model) {
        PromoView promo = promos.get(id);
        model.addAttribute("promo", promo);
        model.addAttribute("buckets", promos.buckets(id));
        model.addAttribute("phase", promo.phase(clock.instant()));
        model.addAttribute(
                "pictures",
                images.of(promo.items().stream()
                        .map(PromoView.Item::image)
                        .filter(Objects::nonNull)
                        .toList()));
        model.addAttribute(
                "lists",
                lists.of(promo.items().stream()
                        .map(PromoView.Item::list)
                        .filter(Objects::nonNull)
                        .toList()));
        model.addAttribute("shown", shown(promo));
        model.addAttribute("steps", STEPS);
        model.addAttribute("tones", TONES);
        model.addAttribute("amounts", new Amounts());
        model.addAttribute("utc", UTC);
        model.addAttribute(
                "closes", promo.closesAt().atZone(ZoneId.of(promo.zone())).toLocalDateTime());
        model.addAttribute("local", LOCAL.withZone(ZoneId.of(promo.zone())));
        // Of what the address says only what is known is shown.
        model.addAttribute("done", DONE.contains(done) ? done : "");
        model.addAttribute("refused", CODE.matcher(refused).matches() ? refused : "");
        List<Transition> acts = acts(promo);
        model.addAttribute("acts", acts.stream().map(Transition::name).toList());
        model.addAttribute(
                "reviews",
                acts.stream().filter(Transition::reviews).map(Transition::name).toList());
        model.addAttribute("own", promo.state() == PromoState.DRAFT && promos.mayNotApprove(who.getName(), id));
        model.addAttribute("checks", promo.state() == PromoState.DRAFT ? preflight.of(promo) : List.of());
        model.addAttribute("codes", CODES);
        model.addAttribute("requestID", UUID.randomUUID().toString());
        return "promo";
    }

    /**
     * Its page in the shop.
     *
     * @param state published, waits, closed: what is for some alone is shown by the edge to them; or edge: no pages are published here
     */
    record ShopPage(String url, String path, String state) {}

    /** Null where shoppers are shown none. */
    private @Nullable ShopPage shown(PromoView promo) {
        if (!Set.of("SCHEDULED", "LIVE", "PAUSED").contains(promo.phase(clock.instant()))) {
            return null;
        }
        String path = "/promo/" + promo.id();
        boolean open = promo.items().stream().anyMatch(PromoView.Item::forEverybody);
        String state = !open ? "closed" : !pages.wanted() ? "edge" : pages.has(path) ? "published" : "waits";
        return new ShopPage(shop + path, path, state);
    }

    /** What people can do to it from here. */
    private static List<Transition> acts(PromoView promo) {
        boolean approved = promo.is(Review.Verdict.APPROVED);
        return Arrays.stream(Transition.values())
                .filter(transition -> transition != Transition.PUBLISH
                        && transition.from().contains(promo.state())
                        && switch (transition.needed()) {
                            case NONE -> true;
                            case OPEN -> promo.review() == null;
                            case APPROVED -> approved;
                        })
                .toList();
    }
}
