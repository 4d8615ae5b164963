package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The limit: the same nginx with one worker that reads the same requests, bodies included, and answers {@code return 200} with
 * as many bytes as a refusal has.
 */
final class PlainNginx implements AutoCloseable {

    private static final String ANSWER =
            "{\"reponseMsg\":\"The goods is sold out!\",\"repResult\":false,\"isThrottled\":false,\"version\":\"1.0\",\"code\":\"SOLD_OUT\",\"orderID\":null,\"payBefore\":null,\"traceID\":\"0123456789abcdef0123456789abcdef\"}";

    private static final String CONFIGURATION =
            """
            daemon off;
            worker_processes 1;
            pid "%1$s/nginx.pid";
            error_log "%1$s/error.log" warn;
            events { worker_connections 4096; }
            http {
              access_log off;
              tcp_nodelay on;
              keepalive_requests 100000;
              client_body_buffer_size 8k;
              client_max_body_size 4k;
              client_body_temp_path "%1$s/body";
              proxy_temp_path "%1$s/proxy";
              fastcgi_temp_path "%1$s/fastcgi";
              uwsgi_temp_path "%1$s/uwsgi";
              scgi_temp_path "%1$s/scgi";
              server {
                listen 127.0.0.1:%2$d backlog=4096 reuseport;
                location = /buy {
                  default_type application/json;
                  return 200 '%3$s';
                }
              }
            }
            """;

    private final Process process;

    PlainNginx(Path folder, int port, Cpus cpus) {
        try {
            Files.createDirectories(folder);
            Path file = Files.writeString(folder.resolve("nginx.conf"), CONFIGURATION.formatted(folder, port, ANSWER));
            List<String> command = new ArrayList<>(cpus.worker());
            command.addAll(
                    List.of(nginx(), "-p", folder.toString(), "-e", folder + "/error.log", "-c", file.toString()));
            this.process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("out.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("the plain nginx cannot start", e);
        }
        Target.await("the plain nginx listens", Duration.ofSeconds(10), () -> listens(port));
    }

    static String nginx() {
        String chosen = System.getenv("FLASHSALE_NGINX");
        if (chosen != null && !chosen.isEmpty()) {
            return chosen;
        }
        return Files.isExecutable(Path.of("/usr/sbin/nginx")) ? "/usr/sbin/nginx" : "nginx";
    }

    private static boolean listens(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
