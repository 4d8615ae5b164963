package io.flashsale.consumer.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.rocketmq.common.message.MessageQueue;
import org.junit.jupiter.api.Test;

class EvenSharesTest {

    private static final List<MessageQueue> QUEUES = IntStream.range(0, 4)
            .mapToObj(id -> new MessageQueue("flashsale-orders", "flashsale", id))
            .toList();

    private final EvenShares shares = new EvenShares();

    @Test
    void a_member_that_is_listed_twice_reads_all_that_is_its_own() {
        assertThat(share("a", List.of("a", "a"))).containsExactlyElementsOf(QUEUES);
    }

    @Test
    void every_queue_is_read_by_exactly_one_member_however_often_each_is_listed() {
        List<String> listed = List.of("a", "a", "b", "c", "c", "c");
        List<MessageQueue> read = new ArrayList<>();
        for (String member : List.of("a", "b", "c")) {
            read.addAll(share(member, listed));
        }
        assertThat(read).containsExactlyInAnyOrderElementsOf(QUEUES);
    }

    @Test
    void who_is_not_listed_reads_nothing() {
        assertThat(share("d", List.of("a", "a"))).isEmpty();
    }

    private List<MessageQueue> share(String member, List<String> members) {
        return shares.allocate("group", member, QUEUES, members);
    }
}
