package io.flashsale.backend.stock;

import io.flashsale.backend.background.Loop;
import io.flashsale.backend.config.Settings;
import io.flashsale.backend.stock.WithdrawalMapper.Asked;
import io.flashsale.contract.StockKeys;
import io.lettuce.core.RedisCommandExecutionException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Takes units off sale in Redis that somebody wants withdrawn, and writes down what Redis said; the CMS books it. Redis goes
 * first, since it alone knows what was promised to buyers. Any number of backends may do it at once and any may die in between:
 * Redis says the same again under the same epoch, and a rebuild forgets what MySQL has not booked, so the new epoch is asked anew.
 */
@Component
final class WithdrawalCarrier extends Loop {

    private static final Logger LOG = LoggerFactory.getLogger(WithdrawalCarrier.class);

    private static final int MOST = 50;

    private final WithdrawalMapper withdrawals;
    private final StockFunctions functions;
    private final long keptSeconds;

    WithdrawalCarrier(WithdrawalMapper withdrawals, StockFunctions functions, Settings settings) {
        super("withdrawal-carrier", Duration.ofMillis(100));
        this.withdrawals = withdrawals;
        this.functions = functions;
        this.keptSeconds = settings.stock().kept().toSeconds();
    }

    @Override
    protected void run() {
        Set<Long> waiting = new HashSet<>();
        List<Asked> some;
        do {
            some = withdrawals.asked(keptSeconds, MOST, waiting);
            for (Asked each : some) {
                if (!waiting.contains(each.promoItemId()) && !carried(each)) {
                    waiting.add(each.promoItemId());
                }
            }
            // An item that is being rebuilt, or that Redis will not hear of, must not hold up the others behind it.
        } while (!some.isEmpty());
    }

    /** Whether Redis gave its verdict. */
    private boolean carried(Asked each) {
        String verdict;
        try {
            verdict = verdict(each);
        } catch (RedisCommandExecutionException e) {
            LOG.warn("withdrawal {} waits: {}", each.id(), e.getMessage());
            return false;
        }
        if (verdict.equals("NOT_READY")) {
            return false;
        }
        if (withdrawals.answer(each.id(), verdict, each.epoch()) == 1) {
            Counter.builder("flashsale_withdrawals_total")
                    .description("withdrawals of units by what Redis said to them")
                    .tag("verdict", verdict)
                    .register(Metrics.globalRegistry)
                    .increment();
        }
        return true;
    }

    private String verdict(Asked each) {
        // Redis has given up an item that ended long ago: nothing of it is for sale, so nothing can be taken off sale.
        return each.kept()
                ? functions.withdraw(
                        new StockKeys(each.sku(), each.promoItemId(), each.epoch()), each.id(), each.units())
                : "ENDED";
    }
}
