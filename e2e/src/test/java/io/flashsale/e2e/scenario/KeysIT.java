package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.client.Buyer;
import io.flashsale.e2e.client.Installation;
import io.flashsale.e2e.client.Operator;
import io.flashsale.e2e.client.Operator.Ended;
import io.flashsale.e2e.client.Sale;
import io.flashsale.e2e.client.Terms;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The keys of session tokens are changed by a command, in the middle of a sale. */
class KeysIT {

    private final Operator operator = new Operator(Installation.fromEnvironment());

    @Test
    void a_key_is_replaced_while_people_buy_and_nobody_is_logged_out_until_the_old_one_is_dropped() throws Exception {
        try (var sale = new Sale("keys", Terms.of("KEYS", 5000))) {
            String before = signing();
            List<Buyer> old = sale.buyers(60, 1);
            var rotated = new AtomicBoolean();
            var buyer = Executors.newSingleThreadExecutor();
            try {
                Future<List<String>> codes = buyer.submit(() -> {
                    var heard = new ArrayList<String>();
                    for (int i = 0; !rotated.get() || i < 20; i++) {
                        // a session of each moment, by whichever key signs then
                        Buyer fresh = i % 5 == 0 ? sale.buyer() : old.get(1 + i % 59);
                        // A worker that goes closes the connections that wait: what is just on its way there is asked
                        // again.
                        var told = sale.shop().outcome(fresh, sale.sku(), 1, "key-" + i);
                        heard.add(String.valueOf(told.code()));
                    }
                    return heard;
                });
                Ended ended = operator.flashsale("keys", "rotate");
                assertThat(ended.exit()).as(ended.output()).isZero();
                rotated.set(true);
                assertThat(codes.get()).hasSizeGreaterThan(19).containsOnly("RESERVED");
            } finally {
                rotated.set(true);
                buyer.shutdown();
            }
            String after = signing();
            assertThat(after).isNotEqualTo(before);
            Buyer fresh = sale.buyer();
            assertThat(kid(fresh)).isEqualTo(after);
            assertThat(kid(old.get(0))).isEqualTo(before);

            Ended refused = operator.flashsale("keys", "drop", after);
            assertThat(refused.exit()).isNotZero();
            assertThat(refused.output()).contains("without it nobody could log in");
            Ended dropped = operator.flashsale("keys", "drop", before);
            assertThat(dropped.exit()).as(dropped.output()).isZero();
            assertThat(sale.shop().outcome(old.get(0), sale.sku(), 1, "late").code())
                    .isEqualTo("UNAUTHENTICATED");
            sale.shop().win(fresh, sale.sku(), 1, "new");
            assertThat(operator.flashsale("keys", "list").output())
                    .contains(after)
                    .doesNotContain(before + " ");
        }
    }

    /** The one that {@code keys list} says signs. */
    private String signing() {
        Ended listed = operator.flashsale("keys", "list");
        var found = Pattern.compile("(?m)^(\\S+) +signs and verifies").matcher(listed.output());
        assertThat(found.find()).as(listed.output()).isTrue();
        return found.group(1);
    }

    private static String kid(Buyer buyer) {
        String header =
                new String(Base64.getUrlDecoder().decode(buyer.session().split("\\.")[0]), StandardCharsets.UTF_8);
        var found = Pattern.compile("\"kid\":\"([^\"]+)\"").matcher(header);
        assertThat(found.find()).as(header).isTrue();
        return found.group(1);
    }
}
