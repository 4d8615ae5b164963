package io.flashsale.cms.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flashsale.cms.image.Picture.Crop;
import io.flashsale.cms.image.Picture.Rendition;
import io.flashsale.cms.web.Refusal;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {

    private static final byte[] JPEG = Samples.quarters(1600, 1200, "jpg");
    private static final byte[] PNG = Samples.quarters(800, 600, "png");

    @Test
    void a_picture_is_encoded_anew_in_each_width_that_it_has() {
        assertThat(widths(JPEG, Kind.JPEG)).containsExactly(320, 640, 960, 1280);
        assertThat(widths(PNG, Kind.PNG)).containsExactly(320, 640);
        for (Rendition each : Picture.render(PNG, Kind.PNG, Crop.MIDDLE)) {
            BufferedImage picture = Samples.decoded(each.bytes());
            assertThat(picture.getWidth()).isEqualTo(each.width());
            assertThat(picture.getHeight()).isEqualTo(each.width() * 3 / 4);
            assertThat(quarters(each)).containsExactly("red", "green", "blue", "yellow");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, red green blue yellow",
        "2, green red yellow blue",
        "3, yellow blue green red",
        "4, blue yellow red green",
        "5, red blue green yellow",
        "6, blue red yellow green",
        "7, yellow green blue red",
        "8, green yellow red blue",
        "9, red green blue yellow"
    })
    void it_is_upright_however_the_camera_was_held_and_says_nothing_of_whose_it_is(int orientation, String expected) {
        boolean lay = orientation > 4 && orientation < 9;
        byte[] taken = Samples.quarters(lay ? 1200 : 1600, lay ? 1600 : 1200, "jpg");
        byte[] file = Samples.held(taken, orientation, "Somebody At Home");
        Rendition shown = Picture.render(file, Kind.JPEG, Crop.MIDDLE).get(1);
        assertThat(String.join(" ", quarters(shown))).isEqualTo(expected);
        assertThat(new String(shown.bytes(), StandardCharsets.ISO_8859_1)).doesNotContain("Exif", "Somebody");
    }

    @Test
    void a_part_is_shown_where_one_was_chosen() {
        Rendition lowerRight =
                Picture.render(JPEG, Kind.JPEG, new Crop(0.5, 0.5, 0.5)).get(1);
        assertThat(quarters(lowerRight)).containsOnly("yellow");
        byte[] wide = Samples.quarters(3000, 900, "png");
        assertThat(quarters(Picture.render(wide, Kind.PNG, new Crop(0, 0, 0.4)).get(0)))
                .containsExactly("red", "red", "blue", "blue");
        byte[] held = Samples.held(Samples.quarters(1200, 1600, "jpg"), 6, "x");
        assertThat(quarters(
                        Picture.render(held, Kind.JPEG, new Crop(0.5, 0, 0.5)).get(0)))
                .as("of an upright one, not as the camera was held")
                .containsOnly("red");
    }

    @Test
    void what_one_can_look_through_is_white() {
        Rendition shown =
                Picture.render(Samples.clear(640, 480), Kind.PNG, Crop.MIDDLE).get(0);
        assertThat(new Color(Samples.decoded(shown.bytes()).getRGB(100, 100))).isEqualTo(Color.WHITE);
    }

    @Test
    void of_a_large_one_all_widths_are_made() {
        assertThat(widths(Samples.quarters(5600, 4200, "jpg"), Kind.JPEG)).containsExactly(320, 640, 960, 1280);
    }

    @Test
    void a_part_that_is_higher_than_the_picture_is_as_high_as_that() {
        assertThat(refused(Samples.quarters(3000, 300, "png"), Kind.PNG, new Crop(0, 0, 1)))
                .isEqualTo("IMAGE_SMALL");
        List<Rendition> low = Picture.render(Samples.quarters(3000, 480, "png"), Kind.PNG, new Crop(0, 0, 1));
        assertThat(low).extracting(Rendition::width).containsExactly(320, 640);
        assertThat(quarters(low.get(0))).containsExactly("red", "red", "blue", "blue");
    }

    /** Fine lines come out grey, and not as some of them. */
    @Test
    void what_is_made_smaller_is_all_of_what_was_there() {
        Rendition shown =
                Picture.render(Samples.lines(2560, 1920), Kind.PNG, Crop.MIDDLE).get(1);
        BufferedImage picture = Samples.decoded(shown.bytes());
        for (int x = 100; x < 500; x++) {
            assertThat(new Color(picture.getRGB(x, 100)).getGreen())
                    .as("at %d", x)
                    .isBetween(90, 165);
        }
    }

    /** In a process of its own, with less than the service has beside all else. */
    @Test
    void it_takes_little_memory_whatever_is_shown_of_the_largest() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx130m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        LargePictures.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said.lines()).hasSize(LargePictures.HOW_MANY);
    }

    @Test
    void a_file_that_makes_readers_take_more_than_there_is_makes_this_one_take_nothing() {
        byte[] file = Samples.withExtendedXmp(JPEG, 0x7000_0000);
        assertThat(widths(file, Kind.JPEG)).containsExactly(320, 640, 960, 1280);
    }

    @Test
    void one_that_comes_in_scans_may_have_fewer_pixels() {
        byte[] some = Samples.inScans(1600, 1200);
        assertThat(Kind.comesInScans(some)).isTrue();
        assertThat(Kind.comesInScans(JPEG)).isFalse();
        assertThat(Kind.comesInScans(Samples.held(JPEG, 6, "x"))).isFalse();
        assertThat(quarters(Picture.render(some, Kind.JPEG, Crop.MIDDLE).get(1)))
                .containsExactly("red", "green", "blue", "yellow");
        assertThat(refused(Samples.inScans(4_700, 3_600), Kind.JPEG, Crop.MIDDLE))
                .isEqualTo("IMAGE_PIXELS");
    }

    @Test
    void what_is_too_small_too_large_or_broken_is_refused() {
        assertThat(refused(Samples.quarters(630, 480, "png"), Kind.PNG, Crop.MIDDLE))
                .isEqualTo("IMAGE_SMALL");
        assertThat(refused(PNG, Kind.PNG, new Crop(0, 0, 0.7))).isEqualTo("IMAGE_SMALL");
        assertThat(refused(Samples.flood(60_000, 60_000), Kind.PNG, Crop.MIDDLE))
                .isEqualTo("IMAGE_PIXELS");
        assertThat(refused(Samples.flood(11_000, 11_000), Kind.PNG, Crop.MIDDLE))
                .isEqualTo("IMAGE_PIXELS");
        assertThat(refused(Samples.flood(4_000, 3_000), Kind.PNG, Crop.MIDDLE)).isEqualTo("IMAGE_BROKEN");
        assertThat(refused(Arrays.copyOf(JPEG, 300), Kind.JPEG, Crop.MIDDLE)).isEqualTo("IMAGE_BROKEN");
        for (Crop odd : List.of(
                new Crop(0.5, 0, 0.6), new Crop(-0.1, 0, 0.5), new Crop(0, 1, 0.5), new Crop(Double.NaN, 0, 0.5))) {
            assertThat(catchThrowableOfType(Refusal.class, odd::checked))
                    .as(odd.toString())
                    .isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'<svg xmlns=\"http://www.w3.org/2000/svg\"/>', IMAGE_SVG",
        "'<?xml version=\"1.0\"?><svg/>', IMAGE_SVG",
        "GIF89a, IMAGE_KIND",
        "RIFFxxxxWEBPVP8, IMAGE_KIND",
        "'<html><script>alert(1)</script>', IMAGE_KIND",
        "'', IMAGE_KIND"
    })
    void what_is_no_picture_of_these_kinds_is_refused_whatever_it_is_called(String text, String code) {
        assertThat(code(text.getBytes(StandardCharsets.UTF_8), "picture.png", "image/png"))
                .isEqualTo(code);
    }

    @Test
    void a_file_that_says_something_else_of_itself_is_refused() {
        assertThat(code(PNG, "picture.jpg", "image/png")).isEqualTo("IMAGE_LIES");
        assertThat(code(PNG, "picture.png", "image/jpeg")).isEqualTo("IMAGE_LIES");
        assertThat(code(PNG, "picture.png.html", "image/png")).isEqualTo("IMAGE_LIES");
        assertThat(code(PNG, "picture", "text/html")).isEqualTo("IMAGE_LIES");
        assertThat(Kind.of(PNG, "../../etc/Picture.PNG", "")).isEqualTo(Kind.PNG);
        assertThat(Kind.of(JPEG, "a.b.jpeg", "application/octet-stream")).isEqualTo(Kind.JPEG);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<script>alert(1)</script>", "<?php system($_GET[0]);", "%PDF-1.7", "<HTML>", "<SvG onload=x>"})
    void what_is_something_else_as_well_is_refused(String something) {
        byte[] more = something.getBytes(StandardCharsets.UTF_8);
        assertThat(code(Samples.joined(JPEG, more), "a.jpg", "image/jpeg")).isEqualTo("IMAGE_POLYGLOT");
        byte[] within = Samples.joined(
                Arrays.copyOf(JPEG, 2),
                new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) (more.length + 2)},
                more,
                Arrays.copyOfRange(JPEG, 2, JPEG.length));
        assertThat(code(within, "a.jpg", "image/jpeg")).isEqualTo("IMAGE_POLYGLOT");
    }

    @Test
    void so_is_an_archive_behind_a_picture() {
        byte[] archive = Arrays.copyOf(new byte[] {'P', 'K', 5, 6}, 22);
        assertThat(code(Samples.joined(PNG, archive), "a.png", "image/png")).isEqualTo("IMAGE_POLYGLOT");
        assertThat(code(PNG, "a.png", "image/png")).isEqualTo("taken");
    }

    private static List<Integer> widths(byte[] file, Kind kind) {
        return Picture.render(file, kind, Crop.MIDDLE).stream()
                .map(Rendition::width)
                .toList();
    }

    private static String refused(byte[] file, Kind kind, Crop crop) {
        Refusal refused = catchThrowableOfType(Refusal.class, () -> Picture.render(file, kind, crop));
        return refused == null ? "taken" : refused.problem().code();
    }

    private static String code(byte[] file, String name, String type) {
        Refusal refused = catchThrowableOfType(Refusal.class, () -> Kind.of(file, name, type));
        return refused == null ? "taken" : refused.problem().code();
    }

    private static List<String> quarters(Rendition shown) {
        BufferedImage picture = Samples.decoded(shown.bytes());
        int left = picture.getWidth() / 4;
        int high = picture.getHeight() / 4;
        return List.of(
                colour(picture, left, high),
                colour(picture, left * 3, high),
                colour(picture, left, high * 3),
                colour(picture, left * 3, high * 3));
    }

    private static String colour(BufferedImage picture, int x, int y) {
        var colour = new Color(picture.getRGB(x, y));
        boolean red = colour.getRed() > 128;
        boolean green = colour.getGreen() > 128;
        if (colour.getBlue() > 128) {
            return red || green ? "light" : "blue";
        }
        if (red) {
            return green ? "yellow" : "red";
        }
        return green ? "green" : "dark";
    }
}
