package io.flashsale.cms.page;

import io.flashsale.cms.image.Image;
import io.flashsale.cms.promo.PromoView;
import io.flashsale.cms.web.Amounts;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.HtmlUtils;

/**
 * A page of what is on sale, made from the shop's own: with a title and a picture for who is sent a link to it, and with what there is for who has no
 * scripts. What moves, units and states, stays with the page's scripts.
 */
final class PageOfSale {

    private static final Pattern TITLE = Pattern.compile("<title>([^<]*)</title>");
    private static final String DESCRIBED = "<meta name=\"description\" content=\"";
    private static final String NO_SCRIPTS_END = "</noscript>";

    /** As characters: the home page is fetched by everybody, and keeps to 100 KB with all that it asks for. */
    private static final int MOST_OF_A_HOME = 2_500;

    private static final int MOST_OF_A_DESCRIPTION = 200;

    /** Where nobody else finds a shop. */
    private static final Pattern LOOPBACK = Pattern.compile("https?://(127\\.|localhost|\\[::1]).*");

    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");

    private final String template;
    private final String shop;
    private final Amounts amounts = new Amounts();

    /** @param shop its address for links from elsewhere; where that is empty, or leads nowhere from there, they have no picture */
    PageOfSale(String template, String shop) {
        this.template = template;
        this.shop = LOOPBACK.matcher(shop).matches() ? "" : shop;
    }

    /** Whether it has each of the places that are filled in, once. */
    static boolean fits(String template) {
        return TITLE.matcher(template).results().count() == 1
                && List.of(DESCRIBED, NO_SCRIPTS_END).stream()
                        .allMatch(place ->
                                template.contains(place) && template.indexOf(place) == template.lastIndexOf(place));
    }

    /** An item with what is needed to show it. */
    record Shown(PromoView promo, PromoView.Item item, @Nullable Image image) {}

    /** With the promos, what opens first before others, as far as there is room. */
    String home(List<PromoView> promos) {
        var lines = new ArrayList<String>();
        int room = MOST_OF_A_HOME;
        for (PromoView promo : promos) {
            String line = "<li><a href=\"/promo/%d\">%s</a> %s</li>\n"
                    .formatted(promo.id(), words(promo.name(), promo.nameZh(), promo.nameEn()), window(promo));
            room -= line.length();
            if (room < 0) {
                break;
            }
            lines.add(line);
        }
        return listed(template, lines);
    }

    String promo(PromoView promo, List<Shown> items) {
        String named = named("/promo/" + promo.id(), both(promo.name(), promo.nameZh(), promo.nameEn()), items);
        return listed(named, items.stream().map(each -> line(each, false)).toList());
    }

    String item(Shown shown) {
        PromoView.Item item = shown.item();
        String named = named("/item/" + item.sku(), both(item.name(), item.nameZh(), item.nameEn()), List.of(shown));
        return listed(named, List.of(line(shown, true)));
    }

    private String named(String address, String name, List<Shown> items) {
        String offers = items.stream()
                .limit(3)
                .map(each -> both(
                                each.item().name(),
                                each.item().nameZh(),
                                each.item().nameEn()) + " "
                        + amounts.of(each.item().priceMinor(), each.item().currency()))
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
        var tags = new ArrayList<String>();
        tags.add(property("og:title", name));
        tags.add(property("og:description", offers));
        tags.add(property("og:type", "website"));
        if (!shop.isEmpty()) {
            tags.add(property("og:url", shop + address));
            items.stream()
                    .filter(each -> each.image() != null)
                    .findFirst()
                    .ifPresent(each -> tags.add(property("og:image", shop + path(each.image()))));
        }
        int from = template.indexOf(DESCRIBED) + DESCRIBED.length();
        int to = template.indexOf('"', from);
        String described = template.substring(0, from) + escaped(shortened(offers)) + template.substring(to);
        // What stands there is the shop's name.
        return TITLE.matcher(described)
                .replaceFirst(title -> Matcher.quoteReplacement(
                        "<title>" + escaped(name) + " · " + title.group(1) + "</title>\n" + String.join("\n", tags)));
    }

    private static String listed(String page, List<String> lines) {
        return lines.isEmpty()
                ? page
                : page.replace(
                        NO_SCRIPTS_END, "<ul class=\"plain\">\n" + String.join("", lines) + "</ul>\n" + NO_SCRIPTS_END);
    }

    private String line(Shown shown, boolean withPicture) {
        PromoView promo = shown.promo();
        PromoView.Item item = shown.item();
        Image image = withPicture ? shown.image() : null;
        String picture = image == null
                ? ""
                : "<img width=\"640\" height=\"480\" src=\"%s\" alt=\"%s\"> "
                        .formatted(path(image), escaped(image.altZh() + " / " + image.altEn()));
        String ofPromo = withPicture
                ? "<a href=\"/promo/%d\">%s</a> "
                        .formatted(promo.id(), words(promo.name(), promo.nameZh(), promo.nameEn()))
                : "";
        String listPrice = item.listPriceMinor() == null
                ? ""
                : " <s>" + escaped(amounts.of(item.listPriceMinor(), item.currency())) + "</s>";
        return "<li>%s%s<a href=\"/item/%s\">%s</a> <strong>%s</strong>%s %s</li>\n"
                .formatted(
                        picture,
                        ofPromo,
                        item.sku(),
                        words(item.name(), item.nameZh(), item.nameEn()),
                        escaped(amounts.of(item.priceMinor(), item.currency())),
                        listPrice,
                        window(promo));
    }

    private static String window(PromoView promo) {
        return "<time datetime=\"%s\">%s</time> – <time datetime=\"%s\">%s</time> %s"
                .formatted(
                        promo.opensAt(),
                        moment(promo.opensAt(), promo.zone()),
                        promo.closesAt(),
                        moment(promo.closesAt(), promo.zone()),
                        escaped(promo.zone()));
    }

    private static String moment(Instant time, String zone) {
        return MOMENT.format(time.atZone(ZoneId.of(zone)));
    }

    /** Of the widths that it has, the second: enough for a phone, and for the card of a link. */
    private static String path(@Nullable Image image) {
        if (image == null) {
            return "";
        }
        int width = image.widths().get(Math.min(1, image.widths().size() - 1));
        return "/media/" + image.name() + "-" + width + ".jpg";
    }

    private static String both(String name, @Nullable String zh, @Nullable String en) {
        String first = zh == null ? name : zh;
        String second = en == null ? name : en;
        return first.equals(second) ? first : first + " / " + second;
    }

    private static String words(String name, @Nullable String zh, @Nullable String en) {
        String first = zh == null ? name : zh;
        String second = en == null ? name : en;
        return first.equals(second)
                ? escaped(first)
                : "<span lang=\"zh-CN\">%s</span> / <span lang=\"en\">%s</span>"
                        .formatted(escaped(first), escaped(second));
    }

    private static String property(String name, String content) {
        return "<meta property=\"" + name + "\" content=\"" + escaped(shortened(content)) + "\">";
    }

    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= MOST_OF_A_DESCRIPTION
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MOST_OF_A_DESCRIPTION - 1)) + "…";
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8");
    }
}
