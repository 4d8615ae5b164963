package io.flashsale.rocketmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreateTopicTest {

    @Test
    void reads_pairs_of_topic_and_queues_in_order() {
        assertThat(parse("ns:1 broker:2 orders 4 parked 1")).containsExactly(entry("orders", 4), entry("parked", 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ns:1",
                "ns:1 broker:2",
                "ns:1 broker:2 orders",
                "ns:1 broker:2 orders 0",
                "ns:1 broker:2 orders -4",
                "ns:1 broker:2 orders four",
                "ns:1 broker:2 orders 1025",
                "ns:1 broker:2 orders 4 parked"
            })
    void refuses_anything_else(String line) {
        assertThat(parse(line)).isEmpty();
    }

    private static Map<String, Integer> parse(String line) {
        return CreateTopic.parse(line.split(" "));
    }

    private static Map.Entry<String, Integer> entry(String topic, int queues) {
        return Map.entry(topic, queues);
    }
}
