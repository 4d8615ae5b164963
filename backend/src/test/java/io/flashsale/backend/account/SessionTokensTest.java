package io.flashsale.backend.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.flashsale.backend.config.BadSetting;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTokensTest {

    private static final byte[] OLD = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEW = "fedcba9876543210fedcba9876543210!".getBytes(StandardCharsets.US_ASCII);
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private static SessionTokens tokens(Instant now, byte[]... keys) throws Exception {
        var lines = new java.util.ArrayList<String>();
        for (byte[] key : keys) {
            lines.add((key == OLD ? "k1 " : "k2 ") + Base64.getEncoder().encodeToString(key));
        }
        SessionKeys parsed = SessionKeys.parse(lines);
        return new SessionTokens(() -> parsed, Duration.ofHours(12), Clock.fixed(now, ZoneOffset.UTC));
    }

    private static String token(Consumer<JWTClaimsSet.Builder> change) throws Exception {
        var claims = new JWTClaimsSet.Builder()
                .issuer("flashsale")
                .audience("flashsale-buy")
                .subject("u1")
                .claim("lvl", 2)
                .claim("sid", "s1")
                .issueTime(Date.from(NOW))
                .expirationTime(Date.from(NOW.plusSeconds(60)));
        change.accept(claims);
        var jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(), claims.build());
        jwt.sign(new MACSigner(OLD));
        return jwt.serialize();
    }

    @Test
    void what_was_signed_is_verified() throws Exception {
        var tokens = tokens(NOW, OLD);
        var issued = tokens.issue("u1", 3);
        assertThat(tokens.verify(issued.token())).isEqualTo(issued.session());
        assertThat(issued.session().userId()).isEqualTo("u1");
        assertThat(issued.session().level()).isEqualTo(3);
        assertThat(issued.session().expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(12)));
    }

    @Test
    void the_first_key_signs_and_the_others_still_verify() throws Exception {
        var before = tokens(NOW, OLD).issue("u1", 1).token();
        var after = tokens(NOW, NEW, OLD);
        assertThat(after.verify(before)).isNotNull();
        assertThat(SignedJWT.parse(after.issue("u1", 1).token()).getHeader().getKeyID())
                .isEqualTo("k2");
        assertThat(tokens(NOW, NEW).verify(before)).isNull();
    }

    @Test
    void a_session_ends_at_its_second() throws Exception {
        String token = token(claims -> {});
        assertThat(tokens(NOW.plusSeconds(59), OLD).verify(token)).isNotNull();
        assertThat(tokens(NOW.plusSeconds(60), OLD).verify(token)).isNull();
    }

    @Test
    void tokens_of_other_makers_for_others_or_without_a_claim_are_nobody() throws Exception {
        var tokens = tokens(NOW, OLD);
        assertThat(tokens.verify(token(claims -> claims.issuer("else")))).isNull();
        assertThat(tokens.verify(token(claims -> claims.audience("flashsale-admin"))))
                .isNull();
        assertThat(tokens.verify(token(claims -> claims.audience(List.of("flashsale-buy", "other")))))
                .isNull();
        assertThat(tokens.verify(token(claims -> claims.subject(null)))).isNull();
        assertThat(tokens.verify(token(claims -> claims.claim("lvl", null)))).isNull();
        assertThat(tokens.verify(token(claims -> claims.claim("lvl", "two")))).isNull();
        assertThat(tokens.verify(token(claims -> claims.claim("sid", null)))).isNull();
        assertThat(tokens.verify(token(claims -> claims.expirationTime(null)))).isNull();
    }

    @Test
    void other_algorithms_and_keys_are_nobody() throws Exception {
        var tokens = tokens(NOW, OLD);
        var claims = SignedJWT.parse(token(c -> {})).getJWTClaimsSet();
        assertThat(tokens.verify(new PlainJWT(claims).serialize()))
                .as("alg none")
                .isNull();
        byte[] key =
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        var other = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS512).keyID("k1").build(), claims);
        other.sign(new MACSigner(key));
        assertThat(tokens.verify(other.serialize())).as("HS512").isNull();
        var forged = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(), claims);
        forged.sign(new MACSigner(NEW));
        assertThat(tokens.verify(forged.serialize())).as("another key").isNull();
        var nameless = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).build(), claims);
        nameless.sign(new MACSigner(OLD));
        assertThat(tokens.verify(nameless.serialize())).as("no kid").isNull();
        String token = token(c -> {});
        assertThat(tokens.verify(token.substring(0, token.length() - 2))).isNull();
        assertThat(tokens.verify(token + "A".repeat(4000))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a.b.c", "null", "{}"})
    void rubbish_is_nobody(String token) throws Exception {
        assertThat(tokens(NOW, OLD).verify(token)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"k1", "k1 %%%", "k1 c2hvcnQ=", "../k1 MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="})
    void a_bad_line_of_keys_stops_the_start_and_tells_no_key(String line) {
        assertThatThrownBy(() -> SessionKeys.parse(List.of(line)))
                .isInstanceOf(BadSetting.class)
                .hasMessageStartingWith("FLASHSALE_SESSION_KEYS_FILE")
                .hasMessageNotContaining("c2hvcnQ=");
    }

    @Test
    void keys_are_there_once_and_at_all() {
        String line = "k1 " + Base64.getEncoder().encodeToString(OLD);
        assertThatThrownBy(() -> SessionKeys.parse(List.of(line, line))).hasMessageContaining("twice");
        assertThatThrownBy(() -> SessionKeys.parse(List.of())).hasMessageContaining("no key");
    }
}
