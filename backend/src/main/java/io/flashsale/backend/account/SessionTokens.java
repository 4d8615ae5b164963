package io.flashsale.backend.account;

import com.google.common.collect.ImmutableMap;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.flashsale.backend.config.Settings;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Signs and verifies sessions: JWT with HS256 and nothing else, issuer {@code flashsale}, audience {@code flashsale-buy}, the
 * same tokens that the edge verifies.
 */
@Component
public final class SessionTokens {

    private static final String ISSUER = "flashsale";
    private static final String AUDIENCE = "flashsale-buy";
    private static final int MOST_CHARACTERS = 2048;

    private final Supplier<SessionKeys> keys;
    private final Duration ttl;
    private final Clock clock;
    private volatile Made made;

    /** What signs and verifies by these keys. */
    private record Made(
            SessionKeys of, JWSHeader header, JWSSigner signer, ImmutableMap<String, JWSVerifier> verifiers) {

        static Made by(SessionKeys keys) {
            try {
                ImmutableMap.Builder<String, JWSVerifier> verifiers = ImmutableMap.builder();
                for (var key : keys.byId().entrySet()) {
                    verifiers.put(key.getKey(), new MACVerifier(key.getValue()));
                }
                byte[] signing = keys.byId().get(keys.signingId());
                var header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(JOSEObjectType.JWT)
                        .keyID(keys.signingId())
                        .build();
                return new Made(keys, header, new MACSigner(signing), verifiers.build());
            } catch (JOSEException e) {
                throw new IllegalStateException("session keys", e);
            }
        }
    }

    @Autowired
    SessionTokens(KeyRing ring, Settings settings, Clock clock) {
        this(ring, settings.session().ttl(), clock);
    }

    SessionTokens(Supplier<SessionKeys> keys, Duration ttl, Clock clock) {
        this.keys = keys;
        this.made = Made.by(keys.get());
        this.ttl = ttl;
        this.clock = clock;
    }

    private Made made() {
        SessionKeys present = keys.get();
        Made known = made;
        if (known.of() != present) {
            known = Made.by(present);
            made = known;
        }
        return known;
    }

    /** A session and its token. The span is for those whose clock may be wrong. */
    record Issued(Session session, String token, Duration goodFor) {}

    /** A session that nobody opened: of a load plan, or of the demo. */
    Issued issue(String userId, int level) {
        return issue(userId, level, UUID.randomUUID().toString(), ttl);
    }

    Issued issue(String userId, int level, String sessionId, Duration goodFor) {
        Instant now = clock.instant();
        Instant expires = Instant.ofEpochSecond(now.plus(goodFor).getEpochSecond());
        Made by = made();
        var jwt = new SignedJWT(
                by.header(),
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .audience(AUDIENCE)
                        .subject(userId)
                        .claim("lvl", level)
                        .claim("sid", sessionId)
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(expires))
                        .build());
        try {
            jwt.sign(by.signer());
        } catch (JOSEException e) {
            throw new IllegalStateException("signing a session", e);
        }
        return new Issued(new Session(userId, level, sessionId, expires), jwt.serialize(), goodFor);
    }

    /** Null if the token is not one of ours, or its time is over. */
    @Nullable
    Session verify(String token) {
        Session session = verifyLapsed(token);
        return session != null && clock.instant().isBefore(session.expiresAt()) ? session : null;
    }

    /** Null if the token is not one of ours; its time may be over. */
    @Nullable
    Session verifyLapsed(String token) {
        if (token.length() > MOST_CHARACTERS) {
            return null;
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            String kid = jwt.getHeader().getKeyID();
            JWSVerifier verifier = kid == null ? null : made().verifiers().get(kid);
            if (verifier == null
                    || !JWSAlgorithm.HS256.equals(jwt.getHeader().getAlgorithm())
                    || !jwt.verify(verifier)) {
                return null;
            }
            return session(jwt.getJWTClaimsSet());
        } catch (ParseException | JOSEException | IllegalArgumentException notOurs) {
            return null;
        }
    }

    private @Nullable Session session(JWTClaimsSet claims) throws ParseException {
        Date expires = claims.getExpirationTime();
        Integer level = claims.getIntegerClaim("lvl");
        String sessionId = claims.getStringClaim("sid");
        if (!ISSUER.equals(claims.getIssuer())
                || !List.of(AUDIENCE).equals(claims.getAudience())
                || claims.getSubject() == null
                || level == null
                || sessionId == null
                || expires == null) {
            return null;
        }
        return new Session(claims.getSubject(), level, sessionId, expires.toInstant());
    }
}
