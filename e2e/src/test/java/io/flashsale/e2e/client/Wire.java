package io.flashsale.e2e.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One connection that is kept while the server keeps it, for bytes that no HTTP client would send, many a second. */
public final class Wire implements AutoCloseable {

    /** @param body as much as the answer had */
    public record Answer(int status, String head, String body) {}

    private static final int PATIENCE_MS = 15_000;

    private final int port;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    public Wire(int port) {
        this.port = port;
    }

    /** Sends one whole request, and reads its answer; null where the server closed without one. */
    public @Nullable Answer send(byte[] request, boolean head) throws IOException {
        for (int tries = 0; ; tries++) {
            boolean fresh = socket == null;
            Socket kept = socket;
            Socket open = kept == null ? connect() : kept;
            try {
                open.getOutputStream().write(request);
                open.getOutputStream().flush();
                return read(head);
            } catch (EOFException | SocketException gone) {
                close();
                // One that was kept may have been closed just then; a fresh one was closed for what it brought.
                if (fresh || tries > 0) {
                    return null;
                }
            }
        }
    }

    /** Sends and says that nothing more comes; what came back until the server closed, over a connection of its own. */
    public String sendLast(byte[] request) throws IOException {
        try (var own = new Socket()) {
            own.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
            own.setSoTimeout(PATIENCE_MS);
            try {
                own.getOutputStream().write(request);
                own.shutdownOutput();
                return new String(own.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            } catch (SocketException reset) {
                return "";
            }
        }
    }

    private Socket connect() throws IOException {
        var made = new Socket();
        made.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
        made.setSoTimeout(PATIENCE_MS);
        made.setTcpNoDelay(true);
        socket = made;
        in = new BufferedInputStream(made.getInputStream());
        return made;
    }

    private Answer read(boolean head) throws IOException {
        String top = line();
        var lines = new StringBuilder(top).append('\n');
        int length = -1;
        boolean chunked = false;
        boolean closes = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.append(line).append('\n');
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
            closes |= lower.startsWith("connection:") && lower.contains("close");
        }
        int status = Integer.parseInt(top.substring(9, 12));
        String body = "";
        if (!head && status != 304 && status != 204) {
            body = chunked ? chunks() : length >= 0 ? text(length) : rest();
            closes |= !chunked && length < 0;
        }
        if (closes) {
            close();
        }
        return new Answer(status, lines.toString(), body);
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = next(); c != '\n'; c = next()) {
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private int next() throws IOException {
        int c = in == null ? -1 : in.read();
        if (c < 0) {
            throw new EOFException("the server closed");
        }
        return c;
    }

    private String text(int length) throws IOException {
        byte[] bytes = in == null ? new byte[0] : in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the server closed in an answer");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String chunks() throws IOException {
        var body = new StringBuilder();
        for (int length = Integer.parseInt(line().split(";")[0], 16);
                length > 0;
                length = Integer.parseInt(line().split(";")[0], 16)) {
            body.append(text(length));
            line();
        }
        line();
        return body.toString();
    }

    private String rest() throws IOException {
        return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
        socket = null;
        in = null;
    }
}
