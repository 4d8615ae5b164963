package io.flashsale.backend.account;

import io.flashsale.backend.web.Refusal;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** {@code POST /internal/buyers}: accounts with signed sessions, for load plans. The same prefix gives the same accounts. */
@RestController
final class BuyerEndpoint {

    private static final int MOST = 1_000_000;
    private static final int BATCH = 1000;

    private final BuyerMapper buyers;
    private final SessionTokens tokens;

    BuyerEndpoint(BuyerMapper buyers, SessionTokens tokens) {
        this.buyers = buyers;
        this.tokens = tokens;
    }

    record Order(@Nullable Integer count, @Nullable Integer level, @Nullable String prefix) {}

    @PostMapping(path = "/internal/buyers", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<StreamingResponseBody> open(@RequestBody Order order) {
        int count = order.count() == null ? 0 : order.count();
        int level = order.level() == null ? 1 : order.level();
        String prefix = order.prefix() == null ? "b" : order.prefix();
        if (count < 1 || count > MOST) {
            throw Refusal.badRequest("count", "must be from 1 to " + MOST);
        }
        if (level < 0 || level > 1_000_000) {
            throw Refusal.badRequest("level", "must be from 0 to 1000000");
        }
        if (!prefix.matches("[A-Za-z0-9_-]{1,48}")) {
            throw Refusal.badRequest("prefix", "must be 1 to 48 of A-Z a-z 0-9 _ -");
        }
        // All accounts first: a CSV that ends early for a fault of MySQL would look whole.
        for (int from = 1; from <= count; from += BATCH) {
            buyers.open(names(prefix, from, Math.min(count, from + BATCH - 1)), level);
        }
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "csv", StandardCharsets.UTF_8))
                .body(out -> {
                    var csv = new OutputStreamWriter(out, StandardCharsets.US_ASCII);
                    csv.write("userID,userLevel,sessionID\n");
                    for (int number = 1; number <= count; number++) {
                        write(csv, prefix + number, level);
                    }
                    csv.flush();
                });
    }

    private void write(OutputStreamWriter csv, String userId, int level) throws IOException {
        csv.append(userId)
                .append(',')
                .append(Integer.toString(level))
                .append(',')
                .append(tokens.issue(userId, level).token())
                .append('\n');
    }

    private static List<String> names(String prefix, int from, int to) {
        var names = new ArrayList<String>(to - from + 1);
        for (int number = from; number <= to; number++) {
            names.add(prefix + number);
        }
        return names;
    }
}
