/**
 * What Flashsale adds to a stock RocketMQ: a store without replication sockets, and the command that makes topics.
 * Both run only through {@code ops/rocketmq/rocketmq.sh}.
 */
@NullMarked
package io.flashsale.rocketmq;

import org.jspecify.annotations.NullMarked;
