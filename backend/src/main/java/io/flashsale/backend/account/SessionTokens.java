package io.flashsale.backend.account;

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
import io.flashsale.backend.config.Secrets;
import io.flashsale.backend.config.Settings;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

    private final JWSHeader header;
    private final JWSSigner signer;
    private final Map<String, JWSVerifier> verifiers = new HashMap<>();
    private final Duration ttl;
    private final Clock clock;

    @Autowired
    SessionTokens(Secrets secrets, Settings settings, Clock clock) throws JOSEException {
        this(SessionKeys.parse(secrets.sessionKeyLines()), settings.session().ttl(), clock);
    }

    SessionTokens(SessionKeys keys, Duration ttl, Clock clock) throws JOSEException {
        byte[] signing = keys.byId().get(keys.signingId());
        header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .type(JOSEObjectType.JWT)
                .keyID(keys.signingId())
                .build();
        signer = new MACSigner(signing);
        for (var key : keys.byId().entrySet()) {
            verifiers.put(key.getKey(), new MACVerifier(key.getValue()));
        }
        this.ttl = ttl;
        this.clock = clock;
    }

    /** A session and its token. */
    record Issued(Session session, String token) {}

    Issued issue(String userId, int level) {
        Instant now = clock.instant();
        Instant expires = Instant.ofEpochSecond(now.plus(ttl).getEpochSecond());
        String sessionId = UUID.randomUUID().toString();
        var jwt = new SignedJWT(
                header,
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
            jwt.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("signing a session", e);
        }
        return new Issued(new Session(userId, level, sessionId, expires), jwt.serialize());
    }

    /** Null if the token is not one of ours, or its time is over. */
    @Nullable
    Session verify(String token) {
        if (token.length() > MOST_CHARACTERS) {
            return null;
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            String kid = jwt.getHeader().getKeyID();
            JWSVerifier verifier = kid == null ? null : verifiers.get(kid);
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
                || expires == null
                || !clock.instant().isBefore(expires.toInstant())) {
            return null;
        }
        return new Session(claims.getSubject(), level, sessionId, expires.toInstant());
    }
}
