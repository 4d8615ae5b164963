package io.flashsale.e2e.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Bytes over a fresh connection, for requests that no HTTP client would send. */
public final class RawHttp {

    /**
     * What came back.
     *
     * @param closed whether the server ended the connection within the time
     */
    public record Exchange(String text, boolean closed) {

        public int status() {
            return text.startsWith("HTTP/1.") ? Integer.parseInt(text.substring(9, 12)) : 0;
        }

        /** How many answers are in it: more than one means that something was taken for a second request. */
        public int answers() {
            int count = 0;
            for (int at = text.indexOf("HTTP/1.1 "); at >= 0; at = text.indexOf("HTTP/1.1 ", at + 1)) {
                count++;
            }
            return count;
        }
    }

    /** Sends and reads until the server closes or {@code patience} has passed without a byte. */
    public static Exchange send(int port, String request, Duration patience) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
            socket.setSoTimeout((int) patience.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return read(socket);
        } catch (IOException e) {
            throw new UncheckedIOException("port " + port, e);
        }
    }

    private static Exchange read(Socket socket) throws IOException {
        var bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        boolean closed = false;
        try {
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                bytes.write(buffer, 0, n);
            }
            closed = true;
        } catch (SocketTimeoutException silent) {
            closed = false;
        } catch (SocketException reset) {
            closed = true;
        }
        return new Exchange(bytes.toString(StandardCharsets.ISO_8859_1), closed);
    }

    /** One whole {@code POST /buy} over a connection of its own. */
    public static Exchange buy(Installation installation, String body, String... headers) {
        return send(installation.port("EDGE"), request(body, headers), Duration.ofSeconds(8));
    }

    /** The same, and closes the connection after this time with whatever it was told unread. */
    static void buyAndLeave(int port, String body, Duration after) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
            socket.setSoLinger(true, 0);
            socket.getOutputStream().write(request(body).getBytes(StandardCharsets.ISO_8859_1));
            LockSupport.parkNanos(after.toNanos());
        } catch (IOException e) {
            throw new UncheckedIOException("port " + port, e);
        }
    }

    private static String request(String body, String... headers) {
        var request = new StringBuilder("POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n");
        request.append("Content-Type: application/json\r\nContent-Length: ")
                .append(body.getBytes(StandardCharsets.UTF_8).length)
                .append("\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").append(body).toString();
    }

    private RawHttp() {}
}
