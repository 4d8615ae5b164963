package io.flashsale.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashsale.contract.OrderMessage.EpochMarker;
import io.flashsale.contract.OrderMessage.Fence;
import io.flashsale.contract.OrderMessage.OrderPlaced;
import io.flashsale.contract.OrderMessage.UnreadableMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class OrderMessageTest {

    private static final OrderPlaced PLACED = new OrderPlaced(
            1,
            "1-abc",
            7,
            1,
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
    void a_placed_order_survives_the_journey() {
        assertThat(OrderMessage.decode(OrderMessage.encode(PLACED))).isEqualTo(PLACED);
    }

    /** As the first release wrote it: who reads a queue may be older or newer than who wrote it. */
    @Test
    void a_message_of_the_first_release_is_read_and_written_as_it_was() {
        String json = "{\"type\":\"ORDER_PLACED\",\"v\":1,\"orderId\":\"1-abc\",\"promoId\":7,\"promoItemId\":1,"
                + "\"sku\":\"SKU0001\",\"userId\":\"u1\",\"userLevel\":2,\"quantity\":3,\"priceMinor\":1999,"
                + "\"currency\":\"CNY\",\"promoVersion\":4,\"requestId\":\"r1\",\"epoch\":5,\"seq\":6,"
                + "\"reservedAt\":1795157670320,\"payBefore\":1795159470320,\"traceId\":null}";
        assertThat(OrderMessage.decode(json.getBytes(UTF_8))).isEqualTo(PLACED);
        var mapper = JsonMapper.builder().build();
        assertThat(mapper.readTree(OrderMessage.encode(PLACED))).isEqualTo(mapper.readTree(json));
    }

    @Test
    void a_marker_survives_the_journey() {
        var marker = new EpochMarker(1, List.of(new Fence(1, 2), new Fence(3, 4)));
        assertThat(OrderMessage.decode(OrderMessage.encode(marker))).isEqualTo(marker);
    }

    @Test
    void a_field_of_a_later_minor_shape_is_passed_over() {
        String json = new String(OrderMessage.encode(PLACED), UTF_8).replace("{\"", "{\"colour\":\"red\",\"");
        assertThat(OrderMessage.decode(json.getBytes(UTF_8))).isEqualTo(PLACED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{\"type\":\"ORDER_PLACED\",\"v\":1}",
                "{\"type\":\"GOODS_RETURNED\",\"v\":1}",
                "{\"type\":\"EPOCH_MARKER\",\"v\":2,\"fences\":[]}",
                "{\"type\":\"EPOCH_MARKER\",\"v\":1,\"fences\":null}"
            })
    void what_cannot_be_understood_is_said_to_be_unreadable(String body) {
        assertThatThrownBy(() -> OrderMessage.decode(body.getBytes(UTF_8))).isInstanceOf(UnreadableMessage.class);
    }
}
