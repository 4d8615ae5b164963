package io.flashsale.backend.account;

import com.google.common.net.InetAddresses;
import jakarta.servlet.http.HttpServletRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;

/**
 * Who asks, as the edge saw it, for counting.
 *
 * @param narrow of IPv4 the address, of IPv6 the /64 that one household has
 * @param wide of IPv6 the /48 that one customer of a provider may have; of IPv4 the address
 */
record Address(String narrow, String wide) {

    static Address of(HttpServletRequest request) {
        String told = request.getHeader("X-Real-IP");
        return of(told == null ? request.getRemoteAddr() : told);
    }

    static Address of(String text) {
        if (!InetAddresses.isInetAddress(text)) {
            return new Address("?", "?");
        }
        InetAddress address = InetAddresses.forString(text);
        if (address instanceof Inet6Address) {
            String bytes = HexFormat.of().formatHex(address.getAddress());
            return new Address(bytes.substring(0, 16) + "/64", bytes.substring(0, 12) + "/48");
        }
        String whole = InetAddresses.toAddrString(address);
        return new Address(whole, whole);
    }
}
