@NullMarked
package io.flashsale.rocketmq;

import org.jspecify.annotations.NullMarked;
