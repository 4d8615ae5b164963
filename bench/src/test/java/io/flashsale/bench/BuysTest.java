package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BuysTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void buyers_and_skus_take_turns_and_each_request_is_as_long_as_it_says(@TempDir Path folder) throws Exception {
        String key = Base64.getEncoder().encodeToString(new byte[32]);
        var buyers = Sessions.signed(Files.writeString(folder.resolve("keys"), "k1 " + key + "\n"), "b", 12);
        List<JsonNode> bodies = bodies(new Buys(buyers, List.of("A", "LONGER"), Buys.Who.HIMSELF), 13);

        assertThat(bodies)
                .extracting(b -> b.get("userID").asString())
                .startsWith("b1", "b2")
                .endsWith("b12", "b1");
        assertThat(bodies).extracting(b -> b.get("goodsSKU").asString()).startsWith("A", "LONGER", "A");
        assertThat(bodies.stream().map(b -> b.get("sessionID").asString()).distinct())
                .hasSize(12);
    }

    private static List<JsonNode> bodies(Buys buys, int count) {
        List<JsonNode> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var request = ByteBuffer.allocateDirect(4096);
            buys.next(request);
            String text = US_ASCII.decode(request.flip()).toString();
            String body = text.substring(text.indexOf("\r\n\r\n") + 4);
            assertThat(text).contains("\r\nContent-Length: " + body.length() + "\r\n");
            bodies.add(JSON.readTree(body));
        }
        return bodies;
    }
}
