package io.flashsale.cms.page;

import io.flashsale.cms.cdn.CdnPublisher;
import io.flashsale.cms.cdn.ContentName;
import io.flashsale.cms.cdn.PublishedPages;
import io.flashsale.cms.image.Image;
import io.flashsale.cms.image.Images;
import io.flashsale.cms.page.PageOfSale.Shown;
import io.flashsale.cms.promo.PromoView;
import io.flashsale.cms.promo.Promos;
import io.flashsale.cms.settings.CmsSettings;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Sees to it that shoppers fetch the shop's pages as they should be by now: within some seconds of a promo that was scheduled, changed or ended, and of
 * another storefront. The assets of a page are there before it is, under names of their own, so a reader meets the old page with its assets or the
 * new one with its own. What is for some levels or a list has no page here: it is fetched by whoever has the address.
 */
@Component
class Pages {

    private static final Logger log = LoggerFactory.getLogger(Pages.class);

    /** Of old ones, for pages of theirs that are open somewhere. */
    private static final int EDITIONS_KEPT = 5;

    private static final Map<String, String> TYPES =
            Map.of("css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

    private final Promos promos;
    private final Images images;
    private final CdnPublisher cdn;
    private final PublishedPages published;
    private final String directory;
    private final String shop;

    /** By their addresses, the names of what this process has seen there. */
    private final Map<String, String> known = new HashMap<>();

    private String state = "";
    private @Nullable Storefront storefront;
    private @Nullable String edition;
    private List<Object> shown = List.of();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    /** Of its own: a store that is silent must hold up nothing else, and looking after many pages not the publishing of one. */
    private final ScheduledExecutorService clockwork = Executors.newScheduledThreadPool(2, task -> {
        var thread = new Thread(task, "pages");
        thread.setDaemon(true);
        return thread;
    });

    Pages(Promos promos, Images images, CdnPublisher cdn, PublishedPages published, CmsSettings settings) {
        this.promos = promos;
        this.images = images;
        this.cdn = cdn;
        this.published = published;
        this.directory = settings.storefront();
        this.shop = settings.shopUrl().replaceFirst("/$", "");
    }

    @PostConstruct
    void start() {
        if (!cdn.isThere() || directory.isEmpty()) {
            return;
        }
        published.areWanted();
        clockwork.scheduleWithFixedDelay(() -> safely("publish", this::publish), 1, 2, TimeUnit.SECONDS);
        clockwork.scheduleWithFixedDelay(() -> safely("look after", this::lookAfter), 20, 60, TimeUnit.SECONDS);
    }

    @PreDestroy
    void stop() {
        clockwork.shutdownNow();
    }

    private interface Round {
        void go() throws IOException;
    }

    /** Ends with the first that cannot be put there: the next would wait for the same. */
    private void safely(String what, Round round) {
        try {
            round.go();
            failing.remove(what);
        } catch (IOException | RuntimeException fault) {
            if (failing.add(what)) { // once, until it works again
                log.warn("the shop's pages: {} failed, and will be tried again", what, fault);
            }
        }
        published.fail(!failing.isEmpty());
    }

    /** What is otherwise than it was. */
    synchronized void publish() throws IOException {
        Storefront now = storefront();
        if (!now.edition().equals(edition)) {
            putAssets(now);
            cdn.forgetEditions(now.edition(), EDITIONS_KEPT);
        }
        Sale sale = sale();
        List<Object> input = List.of(state, sale.facts());
        if (input.equals(shown)) {
            return;
        }
        Map<String, byte[]> wanted = wanted(now, sale);
        for (Map.Entry<String, byte[]> page : wanted.entrySet()) {
            String name = ContentName.of(page.getValue());
            String before = known.get(page.getKey());
            if (!name.equals(before)) {
                if (before != null || !cdn.isPublished(page.getKey(), page.getValue())) {
                    cdn.publish(page.getKey(), page.getValue());
                }
                known.put(page.getKey(), name);
            }
        }
        for (String address : Set.copyOf(known.keySet())) {
            if (!wanted.containsKey(address)) {
                cdn.withdraw(address);
                known.remove(address);
            }
        }
        published.are(known.keySet());
        edition = now.edition();
        shown = input;
    }

    /** What is gone or was put there by another, as one before this may have; and what nobody wants any more. */
    void lookAfter() throws IOException {
        publish();
        Map<String, byte[]> pages;
        synchronized (this) {
            putAssets(storefront());
            pages = wanted(storefront(), sale());
        }
        for (Map.Entry<String, byte[]> page : pages.entrySet()) {
            synchronized (this) { // not for all of them: what changes meanwhile is published meanwhile
                boolean current = ContentName.of(page.getValue()).equals(known.get(page.getKey()));
                if (current && !cdn.isPublished(page.getKey(), page.getValue())) {
                    cdn.publish(page.getKey(), page.getValue());
                }
            }
        }
        synchronized (this) {
            var strange = new HashSet<>(cdn.published());
            strange.removeAll(known.keySet());
            for (String address : strange) {
                cdn.withdraw(address);
            }
        }
    }

    private void putAssets(Storefront now) throws IOException {
        for (Map.Entry<String, byte[]> asset : now.assets().entrySet()) {
            String name = asset.getKey();
            String type = Objects.requireNonNull(TYPES.get(name.substring(name.lastIndexOf('.') + 1)));
            cdn.put("assets/" + now.edition() + "/" + name, type, asset.getValue());
        }
    }

    private Storefront storefront() throws IOException {
        Path root = Path.of(directory);
        String current = Storefront.state(root);
        Storefront read = storefront;
        if (read == null || !current.equals(state)) {
            read = Storefront.read(root);
            storefront = read;
            state = current;
        }
        return read;
    }

    /** What everybody may see of what is on sale, or will be, with their pictures. */
    private record Sale(List<PromoView> promos, List<Shown> items) {

        /** All that a page says of it: its units and states are not part of that. */
        List<Object> facts() {
            return items.stream()
                    .<Object>map(each -> Arrays.asList(
                            each.promo().id(),
                            each.promo().name(),
                            each.promo().nameZh(),
                            each.promo().nameEn(),
                            each.promo().opensAt(),
                            each.promo().closesAt(),
                            each.promo().zone(),
                            each.item().sku(),
                            each.item().name(),
                            each.item().nameZh(),
                            each.item().nameEn(),
                            each.item().priceMinor(),
                            each.item().listPriceMinor(),
                            each.item().currency(),
                            each.image()))
                    .toList();
        }
    }

    private Sale sale() {
        List<PromoView> all = promos.shown().stream()
                .filter(promo -> promo.items().stream().anyMatch(PromoView.Item::forEverybody))
                .toList();
        Map<Long, Image> pictures = images.of(all.stream()
                .flatMap(promo -> promo.items().stream())
                .map(PromoView.Item::image)
                .filter(Objects::nonNull)
                .distinct()
                .toList());
        return new Sale(
                all,
                all.stream()
                        .flatMap(promo -> promo.items().stream()
                                .filter(PromoView.Item::forEverybody)
                                .map(item -> new Shown(promo, item, picture(item, pictures))))
                        .toList());
    }

    private Map<String, byte[]> wanted(Storefront now, Sale sale) {
        var pages = new LinkedHashMap<String, byte[]>();
        now.pages().forEach((address, html) -> pages.put(address, utf8(html)));
        String home = Objects.requireNonNull(now.pages().get(Storefront.HOME));
        if (!PageOfSale.fits(home)) {
            if (!now.edition().equals(edition)) { // once for each
                log.warn("index.html of the storefront has not exactly one title, description and noscript:"
                        + " promos and items have no pages of their own");
            }
            return pages;
        }
        var made = new PageOfSale(home, shop);
        pages.put(Storefront.HOME, utf8(made.home(sale.promos())));
        for (PromoView promo : sale.promos()) {
            List<Shown> its =
                    sale.items().stream().filter(each -> each.promo() == promo).toList();
            pages.put("/promo/" + promo.id(), utf8(made.promo(promo, its)));
            its.forEach(each -> pages.put("/item/" + each.item().sku(), utf8(made.item(each))));
        }
        return pages;
    }

    private static @Nullable Image picture(PromoView.Item item, Map<Long, Image> pictures) {
        Image image = item.image() == null ? null : pictures.get(item.image());
        return image != null && image.published() ? image : null;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
