package io.flashsale.e2e.client;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One connection to the edge that stays open, and so with one worker of nginx. For one thread. */
public final class Line implements AutoCloseable {

    private final Socket socket = new Socket();
    private final InputStream in;

    public Line(int port) {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
            socket.setSoTimeout(5000);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException("port " + port, e);
        }
    }

    /** Asks for one unit without a session, which tells what the worker knows of the item and has no effect. */
    public String code(String sku) {
        String body = "{\"goodsSKU\":\"" + sku + "\",\"goodsQuantity\":1}";
        String request = "POST /buy HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            int length = 0;
            for (String line = line(); !line.isEmpty(); line = line()) {
                if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            return Http.JSON
                    .readTree(new String(in.readNBytes(length), StandardCharsets.UTF_8))
                    .get("code")
                    .asString();
        } catch (IOException e) {
            throw new UncheckedIOException("the edge hung up", e);
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
