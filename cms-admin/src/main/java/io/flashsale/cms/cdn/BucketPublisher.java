package io.flashsale.cms.cdn;

import io.flashsale.cms.settings.CmsSettings.Bucket;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
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

/**
 * A bucket of an S3-compatible store. An object is there whole or not at all, and the store checks what it was sent by its MD5; no other
 * checksum is asked for, since stores that are not AWS know different ones.
 */
public final class BucketPublisher implements CdnPublisher, AutoCloseable {

    private static final String FOR_EVER = "public, max-age=31536000, immutable";
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
