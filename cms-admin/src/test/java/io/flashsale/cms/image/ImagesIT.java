package io.flashsale.cms.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import io.flashsale.testkit.RealMySql;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures from a form to where shoppers fetch them. */
class ImagesIT {

    private static final Map<String, String> WORDS = Map.of("altZh", "山茶花茶具", "altEn", "A tea set with camellias");
    private static final Map<String, String> CUT = with(WORDS, Map.of("left", "0", "top", "0", "width", "0.8"));
    private static final byte[] PNG = Samples.quarters(1000, 700, "png");

    @SuppressWarnings("NullAway.Init")
    private static Cms cms;

    @SuppressWarnings("NullAway.Init")
    private static Visitor editor;

    @BeforeAll
    static void start() {
        cms = Cms.start();
        editor = Visitor.of(cms, "edith", "EDITOR");
    }

    @AfterAll
    static void stop() {
        cms.close();
    }

    @Test
    void a_picture_is_where_shoppers_fetch_it_as_soon_as_it_is_taken() throws IOException {
        editor.get("/images");
        HttpResponse<String> answer = editor.upload("/images", WORDS, "../../../tmp/tea set.png", "image/png", PNG);
        String page = Visitor.location(answer);
        assertThat(page).startsWith("/images?taken=");
        String id = page.substring("/images?taken=".length());
        assertThat(editor.get(page).body())
                .contains("Picture " + id + " is there.", "A tea set with camellias", "山茶花茶具")
                .doesNotContain("not in the shop yet");
        Map<String, String> row =
                cms.rows("SELECT * FROM image WHERE id = ?", id).get(0);
        String name = row.getOrDefault("name", "");
        assertThat(name).matches("[0-9a-f]{32}");
        assertThat(row).containsEntry("widths", "320,640").containsEntry("uploaded_by", "edith");
        assertThat(files(cms)).contains(name + "-320.jpg", name + "-640.jpg").allMatch(file -> file.endsWith(".jpg"));
        Path file = cms.cdn().resolve("media/" + name + "-640.jpg");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
        assertThat(Samples.decoded(Files.readAllBytes(file)).getWidth()).isEqualTo(640);
        assertThat(cms.value("SELECT action FROM audit_log WHERE subject = ?", "image:" + id))
                .isEqualTo("IMAGE_TAKEN");
        HttpResponse<String> shown = editor.get("/images/" + id + "/320");
        assertThat(shown.headers().firstValue("Content-Type")).contains("image/jpeg");
        assertThat(editor.get("/images/" + id + "/321").statusCode()).isEqualTo(404);
    }

