package io.flashsale.consumer.payment;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The providers that are configured, by name. */
@Component
class Gateways {

    private final Map<String, PaymentGateway> byName;

    Gateways(List<PaymentGateway> all) {
        byName = all.stream().collect(Collectors.toMap(PaymentGateway::name, Function.identity()));
    }

    @Nullable
    PaymentGateway find(String name) {
        return byName.get(name);
    }
}
