package io.flashsale.cms.cdn;

import io.flashsale.cms.settings.CmsSettings.Bucket;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket of an S3-compatible store. An object is there whole or not at all, and the store checks what it was sent by its MD5; no other
 * checksum is asked for, since stores that are not AWS know different ones.
 */
public final class BucketPublisher implements CdnPublisher, AutoCloseable {

    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    /** So long does a CDN serve a page that was replaced, unless it is told. */
    private static final String FOR_SECONDS = "public, max-age=5";

    /** What a page's object says of what is in it. */
    private static final String CONTENT = "content";

    /** Those that come and go; the shop's own are always wanted. */
    private static final Pattern PAGE = Pattern.compile("promo/[0-9]{1,15}|item/[A-Za-z0-9_-]{1,64}");

    private static final int NOT_FOUND = 404;
    private static final Duration CONNECTED = Duration.ofSeconds(2);
    private static final Duration SILENT = Duration.ofSeconds(5);
    /** With its repetitions; an editor waits for it once. */
    private static final Duration DONE = Duration.ofSeconds(6);

    private final String bucket;
    private final S3Client store;

    public BucketPublisher(Bucket settings) {
        bucket = settings.name();
        var builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECTED)
                        .socketTimeout(SILENT))
                .region(Region.of(settings.region()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(settings.keyId(), settings.secret())))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                // In one piece: not every store knows pieces that are signed one by one.
                .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
                // What is said here holds, whatever lies in the home of who started it.
                .overrideConfiguration(override -> override.apiCallTimeout(DONE)
                        .defaultProfileFile(ProfileFile.aggregator().build()));
        if (!settings.endpoint().isEmpty()) {
            builder.endpointOverride(URI.create(settings.endpoint())).forcePathStyle(true);
        }
        store = builder.build();
    }

    @Override
    public boolean isThere() {
        return true;
    }

    @Override
    public boolean has(String path) throws IOException {
        try {
            head(path);
            return true;
        } catch (S3Exception said) {
            // A key that may not list the bucket hears 403 of what is not there, and of what it may not see.
            if (said.statusCode() == NOT_FOUND) {
                return false;
            }
            throw new IOException("whether " + path + " is in " + bucket, said);
        } catch (SdkException away) {
            throw new IOException("whether " + path + " is in " + bucket, away);
        }
    }

    @Override
    public void put(String path, String type, byte[] bytes) throws IOException {
        try {
            if (!isPut(path, bytes.length)) {
                store.putObject(
                        object -> object.bucket(bucket)
                                .key(path)
                                .contentType(type)
                                .cacheControl(FOR_EVER)
                                .contentMD5(md5(bytes)),
                        RequestBody.fromBytes(bytes));
            }
        } catch (SdkException fault) {
            throw new IOException("putting " + path + " into " + bucket, fault);
        }
    }

    @Override
    public void publish(String address, byte[] html) throws IOException {
        try {
            store.putObject(
                    object -> object.bucket(bucket)
                            .key(key(address))
                            .contentType("text/html; charset=utf-8")
                            .cacheControl(FOR_SECONDS)
                            .metadata(Map.of(CONTENT, ContentName.of(html)))
                            .contentMD5(md5(html)),
                    RequestBody.fromBytes(html));
        } catch (SdkException fault) {
            throw new IOException("publishing " + address + " in " + bucket, fault);
        }
    }

    @Override
    public boolean isPublished(String address, byte[] html) throws IOException {
        try {
            return ContentName.of(html).equals(head(key(address)).metadata().get(CONTENT));
        } catch (S3Exception said) {
            if (said.statusCode() == NOT_FOUND) {
                return false;
            }
            throw new IOException("whether " + address + " is in " + bucket, said);
        } catch (SdkException away) {
            throw new IOException("whether " + address + " is in " + bucket, away);
        }
    }

    @Override
    public void withdraw(String address) throws IOException {
        remove(key(address));
    }

    @Override
    public Set<String> published() throws IOException {
        var all = new HashSet<String>();
        for (String prefix : List.of("promo/", "item/")) {
            for (S3Object object : under(prefix)) {
                if (PAGE.matcher(object.key()).matches()) {
                    all.add("/" + object.key());
                }
            }
        }
        return all;
    }

    @Override
    public void forgetEditions(String current, int others) throws IOException {
        Map<String, List<S3Object>> editions = under("assets/").stream()
                .filter(object -> object.key().matches("assets/[0-9a-f]{32}/[^/]+"))
                .collect(Collectors.groupingBy(object -> object.key().split("/", 3)[1]));
        editions.remove(current);
        List<List<S3Object>> old = editions.values().stream()
                .sorted(Comparator.comparing(
                        (List<S3Object> files) -> files.get(0).lastModified(), Comparator.reverseOrder()))
                .skip(others)
                .toList();
        for (List<S3Object> files : old) {
            for (S3Object file : files) {
                remove(file.key());
            }
        }
    }

    private List<S3Object> under(String prefix) throws IOException {
        try {
            return store.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix)).contents().stream()
                    .toList();
        } catch (SdkException away) {
            throw new IOException("what is under " + prefix + " in " + bucket, away);
        }
    }

    /** As a CDN asks for it: for its address without the first stroke, and for the home page as most of them call it. */
    private static String key(String address) {
        return address.equals("/") ? "index.html" : address.substring(1);
    }

    @Override
    public void remove(String path) throws IOException {
        try {
            store.deleteObject(object -> object.bucket(bucket).key(path));
        } catch (SdkException fault) {
            throw new IOException("removing " + path + " from " + bucket, fault);
        }
    }

    private boolean isPut(String path, int length) {
        try {
            return Long.valueOf(length).equals(head(path).contentLength());
        } catch (S3Exception cannotTell) {
            return false;
        }
    }

    private HeadObjectResponse head(String path) {
        return store.headObject(object -> object.bucket(bucket).key(path));
    }

    private static String md5(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
