package io.flashsale.consumer.intake;

import java.util.List;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * As many queues for each member of the group. The broker counts connections and not members: one that it has not noticed to be closed
 * is listed beside its successor, under the same name, and queues that fell to it would be read by nobody. A broker that hung for some
 * seconds even lists a connection that was closed meanwhile, since it takes the close before the heartbeats.
 */
final class EvenShares extends AllocateMessageQueueAveragely {

    @Override
    public List<MessageQueue> allocate(String group, String member, List<MessageQueue> queues, List<String> members) {
        return super.allocate(
                group,
                member,
                queues,
                members == null ? null : members.stream().distinct().toList());
    }
}
