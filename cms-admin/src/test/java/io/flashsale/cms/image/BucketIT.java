package io.flashsale.cms.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashsale.cms.Cms;
import io.flashsale.cms.Visitor;
import io.flashsale.cms.cdn.BucketPublisher;
import io.flashsale.cms.settings.CmsSettings.Bucket;
import io.flashsale.testkit.RealS3;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Pictures in a bucket of a real S3 server. */
class BucketIT {

    private static final String PICTURES = "pictures";
    private static final byte[] FILE = "of a picture".getBytes(StandardCharsets.UTF_8);

    @SuppressWarnings("NullAway.Init")
    private static RealS3 s3;

    @SuppressWarnings("NullAway.Init")
    private static S3Client reader;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @BeforeAll
    static void start() {
        s3 = RealS3.start();
        reader = S3Client.builder()
                .endpointOverride(URI.create(s3.endpoint()))
                .forcePathStyle(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(RealS3.KEY_ID, RealS3.SECRET)))
                .build();
        reader.createBucket(bucket -> bucket.bucket(PICTURES));
    }

    @AfterAll
    static void stop() {
        reader.close();
        s3.close();
    }

    private Path secret(String text) throws IOException {
        return Files.writeString(folder.resolve("secret"), text + "\n");
    }

    private BucketPublisher publisher(String bucket, String secret) throws IOException {
        return new BucketPublisher(new Bucket(bucket, s3.endpoint(), "eu-west-1", RealS3.KEY_ID, secret(secret)));
    }

    private static ResponseBytes<GetObjectResponse> read(String path) {
        return reader.getObjectAsBytes(object -> object.bucket(PICTURES).key(path));
    }

    private static List<String> keys() {
        return reader.listObjectsV2(list -> list.bucket(PICTURES)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    @Test
    void a_file_is_put_once_with_what_a_cdn_must_know_and_a_broken_one_again() throws IOException {
        try (BucketPublisher publisher = publisher(PICTURES, RealS3.SECRET)) {
            assertThat(publisher.isThere()).isTrue();
            assertThat(publisher.has("media/a.jpg")).isFalse();
            publisher.put("media/a.jpg", "image/jpeg", FILE);
            assertThat(publisher.has("media/a.jpg")).isTrue();
            var first = read("media/a.jpg");
            assertThat(first.asByteArray()).isEqualTo(FILE);
            assertThat(first.response().contentType()).isEqualTo("image/jpeg");
            assertThat(first.response().contentEncoding()).isNullOrEmpty();
            assertThat(first.response().cacheControl()).isEqualTo("public, max-age=31536000, immutable");

            publisher.put("media/a.jpg", "image/png", FILE);
            assertThat(read("media/a.jpg").response().contentType()).isEqualTo("image/jpeg");
            publisher.put("media/a.jpg", "image/jpeg", Arrays.copyOf(FILE, 5));
            assertThat(read("media/a.jpg").asByteArray()).isEqualTo(Arrays.copyOf(FILE, 5));

            publisher.remove("media/a.jpg");
            assertThat(publisher.has("media/a.jpg")).isFalse();
            publisher.remove("media/a.jpg");
        }
    }

    @Test
    void a_page_is_replaced_told_from_others_and_withdrawn_and_of_old_editions_a_few_stay() throws IOException {
        byte[] one = "<p>one".getBytes(StandardCharsets.UTF_8);
        byte[] two = "<p>two".getBytes(StandardCharsets.UTF_8);
        try (BucketPublisher publisher = publisher(PICTURES, RealS3.SECRET)) {
            for (String address : List.of("/", "/login", "/promo/7", "/item/A_b-1")) {
                assertThat(publisher.isPublished(address, one)).isFalse();
                publisher.publish(address, two);
                assertThat(publisher.isPublished(address, one)).isFalse();
                publisher.publish(address, one);
                assertThat(publisher.isPublished(address, one)).isTrue();
            }
            var page = read("promo/7");
            assertThat(page.asByteArray()).isEqualTo(one);
            assertThat(page.response().contentType()).isEqualToIgnoringWhitespace("text/html; charset=utf-8");
            assertThat(page.response().cacheControl()).isEqualTo("public, max-age=5");
            publisher.put("item/size-chart.pdf", "application/pdf", two);
            assertThat(publisher.published()).containsExactlyInAnyOrder("/promo/7", "/item/A_b-1");
            publisher.withdraw("/promo/7");
            assertThat(publisher.isPublished("/promo/7", one)).isFalse();
            assertThat(publisher.published()).containsExactly("/item/A_b-1");
            assertThat(keys()).contains("index.html", "login", "item/size-chart.pdf");

            for (String edition : List.of("a", "b", "c")) {
                publisher.put("assets/" + edition.repeat(32) + "/main.js", "text/javascript", one);
            }
            publisher.forgetEditions("a".repeat(32), 1);
            assertThat(keys())
                    .contains("assets/" + "a".repeat(32) + "/main.js")
                    .filteredOn(key -> key.startsWith("assets/"))
                    .hasSize(2);
        }
    }

    @Test
    void a_bucket_that_is_not_there_and_a_key_that_is_refused_are_errors_and_not_answers() throws IOException {
        try (BucketPublisher nowhere = publisher("nowhere", RealS3.SECRET);
                BucketPublisher stranger = publisher(PICTURES, "a guess")) {
            assertThatThrownBy(() -> nowhere.put("media/b.jpg", "image/jpeg", FILE))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("NoSuchBucket");
            assertThatThrownBy(() -> stranger.has("media/a.jpg")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> stranger.remove("media/a.jpg")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> stranger.put("media/b.jpg", "image/jpeg", FILE))
                    .isInstanceOf(IOException.class);
            assertThat(keys()).doesNotContain("media/b.jpg");
        }
    }

    @Test
    void pictures_go_there_and_wait_while_it_is_away() throws IOException {
        Path nowhere = folder.resolve("cdn");
        try (Cms cms = Cms.start(
                "flashsale.cdn-directory=" + nowhere,
                "flashsale.bucket.name=" + PICTURES,
                "flashsale.bucket.endpoint=" + s3.endpoint(),
                "flashsale.bucket.key-id=" + RealS3.KEY_ID,
                "flashsale.bucket.secret-file=" + secret(RealS3.SECRET))) {
            Visitor editor = Visitor.of(cms, "edith", "EDITOR");
            editor.get("/images");
            s3.kill();
            try {
                assertThat(take(editor)).contains("\"published\":false");
            } finally {
                s3.restart();
            }
            Awaitility.await("it is put there")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> !editor.get("/images").body().contains("not in the shop yet"));
            String name = cms.value("SELECT name FROM image");
            assertThat(keys())
                    .contains("media/" + name + "-320.jpg", "media/" + name + "-640.jpg", "media/" + name + "-960.jpg");
            assertThat(read("media/" + name + "-320.jpg").asByteArray())
                    .startsWith(0xFF, 0xD8)
                    .endsWith(0xFF, 0xD9);
            assertThat(nowhere).doesNotExist();
        }
    }

    private static String take(Visitor editor) {
        return editor.upload(
                        "/images/cut",
                        Map.of("altZh", "茶具", "altEn", "A tea set", "left", "0", "top", "0", "width", "1"),
                        "a.png",
                        "image/png",
                        Samples.quarters(1200, 900, "png"))
                .body();
    }
}
