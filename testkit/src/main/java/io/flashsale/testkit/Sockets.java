package io.flashsale.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The TCP sockets of a process, as the kernel tells them: nothing that a configuration claims. */
public final class Sockets {
    private static final String LISTEN = "0A";

    private Sockets() {}

    /** Where a process of the same user listens, over IPv4 and IPv6; an IPv4 address in IPv6 clothes appears as IPv4. */
    public static Set<InetSocketAddress> listening(long pid) {
        return local(pid, LISTEN::equals);
    }

    /** Whether a connection of the process has this port on the process's side. */
    public static boolean connectedFrom(long pid, int port) {
        return local(pid, state -> !state.equals(LISTEN)).stream().anyMatch(address -> address.getPort() == port);
    }

    private static Set<InetSocketAddress> local(long pid, Predicate<String> state) {
        try {
            Set<String> inodes = socketInodes(pid);
            Set<InetSocketAddress> addresses = new HashSet<>();
            for (String table : List.of("tcp", "tcp6")) {
                Path file = Path.of("/proc/" + pid + "/net/" + table);
                List<String> lines = Files.readAllLines(file);
                for (String line : lines.subList(1, lines.size())) {
                    String[] fields = line.trim().split(" +");
                    if (state.test(fields[3]) && inodes.contains(fields[9])) {
                        addresses.add(parse(fields[1]));
                    }
                }
            }
            return addresses;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot see the sockets of process " + pid, e);
        }
    }

    /** ADDRESS:PORT in hexadecimal; the address in words of 32 bits, each in the machine's (little-endian) order. */
    static InetSocketAddress parse(String hexadecimal) throws IOException {
        int colon = hexadecimal.indexOf(':');
        byte[] raw = HexFormat.of().parseHex(hexadecimal.substring(0, colon));
        byte[] address = new byte[raw.length];
        for (int i = 0; i < raw.length; i++) {
            address[i] = raw[i - i % 4 + 3 - i % 4];
        }
        return new InetSocketAddress(
                InetAddress.getByAddress(address), HexFormat.fromHexDigits(hexadecimal, colon + 1, colon + 5));
    }

    private static Set<String> socketInodes(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring("socket:[".length(), target.length() - 1));
                    }
                } catch (NoSuchFileException e) {
                    // Closed since the listing.
                }
            }
        }
        return inodes;
    }
}
