package io.flashsale.cms.settings;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The service's settings; {@code application.properties} names the environment variable of each.
 *
 * @param profile production refuses what only suits a demo
 * @param operatorTokenFile holds the token that the operator's calls carry
 * @param prometheusUrl of the Prometheus that the charts are drawn from; empty where there is none
 * @param review how many persons it takes to have a promo on sale: with two, nobody approves what they have written in
 * @param cdnDirectory what shoppers' browsers fetch from, as nginx or a CDN serves it: pictures are put there; empty: nowhere, and
 *     no item shows one
 * @param bucket where they are put instead
 * @param shopUrl where shoppers find the shop, for links to it; empty: such links are paths
 * @param storefront the directory of the shop's pages and their assets, which are published from there; empty: pages are whatever edges have themselves
 * @param benchReport what {@code ./flashsale bench} wrote as JSON when it was last run here; empty, or no file: nobody has measured
 * @param carryWait how long a change waits for the backend to carry it to Redis before it answers 202
 */
@Validated
@ConfigurationProperties("flashsale")
public record CmsSettings(
        @NotNull(message = "must be demo or production") Profile profile,
        @Valid @NotNull Mysql mysql,
        @NotNull(message = "must name the file that holds the operator's token (FLASHSALE_OPERATOR_TOKEN_FILE)")
                Path operatorTokenFile,
        @NotNull
                @Pattern(
                        regexp = "(https?://[^?#\\s]+)?",
                        message = "must be an http:// or https:// address (FLASHSALE_PROMETHEUS_URL)")
                @DefaultValue("")
                String prometheusUrl,
        @NotNull
                @Pattern(regexp = "two|one", message = "must be two or one (FLASHSALE_CMS_REVIEW)")
                @DefaultValue("two")
                String review,
        @NotNull
                @Pattern(
                        regexp = "(/.*)?",
                        message = "must be the path of a directory from the root on (FLASHSALE_CDN_DIR)")
                @DefaultValue("")
                String cdnDirectory,
        @Valid @NotNull @DefaultValue Bucket bucket,
        @NotNull
                @Pattern(
                        regexp = "(https?://[^/?#\\s]+/?)?",
                        message = "must be http:// or https:// with a host and no path (FLASHSALE_SHOP_URL)")
                @DefaultValue("")
                String shopUrl,
        @NotNull
                @Pattern(
                        regexp = "(/.*)?",
                        message = "must be the path of a directory from the root on (FLASHSALE_STOREFRONT)")
                @DefaultValue("")
                String storefront,
        @NotNull
                @Pattern(
                        regexp = "(/.*)?",
                        message = "must be the path of a file from the root on (FLASHSALE_BENCH_REPORT)")
                @DefaultValue("")
                String benchReport,
        @DurationMin(millis = 0) @DurationMax(seconds = 30) @DefaultValue("5s") Duration carryWait) {

    /** What this installation is for. */
    public enum Profile {
        DEMO,
        PRODUCTION
    }

    public boolean reviewedByAnother() {
        return review.equals("two");
    }

    /**
     * A bucket of an S3-compatible store, from which a CDN fetches {@code media/}. Either all that it takes is said, or nothing.
     *
     * @param name empty: there is none
     * @param endpoint of a store that is not AWS; buckets are part of its paths
     * @param secretFile holds the secret of the access key {@code keyId}
     */
    public record Bucket(
            @NotNull
                    @Pattern(
                            regexp = "([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?",
                            message = "must be the name of a bucket (FLASHSALE_CDN_BUCKET)")
                    @DefaultValue("")
                    String name,
            @NotNull
                    @Pattern(
                            regexp = "(https?://[A-Za-z0-9.-]+(:[1-9][0-9]{0,3}|:[1-5][0-9]{4})?)?",
                            message =
                                    "must be http:// or https:// with a host and no path; a port is below 60000 (FLASHSALE_CDN_ENDPOINT)")
                    @DefaultValue("")
                    String endpoint,
            @NotNull
                    @Pattern(
                            regexp = "[a-z0-9-]{1,32}",
                            message = "must be the name of a region (FLASHSALE_CDN_REGION)")
                    @DefaultValue("us-east-1")
                    String region,
            @NotNull @DefaultValue("") String keyId,
            @Nullable Path secretFile) {

        /** @throws BadSetting where something is said of a bucket that has no name */
        public boolean isNamed() {
            if (name.isEmpty() && !(endpoint.isEmpty() && keyId.isEmpty() && secretFile == null)) {
                throw new BadSetting(
                        "FLASHSALE_CDN_ENDPOINT, FLASHSALE_CDN_KEY_ID and FLASHSALE_CDN_SECRET_FILE are of a bucket that"
                                + " FLASHSALE_CDN_BUCKET names.");
            }
            return !name.isEmpty();
        }

        /** @throws BadSetting if it cannot be read, or no key is named */
        public String secret() {
            if (keyId.isEmpty() || secretFile == null) {
                throw new BadSetting(
                        "FLASHSALE_CDN_BUCKET needs an access key: its id as FLASHSALE_CDN_KEY_ID, and the file that holds its secret"
                                + " as FLASHSALE_CDN_SECRET_FILE.");
            }
            return SecretFile.read("FLASHSALE_CDN_SECRET_FILE", secretFile, 1);
        }
    }

    /**
     * Where the truth is.
     *
     * @param passwordFile holds the password of {@code user}
     */
    public record Mysql(
            @NotNull
                    @Pattern(
                            regexp = "jdbc:mysql://.+",
                            message = "must be a jdbc:mysql:// address (FLASHSALE_MYSQL_URL)")
                    String url,
            @NotBlank(message = "must name the account of cms-admin (FLASHSALE_MYSQL_USER)") String user,
            @NotNull(message = "must name the file that holds the account's password (FLASHSALE_MYSQL_PASSWORD_FILE)")
                    Path passwordFile) {}
}
