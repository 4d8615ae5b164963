package io.flashsale.cms.preview;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.image.Images;
import io.flashsale.cms.promo.PromoView;
import io.flashsale.cms.settings.CmsSettings;
import io.flashsale.cms.web.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.ui.Model;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes links and withdraws them. A link is 256 random bits, of which their hash alone is kept: who has it sees the promo as it was when the link was
 * made, until its end; nobody can make one up, and whoever reads the database opens nothing.
 */
@Service
public class Previews {

    private static final int TOKEN_BYTES = 32;
    private static final int SHOWN = 50;

    private final PreviewMapper mapper;
    private final Images images;
    private final Changes changes;
    private final JsonMapper json;
    private final String shop;
    private final SecureRandom random = new SecureRandom();

    Previews(PreviewMapper mapper, Images images, Changes changes, JsonMapper json, CmsSettings settings) {
        this.mapper = mapper;
        this.images = images;
        this.changes = changes;
        this.json = json;
        this.shop = settings.shopUrl().replaceFirst("/+$", "");
    }

    /**
     * A link that was just made: nobody can be shown it again.
     *
     * @param link an address; its path alone where nobody has said where the shop is
     */
    public record Link(String link, String name, Instant endsAt) {}

    /** For how long a link may last, by the key of its message. */
    static final Map<String, Duration> SPANS =
            Map.of("hour", Duration.ofHours(1), "day", Duration.ofDays(1), "week", Duration.ofDays(7));

    /** @param span hour, day or week; anything else is a day */
    public Link make(Actor actor, PromoView promo, String span) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        String document = json.writeValueAsString(PreviewDocument.of(
                promo,
                images.of(promo.items().stream()
                        .map(PromoView.Item::image)
                        .filter(Objects::nonNull)
                        .toList())));
        Duration lasting = SPANS.getOrDefault(span, Duration.ofDays(1));
        return changes.make(actor, () -> {
            mapper.forgetEnded();
            mapper.insert(hash(token), promo.name(), document, actor.name(), lasting.toSeconds());
            PreviewMapper.Stored row = Objects.requireNonNull(mapper.byHash(hash(token)));
            Instant ends = row.endsAt().toInstant(ZoneOffset.UTC);
            return new Made<>(
                    new Link(shop + "/preview/" + token, promo.name(), ends),
                    new Made.Entry(
                            "PREVIEW_MADE",
                            subject(row.id()),
                            Map.of("promo", promo.id(), "name", promo.name(), "ends", ends)));
        });
    }

    /** The page with all of them, and of one that was just made its link: no other page ever shows that. @return the name of its template */
    public String shown(@Nullable Link made, Model model) {
        model.addAttribute("made", made);
        model.addAttribute(
                "previews", mapper.open(SHOWN).stream().map(Preview::of).toList());
        return "previews";
    }

    /** Has it open nothing any more; a page that is open notices within half a minute. @throws Refusal 404 */
    void withdraw(Actor actor, long id) {
        changes.make(actor, () -> {
            PreviewMapper.@Nullable Stored row = mapper.byId(id);
            if (row == null || mapper.delete(id) == 0) {
                throw Refusal.unknown("UNKNOWN_PREVIEW", "There is no such link, or its time is over.");
            }
            return new Made<>(id, new Made.Entry("PREVIEW_WITHDRAWN", subject(id), Map.of("name", row.name())));
        });
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String subject(long id) {
        return "preview:" + id;
    }
}