    @Test
    void the_same_picture_with_the_same_words_is_there_once() {
        editor.get("/images");
        byte[] file = Samples.quarters(900, 675, "png");
        HttpResponse<String> first = editor.upload("/images/cut", CUT, "a.png", "image/png", file);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).contains("\"published\":true");
        assertThat(editor.upload("/images/cut", CUT, "b.png", "image/png", file).body())
                .isEqualTo(first.body());
        Map<String, String> otherwise = with(CUT, Map.of("altEn", "Another word"));
        assertThat(editor.upload("/images/cut", otherwise, "b.png", "image/png", file)
                        .body())
                .isNotEqualTo(first.body());
        Map<String, String> elsewhere = with(CUT, Map.of("left", "0.2"));
        assertThat(editor.upload("/images/cut", elsewhere, "b.png", "image/png", file)
                        .body())
                .isNotEqualTo(first.body());
    }

    @Test
    void words_are_mended_though_they_differ_in_little() {
        editor.get("/images");
        byte[] file = Samples.quarters(920, 690, "png");
        String first = editor.upload("/images/cut", with(CUT, Map.of("altEn", "a cafe")), "a.png", "image/png", file)
                .body();
        for (String otherwise : List.of("A cafe", "a café")) {
            assertThat(editor.upload("/images/cut", with(CUT, Map.of("altEn", otherwise)), "a.png", "image/png", file)
                            .body())
                    .isNotEqualTo(first);
        }
    }

    @Test
    void who_has_not_logged_in_sends_no_files_and_nobody_sends_very_large_ones() {
        var nobody = new Visitor(cms);
        nobody.get("/login");
        for (String path : List.of("/images", "/login")) {
            assertThat(Visitor.location(nobody.upload(path, WORDS, "a.png", "image/png", PNG)))
                    .isEqualTo("/login?late");
        }
        editor.get("/images");
        HttpResponse<String> large =
                editor.upload("/images", WORDS, "a.png", "image/png", Arrays.copyOf(PNG, 14_000_000));
        assertThat(Visitor.location(large)).isEqualTo("/images?refused=IMAGE_BYTES");
        assertThat(editor.get("/images?refused=IMAGE_BYTES").body()).contains("The file has more than 10 MB.");
    }

    @Test
    void what_the_shop_shows_and_is_gone_is_put_back() throws IOException {
        editor.get("/images");
        String id = editor.upload("/images/cut", CUT, "a.png", "image/png", Samples.quarters(960, 720, "png"))
                .body()
                .replaceAll("\\D", "");
        assertThat(cms.post("/api/admin/promos", promo("PICTURE-2", id)).status())
                .isEqualTo(201);
        Path file = cms.cdn().resolve(Image.path(cms.value("SELECT name FROM image WHERE id = ?", id), 320));
        Files.delete(file);
        cms.part(Images.class).putBack();
        assertThat(file).isRegularFile();

        // And where it cannot be, no card shows it until it can.
        Path media = cms.cdn().resolve("media");
        Path aside = Files.move(media, cms.cdn().resolve("aside"));
        Files.writeString(media, "in its way");
        try {
            cms.part(Images.class).putBack();
            assertThat(cms.value("SELECT COUNT(*) FROM image WHERE published_at IS NULL AND id = ?", id))
                    .isEqualTo("1");
        } finally {
            Files.delete(media);
            Files.move(aside, media);
        }
        cms.part(Images.class).publishTheRest();
        assertThat(cms.value("SELECT COUNT(*) FROM image WHERE published_at IS NULL AND id = ?", id))
                .isEqualTo("0");
    }

    @Test
    void one_that_no_item_has_is_deleted_with_its_files() throws IOException {
        editor.get("/images");
        byte[] picture = Samples.quarters(800, 600, "png");
        String id = idOf(editor.upload("/images/cut", part("0.05"), "a.png", "image/png", picture));
        Map<String, String> otherwise = with(part("0.05"), Map.of("altEn", "Other words"));
        String same = idOf(editor.upload("/images/cut", otherwise, "a.png", "image/png", picture));
        Path file = cms.cdn().resolve(Image.path(cms.value("SELECT name FROM image WHERE id = ?", id), 320));

        assertThat(delete(id, " ")).startsWith("/images?refused=REASON_MISSING&image=" + id);
        assertThat(delete(id, "the wrong one")).startsWith("/images?deleted=" + id);
        assertThat(editor.get("/images?deleted=" + id).body()).contains("Picture " + id + " is deleted.");
        assertThat(file).as("the same picture with other words").isRegularFile();
        assertThat(editor.get("/images/" + id + "/320").statusCode()).isEqualTo(404);
        assertThat(cms.value(
                        "SELECT detail FROM audit_log WHERE action = 'IMAGE_DELETED' AND subject = ?", "image:" + id))
                .contains("the wrong one");
        assertThat(editor.post("/images/" + id + "/delete", Map.of("why", "again"))
                        .statusCode())
                .isEqualTo(404);

        assertThat(delete(same, "that one, too")).startsWith("/images?deleted=" + same);
        assertThat(file).doesNotExist();
        assertThat(cms.value("SELECT COUNT(*) FROM image_file WHERE image_id IN (?, ?)", id, same))
                .isEqualTo("0");
    }

    @Test
    void one_that_an_item_has_stays_and_so_does_one_whose_files_do_not_go() throws IOException {
        editor.get("/images");
        String id = idOf(
                editor.upload("/images/cut", part("0.10"), "a.png", "image/png", Samples.quarters(840, 630, "png")));
        Path file = cms.cdn().resolve(Image.path(cms.value("SELECT name FROM image WHERE id = ?", id), 320));
        Path aside = Files.move(file, file.resolveSibling("aside"));
        Files.createDirectory(file);
        Files.writeString(file.resolve("in-its-way"), "");
        assertThat(delete(id, "the wrong one")).startsWith("/images?refused=IMAGE_STAYS");
        assertThat(cms.value("SELECT COUNT(*) FROM image WHERE id = ?", id)).isEqualTo("1");
        Files.delete(file.resolve("in-its-way"));
        Files.delete(file);
        Files.move(aside, file);

        assertThat(cms.post("/api/admin/promos", promo("PICTURE-3", id)).status())
                .isEqualTo(201);
        String refused = delete(id, "the wrong one");
        assertThat(refused).startsWith("/images?refused=IMAGE_USED&image=" + id);
        assertThat(editor.get(refused).body())
                .contains("Picture " + id + ": An item of a promo has this picture, so it stays.")
                .doesNotContain("/images/" + id + "/delete");
        assertThat(file).isRegularFile();
    }

    @Test
    void one_that_somebody_takes_into_a_promo_in_that_moment_stays_with_its_files() throws Exception {
        editor.get("/images");
        String id = idOf(
                editor.upload("/images/cut", part("0.15"), "a.png", "image/png", Samples.quarters(880, 660, "png")));
        Path file = cms.cdn().resolve(Image.path(cms.value("SELECT name FROM image WHERE id = ?", id), 320));
        String promo = cms.post("/api/admin/promos", promo("PICTURE-4", "null"))
                .body()
                .get("id")
                .asString();
        try (Connection other = RealMySql.shared().connect(cms.database());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("UPDATE promo_item SET image_id = " + id + " WHERE promo_id = " + promo);
            CompletableFuture<String> deleted = CompletableFuture.supplyAsync(() -> delete(id, "the wrong one"));
            Awaitility.await("the deletion waits for the other")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> !cms.rows("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
                            .isEmpty());
            other.commit();
            assertThat(deleted.get(10, TimeUnit.SECONDS)).startsWith("/images?refused=IMAGE_USED");
        }
        assertThat(file).isRegularFile();
        assertThat(cms.value("SELECT COUNT(*) FROM image WHERE id = ? AND published_at IS NOT NULL", id))
                .isEqualTo("1");
    }

    /** Of the same picture another one, which no other test has. */
    private static Map<String, String> part(String left) {
        return with(CUT, Map.of("left", left));
    }

    private static String idOf(HttpResponse<String> taken) {
        return taken.body().replaceAll("\\D", "");
    }

    private static String delete(String id, String why) {
        return Visitor.location(editor.post("/images/" + id + "/delete", Map.of("why", why)));
    }

    @Test
    void what_is_refused_is_said_and_leaves_nothing() throws IOException {
        editor.get("/images");
        List<String> before = files(cms);
        String rows = cms.value("SELECT COUNT(*) FROM image");
        Map<String, String> wordless = Map.of("altZh", "茶", "altEn", " ");
        assertThat(refused(wordless, "a.png", PNG))
                .contains("Say what it shows")
                .contains("value=\"茶\"");
        assertThat(refused(WORDS, "a.png", "<svg/>".getBytes(StandardCharsets.UTF_8)))
                .contains("a drawing in SVG");
        assertThat(refused(WORDS, "a.jpg", PNG)).contains("says something else");
        assertThat(refused(WORDS, "a.png", Arrays.copyOf(PNG, 10_000_001))).contains("more than 10 MB");
        assertThat(refused(WORDS, "a.png", new byte[0])).contains("Choose a file first");
        assertThat(refused(WORDS, "a.png", Samples.flood(60_000, 60_000))).contains("more pixels");
        HttpResponse<String> cut =
                editor.upload("/images/cut", with(CUT, Map.of("width", "7")), "a.png", "image/png", PNG);
        assertThat(cut.statusCode()).isEqualTo(400);
        assertThat(cut.body()).isEqualTo("{\"code\":\"IMAGE_CROP\"}");
        assertThat(editor.upload("/images/cut", WORDS, "a.png", "image/png", PNG)
                        .statusCode())
                .isEqualTo(400);
        assertThat(cms.value("SELECT COUNT(*) FROM image")).isEqualTo(rows);
        assertThat(files(cms)).containsExactlyInAnyOrderElementsOf(before);
    }

    private static String refused(Map<String, String> words, String name, byte[] file) {
        HttpResponse<String> answer = editor.upload("/images", words, name, "image/png", file);
        assertThat(answer.statusCode()).as(name).isEqualTo(400);
        return answer.body();
    }

    /** Where it cannot be put, it is put as soon as it can, and nobody schedules what shoppers could not see. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_cannot_be_published_waits(boolean known) throws IOException {
        Path cdn = Files.createTempDirectory("cms-cdn").resolve("cdn");
        Files.writeString(cdn, "a file in its way");
        try (Cms own = Cms.start("flashsale.cdn-directory=" + (known ? cdn : ""))) {
            Visitor visitor = Visitor.of(own, "edith", "EDITOR");
            visitor.get("/images");
            HttpResponse<String> taken = visitor.upload("/images/cut", CUT, "a.png", "image/png", PNG);
            assertThat(taken.body()).contains("\"published\":false");
            assertThat(visitor.get("/images").body()).contains("not in the shop yet");
            if (!known) {
                return;
            }
            Files.delete(cdn);
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                            visitor.get("/images").body())
                    .doesNotContain("not in the shop yet"));
            assertThat(cdn.resolve("media")).isDirectoryContaining("glob:**-320.jpg");
        }
    }

    @Test
    void a_promo_has_pictures_that_there_are() {
        editor.get("/images");
        String id = editor.upload("/images/cut", CUT, "a.png", "image/png", Samples.quarters(1200, 900, "png"))
                .body()
                .replaceAll("\\D", "");
        Cms.Answer unknown = cms.post("/api/admin/promos", promo("PICTURE-0", "987654"));
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.field()).isEqualTo("items[0].image");
        Cms.Answer made = cms.post("/api/admin/promos", promo("PICTURE-1", id));
        assertThat(made.status()).as(made.detail()).isEqualTo(201);
        assertThat(made.body().get("items").get(0).get("image").asLong()).isEqualTo(Long.parseLong(id));
        assertThat(editor.get("/promos/" + made.body().get("id").asLong()).body())
                .contains("src=\"/images/" + id + "/320\"", "alt=\"A tea set with camellias\"");
    }

    private static String promo(String sku, String image) {
        return """
                {"name":"Pictures","opensAt":"%s","closesAt":"%s","items":[{"sku":"%s","name":"Tea set","priceMinor":1999,
                 "currency":"CNY","published":5,"holdSeconds":600,"image":%s}]}"""
                .formatted(Instant.now().plusSeconds(3600), Instant.now().plusSeconds(7200), sku, image);
    }

    private static List<String> files(Cms of) throws IOException {
        Path media = of.cdn().resolve("media");
        if (!Files.exists(media)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(media)) {
            return all.map(each -> each.getFileName().toString()).toList();
        }
    }

    private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
        var all = new HashMap<>(some);
        all.putAll(more);
        return all;
    }
}
