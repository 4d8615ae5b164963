package io.flashsale.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free loopback ports for servers that start later.
 *
 * <p>Ports from 15000 to 31999 at random: below the range from which the kernel takes the local ports of outgoing
 * connections (32768 and up), so that none is lost between the look and the server's bind, or while a killed server is
 * away. Two JVMs that draw the same port in the same moment remain possible; the server that comes second then fails to
 * start with its own message.
 */
final class Ports {
    private static final int LOWEST = 15_000;
    private static final int ABOVE = 32_000;
    private static final int PROBE_TIMEOUT_MS = 1_000;
    private static final Set<Integer> GIVEN = new HashSet<>();

    private Ports() {}

    static int free() {
        return freeWithSecond(0);
    }

    /** A port that is free together with the one that lies {@code below} it. */
    static synchronized int freeWithSecond(int below) {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST + below, ABOVE);
            if (!GIVEN.contains(port) && !GIVEN.contains(port - below) && isFree(port) && isFree(port - below)) {
                GIVEN.add(port);
                GIVEN.add(port - below);
                return port;
            }
        }
        throw new TestkitException("no free loopback port between " + LOWEST + " and " + ABOVE);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether somebody takes connections there. */
    static boolean accept(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
