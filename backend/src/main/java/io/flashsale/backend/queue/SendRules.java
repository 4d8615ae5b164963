package io.flashsale.backend.queue;

import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import com.alibaba.csp.sentinel.slots.block.degrade.circuitbreaker.CircuitBreaker.State;
import com.alibaba.csp.sentinel.slots.block.degrade.circuitbreaker.EventObserverRegistry;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import io.flashsale.backend.config.Settings;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sentinel's rules over sending: a flow rule in orders per second, and two degrade rules that open a breaker when too many
 * batches are slow or fail. Sentinel's rules are global to a process; each instance has a resource name of its own.
 */
final class SendRules {

    private static final Logger LOG = LoggerFactory.getLogger(SendRules.class);
    private static final AtomicInteger INSTANCES = new AtomicInteger();

    static {
        SentinelLog.load();
    }

    private final String resource = "send-orders-" + INSTANCES.incrementAndGet();
    private final Map<Integer, State> breakers = new ConcurrentHashMap<>();

    SendRules(Settings.Queue settings) {
        var flow = new FlowRule(resource);
        flow.setGrade(RuleConstant.FLOW_GRADE_QPS);
        flow.setCount(settings.ordersPerSecond());
        synchronized (SendRules.class) {
            var rules = new ArrayList<>(FlowRuleManager.getRules());
            rules.add(flow);
            FlowRuleManager.loadRules(rules);
        }
        DegradeRuleManager.setRulesForResource(resource, Set.of(slow(settings), failing(settings)));
        EventObserverRegistry.getInstance().addStateChangeObserver(resource, (before, after, rule, value) -> {
            if (resource.equals(rule.getResource())) {
                breakers.put(rule.getGrade(), after);
                if (after != State.HALF_OPEN) {
                    LOG.warn("the breaker over sending is {} now", after);
                }
            }
        });
    }

    private DegradeRule slow(Settings.Queue settings) {
        return breaker(settings)
                .setGrade(RuleConstant.DEGRADE_GRADE_RT)
                .setCount(settings.slowAfter().toMillis())
                .setSlowRatioThreshold(settings.slowRatio());
    }

    private DegradeRule failing(Settings.Queue settings) {
        return breaker(settings)
                .setGrade(RuleConstant.DEGRADE_GRADE_EXCEPTION_RATIO)
                .setCount(settings.slowRatio());
    }

    private DegradeRule breaker(Settings.Queue settings) {
        return new DegradeRule(resource)
                .setMinRequestAmount(settings.breakerMinimum())
                .setStatIntervalMs((int) settings.breakerInterval().toMillis())
                .setTimeWindow((int) settings.breakerPause().toSeconds());
    }

    String resource() {
        return resource;
    }

    /** Whether every breaker is closed. */
    boolean closed() {
        return breakers.values().stream().allMatch(State.CLOSED::equals);
    }

    void remove() {
        EventObserverRegistry.getInstance().removeStateChangeObserver(resource);
        DegradeRuleManager.setRulesForResource(resource, Set.of());
    }
}
