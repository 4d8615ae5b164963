package io.flashsale.consumer.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.intake.Delivery.Read;
import io.flashsale.contract.OrderMessage;
import io.flashsale.contract.OrderMessage.EpochMarker;
import io.flashsale.contract.OrderMessage.Fence;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryTest {

    private static final OrderPlaced PLACED = new OrderPlaced(
            1,
            "a-1abc",
            7,
            10,
            "SKU0001",
            "u1",
            2,
            3,
            1999,
            "CNY",
            4,
            "r1",
            5,
            6,
            1_795_157_670_320L,
            1_795_159_470_320L,
            null);

    @Test
    void an_order_is_read() {
        assertThat(delivery(OrderMessage.encode(PLACED), PLACED.orderId()).read())
                .isInstanceOfSatisfying(
                        Read.Order.class, order -> assertThat(order.placed()).isEqualTo(PLACED));
    }

    @Test
    void a_marker_is_read() {
        var marker = new EpochMarker(1, List.of(new Fence(1, 2)));
        assertThat(delivery(OrderMessage.encode(marker), "").read())
                .isInstanceOfSatisfying(
                        Read.Marker.class, read -> assertThat(read.marker()).isEqualTo(marker));
    }

    @Test
    void bad_json_says_so() {
        assertThat(why("{".getBytes(UTF_8))).contains("not a message");
    }

    @Test
    void a_version_of_the_future_is_not_read() {
        String later = new String(OrderMessage.encode(PLACED), UTF_8).replace("\"v\":1", "\"v\":2");
        assertThat(why(later.getBytes(UTF_8))).contains("version 2");
    }

    @Test
    void a_huge_body_is_not_even_parsed() {
        assertThat(why(new byte[Delivery.LONGEST_BODY + 1])).contains("1048577 bytes");
    }

    @Test
    void an_order_id_of_another_item_is_not_believed() {
        String other = new String(OrderMessage.encode(PLACED), UTF_8).replace("\"a-1abc\"", "\"b-1abc\"");
        assertThat(why(other.getBytes(UTF_8))).contains("does not belong to item 10");
    }

    @Test
    void what_is_parked_keeps_the_item_that_body_or_key_tells() {
        assertThat(delivery(OrderMessage.encode(PLACED), "x").parked("why").itemId())
                .isEqualTo(10);
        assertThat(delivery(new byte[0], "a-1abc").parked("why").itemId()).isEqualTo(10);
        assertThat(delivery(new byte[0], "what?").parked("why").itemId()).isNull();
    }

    private static String why(byte[] body) {
        return ((Read.Unreadable) delivery(body, "a-1abc").read()).why();
    }

    private static Delivery delivery(byte[] body, String key) {
        return new Delivery("M1", new Delivery.Queue("t", "b", 0), 0, key, body, 0, null);
    }
}
