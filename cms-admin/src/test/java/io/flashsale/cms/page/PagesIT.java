package io.flashsale.cms.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shop's own pages, and those of promos, to where shoppers fetch them. */
class PagesIT {

    private static final Pattern ASSET = Pattern.compile("\"/assets/([0-9a-f]{32})/[a-z0-9-]+\\.(?:css|js|svg)\"");

    private static final Instant OPENS =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(2));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Path storefront;

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @BeforeAll
    static void start() throws IOException {
        storefront = copy(Path.of("../storefront"), folder.resolve("storefront"));
        cms = Cms.start("flashsale.storefront=" + storefront, "flashsale.shop-url=https://shop.example/")
                .carrying();
        waitUntilThere("/why"); // the last of them
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void each_page_asks_for_assets_of_one_edition_which_are_there_as_they_are_and_compressed() throws IOException {
        String edition = editionOf("/");
        try (Stream<Path> pages = Files.list(storefront)) {
            for (Path page :
                    pages.filter(file -> file.toString().endsWith(".html")).toList()) {
                String address = "/" + page.getFileName().toString().replaceFirst("(index)?\\.html$", "");
                String html = page(address);
                assertThat(html)
                        .as(address)
                        .contains("\"/assets/" + edition + "/")
                        .doesNotContainPattern("\"/assets/[a-z0-9-]+\\.");
                var asked = ASSET.matcher(html).results().toList();
                assertThat(asked).allMatch(asset -> asset.group(1).equals(edition));
            }
        }
        Path asset = cms.cdn().resolve("assets/" + edition + "/main.js");
        assertThat(asset).hasSameBinaryContentAs(storefront.resolve("assets/main.js"));
        assertThat(unzipped(asset)).isEqualTo(Files.readString(asset));
        assertThat(unzipped(file("/"))).isEqualTo(page("/"));
        assertThat(Files.size(asset.resolveSibling("main.js.gz"))).isLessThan(Files.size(asset) / 2);
    }

    @Test
    void what_is_scheduled_has_pages_that_say_what_it_is_without_a_script_and_to_who_is_sent_a_link()
            throws IOException {
        String image = image();
        String id = publish(
                """
                {"name":"Tea <b>week</b>","nameZh":"茶周","opensAt":"%s","closesAt":"%s","zone":"Asia/Shanghai","publish":true,"items":[\
                {"sku":"PAGE-1","name":"Pot \\"A\\"","nameZh":"壶","priceMinor":1999,"listPriceMinor":2999,"currency":"CNY","published":5,"holdSeconds":60,\
                "image":%s},\
                {"sku":"PAGE-2","name":"Cup","priceMinor":500,"currency":"CNY","published":5,"holdSeconds":60,"minLevel":3}]}""",
                image);
        waitUntilThere("/item/PAGE-1"); // after its promo's
        assertThat(page("/promo/" + id))
                .contains("<title>茶周 / Tea &lt;b&gt;week&lt;/b&gt; · Flashsale</title>")
                .contains("<meta property=\"og:title\" content=\"茶周 / Tea &lt;b&gt;week&lt;/b&gt;\">")
                .contains("<meta property=\"og:url\" content=\"https://shop.example/promo/" + id + "\">")
                .contains("<meta property=\"og:image\" content=\"https://shop.example/media/" + "5f".repeat(16)
                        + "-640.jpg\">")
                .contains("content=\"壶 / Pot &quot;A&quot; CNY 19.99\"")
                .contains(
                        "<a href=\"/item/PAGE-1\"><span lang=\"zh-CN\">壶</span> / <span lang=\"en\">Pot &quot;A&quot;</span></a>")
                .contains("<strong>CNY 19.99</strong> <s>CNY 29.99</s>")
                .contains(OPENS.toString().substring(0, 10) + " 08:00</time>", "Asia/Shanghai</li>")
                .doesNotContain("PAGE-2", "Cup", "<b>week");
        assertThat(page("/item/PAGE-1"))
                .contains(
                        "<title>壶 / Pot &quot;A&quot; · Flashsale</title>",
                        "/promo/" + id,
                        "/media/" + "5f".repeat(16) + "-640.jpg\" alt=\"茶 / tea\">");
        assertThat(page("/"))
                .contains("<title>Flashsale</title>", "<a href=\"/promo/" + id + "\"><span lang=\"zh-CN\">茶周</span>")
                .doesNotContain("PAGE-2", "Cup");
        assertThat(published()).contains("/item/PAGE-1").doesNotContain("/item/PAGE-2");
        Visitor operator = Visitor.of(cms, "oleg", "OPERATOR");
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(
                        operator.get("/promos/" + id).body())
                .contains(
                        "<a href=\"https://shop.example/promo/" + id + "\">/promo/" + id + "</a>",
                        ">published</span>"));

        assertThat(cms.post("/api/admin/promos/" + id + "/end").status()).isIn(200, 202);
        Awaitility.await().atMost(Duration.ofSeconds(10)).ignoreExceptions().untilAsserted(() -> {
            assertThat(published()).doesNotContain("/promo/" + id, "/item/PAGE-1");
            assertThat(page("/")).doesNotContain("/promo/" + id);
        });
        assertThat(file("/promo/" + id).resolveSibling(id + ".html.gz")).doesNotExist();
    }

    @Test
    void what_is_for_some_alone_is_on_no_page() throws IOException {
        String id = publish(
                """
                {"name":"Closed","opensAt":"%s","closesAt":"%s","publish":true,"items":[\
                {"sku":"PAGE-3","name":"Cup","priceMinor":500,"currency":"CNY","published":5,"holdSeconds":60,"minLevel":3}]}""");
        String open = publish(
                """
                {"name":"Open","opensAt":"%s","closesAt":"%s","publish":true,"items":[\
                {"sku":"PAGE-4","name":"Cup","priceMinor":500,"currency":"CNY","published":5,"holdSeconds":60}]}""");
        waitUntilThere("/item/PAGE-4");
        assertThat(published()).doesNotContain("/promo/" + id, "/item/PAGE-3");
        try (Stream<Path> all = Files.walk(cms.cdn().resolve("pages"))) {
            for (Path each :
                    all.filter(file -> file.toString().endsWith(".html")).toList()) {
                assertThat(Files.readString(each)).as(each.toString()).doesNotContain("PAGE-3", "Closed");
            }
        }
        assertThat(Visitor.of(cms, "olga", "OPERATOR").get("/promos/" + id).body())
                .contains("for those alone who may buy");
    }

    @Test
    void what_is_gone_or_strange_is_put_right() throws IOException {
        Files.writeString(file("/login"), "a page of somebody else");
        Files.createDirectories(file("/item/x").getParent());
        Files.writeString(file("/item/NOBODYS"), "a promo that ended while nobody looked");
        Files.delete(cms.cdn().resolve("assets/" + editionOf("/") + "/page.css"));
        Files.delete(cms.cdn().resolve("assets/" + editionOf("/") + "/main.js.gz"));
        Files.delete(file("/why"));
        cms.part(Pages.class).lookAfter();
        assertThat(page("/login")).contains("/assets/" + editionOf("/") + "/");
        assertThat(file("/item/NOBODYS")).doesNotExist();
        assertThat(cms.cdn().resolve("assets/" + editionOf("/") + "/page.css")).isRegularFile();
        assertThat(cms.cdn().resolve("assets/" + editionOf("/") + "/main.js.gz"))
                .isRegularFile();
        assertThat(page("/why")).isNotEmpty();
    }

    @Test
    void another_storefront_is_another_edition_and_one_that_is_none_changes_nothing() throws IOException {
        Path own = copy(storefront, folder.resolve("own"));
        try (Cms other = Cms.start("flashsale.storefront=" + own)) {
            Pages pages = other.part(Pages.class);
            pages.publish();
            String before = edition(Files.readString(other.cdn().resolve("pages/index.html")));
            Files.writeString(own.resolve("assets/page.css"), "body { color: red }\n");
            pages.publish();
            String html = Files.readString(other.cdn().resolve("pages/index.html"));
            assertThat(edition(html)).isNotEqualTo(before);
            assertThat(other.cdn().resolve("assets/" + edition(html) + "/page.css"))
                    .hasContent("body { color: red }\n");
            assertThat(other.cdn().resolve("assets/" + before + "/page.css"))
                    .as("for who has the page from before")
                    .hasSameBinaryContentAs(storefront.resolve("assets/page.css"));

            for (String asset : List.of("a b.js", "drawing.bmp")) {
                Files.writeString(own.resolve("assets/" + asset), "x");
                assertRefused(pages, "is not called as assets are");
                Files.delete(own.resolve("assets/" + asset));
            }
            Files.writeString(own.resolve("assets/more.js"), "import '/assets/main.js';");
            assertRefused(pages, "asks for others by /assets/");
            Files.delete(own.resolve("assets/more.js"));
            Files.writeString(own.resolve("login.html"), "<script src=\"/assets/none.js\"></script>");
            assertRefused(pages, "ask for assets that it has not: [none.js]");
            assertThat(other.cdn().resolve("pages/index.html")).hasContent(html);

            Files.writeString(own.resolve("login.html"), "<p>Come in");
            Files.writeString(own.resolve("index.html"), "<title>Another shop</title><p>Its own");
            pages.publish();
            assertThat(other.cdn().resolve("pages/index.html")).hasContent("<title>Another shop</title><p>Its own");
            assertThat(other.cdn().resolve("pages/login.html")).hasContent("<p>Come in");
        }
    }

    @Test
    void of_old_editions_a_few_stay() throws IOException {
        Path own = copy(storefront, folder.resolve("many"));
        try (Cms other = Cms.start("flashsale.storefront=" + own)) {
            Pages pages = other.part(Pages.class);
            String first = null;
            for (int i = 0; i < 8; i++) {
                Files.writeString(own.resolve("assets/page.css"), "/* " + i + " */");
                pages.publish();
                String edition = edition(Files.readString(other.cdn().resolve("pages/index.html")));
                first = first == null ? edition : first;
                Files.setLastModifiedTime(
                        other.cdn().resolve("assets/" + edition), FileTime.from(OPENS.minus(Duration.ofDays(30 - i))));
            }
            try (Stream<Path> editions = Files.list(other.cdn().resolve("assets"))) {
                assertThat(editions.map(each -> each.getFileName().toString()).toList())
                        .hasSize(6)
                        .doesNotContain(first);
            }
        }
    }

    private static void assertRefused(Pages pages, String why) {
        assertThatThrownBy(pages::publish).isInstanceOf(IOException.class).hasMessageContaining(why);
    }

    private static String publish(String json, Object... more) {
        Object[] all = Stream.concat(Stream.of(OPENS, OPENS.plusSeconds(3600)), Stream.of(more))
                .toArray();
        Cms.Answer made = cms.post("/api/admin/promos", json.formatted(all));
        assertThat(made.status()).as(made.detail()).isIn(201, 202);
        return made.body().get("id").asString();
    }

    /** @return the number of one that is published */
    private static String image() {
        cms.rows("INSERT INTO image (name, widths, alt_zh, alt_en, uploaded_by, uploaded_at, published_at)"
                + " VALUES (REPEAT('5f', 16), '320,640', '茶', 'tea', 'edith', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))");
        return cms.value("SELECT MAX(id) FROM image");
    }

    private static void waitUntilThere(String address) {
        Awaitility.await(address).atMost(Duration.ofSeconds(20)).until(() -> Files.isRegularFile(file(address)));
    }

    private static Set<String> published() throws IOException {
        try (Stream<Path> all = Files.walk(cms.cdn().resolve("pages"))) {
            return all.map(each -> "/" + cms.cdn().resolve("pages").relativize(each))
                    .filter(name -> name.endsWith(".html"))
                    .map(name -> name.replaceFirst("\\.html$", ""))
                    .collect(Collectors.toSet());
        }
    }

    private static Path file(String address) {
        return cms.cdn().resolve("pages" + (address.equals("/") ? "/index" : address) + ".html");
    }

    private static String page(String address) throws IOException {
        return Files.readString(file(address));
    }

    private static String editionOf(String address) throws IOException {
        return edition(page(address));
    }

    private static String edition(String html) {
        var asset = ASSET.matcher(html);
        assertThat(asset.find()).isTrue();
        return asset.group(1);
    }

    private static String unzipped(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file.resolveSibling(file.getFileName() + ".gz"));
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(gzip.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target);
                }
            }
        }
        return to;
    }
}
