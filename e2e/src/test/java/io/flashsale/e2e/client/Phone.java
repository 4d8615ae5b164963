package io.flashsale.e2e.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A phone whose owner asks the shop for one-time codes, as an app does: without a page. */
public final class Phone {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI edge;
    private final String number;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    public Phone(Installation installation, String number) {
        this.edge = installation.url("EDGE", "/");
        this.number = number;
    }

    /** Proves some work and asks for a code. @return the answer's status */
    public int askForCode(String purpose) {
        try {
            JsonNode challenge = JSON.readTree(post("/api/challenge", Map.of()).body());
            String text = challenge.get("challenge").asString();
            String proof = prove(text, challenge.get("bits").asInt());
            return post(
                            "/api/otp",
                            Map.of(
                                    "phone",
                                    number,
                                    "purpose",
                                    purpose,
                                    "language",
                                    "en",
                                    "challenge",
                                    text,
                                    "proof",
                                    proof))
                    .statusCode();
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> post(String path, Map<String, ?> body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(edge.resolve(path))
                        .timeout(Duration.ofSeconds(10))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
                        .build(),
                BodyHandlers.ofString());
    }

    private static String prove(String challenge, int bits) throws NoSuchAlgorithmException {
        var digest = MessageDigest.getInstance("SHA-256");
        for (long proof = 0; ; proof++) {
            byte[] hash = digest.digest((challenge + ":" + proof).getBytes(StandardCharsets.US_ASCII));
            int first = (hash[0] & 0xff) << 24 | (hash[1] & 0xff) << 16 | (hash[2] & 0xff) << 8 | (hash[3] & 0xff);
            if (Integer.numberOfLeadingZeros(first) >= bits) {
                return Long.toString(proof);
            }
        }
    }
}
