package io.flashsale.e2e.fault;

import io.flashsale.e2e.client.Hops.Hop;
import io.flashsale.testkit.HopProxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way between two parts is slow, silent, loses answers or is cut, for some seconds in the middle of a sale. */
@FaultTest
class HopFaultIT {

    private static final Duration LASTS = Duration.ofSeconds(5);

    enum Trouble {
        SLOW("answers 200 ms late", proxy -> proxy.delay(Duration.ofMillis(100))),
        SILENT("is silent", HopProxy::blackhole),
        RESET_AFTER_SENDING("is reset after sending", HopProxy::resetAfterSend),
        CUT("is cut", HopProxy::refuse);

        private final String text;
        final Consumer<HopProxy> begin;

        Trouble(String text, Consumer<HopProxy> begin) {
            this.text = text;
            this.begin = begin;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource
    @Selected
    void nothing_is_lost_when_a_way_that_matters_most(Hop hop, Trouble trouble) {
        during(hop, trouble);
    }

    static Stream<Arguments> nothing_is_lost_when_a_way_that_matters_most() {
        return Stream.of(Arguments.of(Hop.EDGE_REDIS, Trouble.RESET_AFTER_SENDING));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource
    void nothing_is_lost_when_the_way(Hop hop, Trouble trouble) {
        during(hop, trouble);
    }

    static Stream<Arguments> nothing_is_lost_when_the_way() {
        List<Object[]> selected = nothing_is_lost_when_a_way_that_matters_most()
                .map(Arguments::get)
                .toList();
        return Arrays.stream(Hop.values())
                .filter(hop -> hop != Hop.CMS_MYSQL) // not a way of orders
                .flatMap(hop -> Arrays.stream(Trouble.values()).map(trouble -> new Object[] {hop, trouble}))
                .filter(pair -> selected.stream().noneMatch(other -> Arrays.equals(other, pair)))
                .map(Arguments::of);
    }

    private static void during(Hop hop, Trouble trouble) {
        try (var storm = new Storm(hop + " " + trouble + " for 5 s", hop == Hop.EDGE_REDIS ? "F-10, F-27" : "F-10")) {
            HopProxy proxy = storm.hops().get(hop);
            storm.begin(300);
            try {
                storm.strike(() -> trouble.begin.accept(proxy)).lasting(LASTS);
            } finally {
                storm.heal(proxy::heal);
            }
            storm.end();
        }
    }
}
