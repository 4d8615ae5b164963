package io.flashsale.backend.traffic;

import com.google.common.net.InetAddresses;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom no rule catches: accounts, and addresses by networks. */
final class Allowed {

    private static final Logger LOG = LoggerFactory.getLogger(Allowed.class);

    /** @param bits how many of the address count */
    private record Network(byte[] address, int bits) {

        static Network of(String text) {
            int slash = text.indexOf('/');
            byte[] address = InetAddresses.forString(slash < 0 ? text : text.substring(0, slash))
                    .getAddress();
            return new Network(address, slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1)));
        }

        /** Whether they have an address in common. */
        boolean meets(Network other) {
            if (address.length != other.address.length) {
                return false;
            }
            int common = Math.min(bits, other.bits);
            for (int i = 0; i < common; i++) {
                int mask = 0x80 >> i % 8;
                if ((address[i / 8] & mask) != (other.address[i / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final Set<Subject> named = new HashSet<>();
    private final List<Network> networks = new ArrayList<>();

    Allowed(List<Subject> allowed) {
        for (Subject each : allowed) {
            named.add(each);
            if (!each.kind().equals("account")) {
                try {
                    networks.add(Network.of(each.value()));
                } catch (IllegalArgumentException unreadable) {
                    LOG.warn("traffic_allowed: cannot read the {} {}", each.kind(), each.value());
                }
            }
        }
    }

    /** Whether it is one of them. A network is where it has an address of theirs. */
    boolean has(Subject subject) {
        if (named.contains(subject)) {
            return true;
        }
        if (networks.isEmpty()
                || subject.kind().equals("account")
                || subject.kind().equals("session")) {
            return false;
        }
        try {
            Network other = Network.of(subject.value());
            return networks.stream().anyMatch(network -> network.meets(other));
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }
}
