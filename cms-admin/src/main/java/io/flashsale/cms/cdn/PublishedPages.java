package io.flashsale.cms.cdn;

import java.util.Set;
import org.springframework.stereotype.Component;

/** Which of the shop's pages are where shoppers fetch them, as far as this process has seen. */
@Component
public class PublishedPages {

    private volatile boolean wanted;
    private volatile boolean failing;
    private volatile Set<String> addresses = Set.of();

    /** Pages are published here; otherwise shoppers have those that edges have themselves. */
    public void areWanted() {
        wanted = true;
    }

    public void are(Set<String> all) {
        addresses = Set.copyOf(all);
    }

    /** Whether what should be there can be put there. */
    public void fail(boolean now) {
        failing = now;
    }

    public boolean wanted() {
        return wanted;
    }

    public boolean failing() {
        return failing;
    }

    /** @param address {@code /promo/12} */
    public boolean has(String address) {
        return addresses.contains(address);
    }
}
