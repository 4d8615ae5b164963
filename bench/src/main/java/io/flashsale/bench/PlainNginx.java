package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The limits: the same nginx with one worker, which does nothing but what is unavoidable. */
final class PlainNginx {

    private static final String CONFIGURATION =
            """
            %5$s
            %6$s
            daemon off;
            worker_processes 1;
            pid "%1$s/nginx.pid";
            error_log "%1$s/error.log" warn;
            events { worker_connections 4096; }
            http {
              access_log off;
              sendfile on;
              tcp_nodelay on;
              etag on;
              open_file_cache max=1000 inactive=60s;
              open_file_cache_valid 1s;
              keepalive_requests 100000;
              client_body_buffer_size 8k;
              client_max_body_size 4k;
              client_body_temp_path "%1$s/body";
              proxy_temp_path "%1$s/proxy";
              fastcgi_temp_path "%1$s/fastcgi";
              uwsgi_temp_path "%1$s/uwsgi";
              scgi_temp_path "%1$s/scgi";
              %4$s
              server {
                listen 127.0.0.1:%2$d backlog=4096 reuseport;
                %3$s
              }
            }
            """;

    /** Those that the project demands of every answer, as the edge sends them with an answer to a purchase. */
    private static final String HEADERS =
            """
            server_tokens off;
            add_header X-Content-Type-Options nosniff always;
            add_header X-Frame-Options DENY always;
            add_header Referrer-Policy same-origin always;
            add_header Content-Security-Policy "%s" always;
            """;

    private static final String POLICY_OF_ANSWERS = "default-src 'none'; frame-ancestors 'none'";
    private static final String POLICY_OF_PAGES =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /** Answers {@code POST /buy} with {@code return 200} and this body: reads the request and no more. */
    static Nginx answering(Path root, String body, boolean headers, Cpus cpus) {
        String location = "location = /buy { default_type application/json; return 200 '%s'; }"
                .formatted(body.replace("\n", "\\n"));
        return start(
                root,
                headers ? "answering-headers" : "answering",
                (headers ? HEADERS.formatted(POLICY_OF_ANSWERS) : "") + location,
                "",
                "",
                cpus);
    }

    /** Serves the files of a folder as they lie there, with the headers that the edge sends with a page. */
    static Nginx serving(Path root, Path files, Cpus cpus) {
        return start(
                root,
                "serving",
                HEADERS.formatted(POLICY_OF_PAGES)
                        + "root \"%s\"; default_type application/json;".formatted(files)
                        + " location = / { default_type text/html; expires -1; try_files /index.html =404; }",
                "",
                "",
                cpus);
    }

    /**
     * Answers {@code POST /buy} by Lua that reads the request, looks at nothing and prints this body, with the edge's headers.
     *
     * @param modules how this nginx gets Lua
     */
    static Nginx printing(Path root, String body, String modules, Cpus cpus) {
        String location =
                """
                location = /buy { default_type application/json; content_by_lua_block {
                  ngx.req.read_body()
                  ngx.header["Content-Length"] = %d
                  ngx.print([[%s]])
                } }
                """
                        .formatted(body.getBytes(StandardCharsets.UTF_8).length, body);
        return start(
                root,
                "printing",
                HEADERS.formatted(POLICY_OF_ANSWERS) + location,
                "init_by_lua_block { require \"resty.core\" }",
                modules,
                cpus);
    }

    /**
     * Answers {@code POST /buy} by Lua.
     *
     * @param modules how this nginx gets Lua
     */
    static Nginx calling(Path root, String initialization, String lua, String modules, Cpus cpus) {
        String location =
                "location = /buy { default_type application/json; content_by_lua_block { %s } }".formatted(lua);
        return start(root, "calling", location, initialization, modules, cpus);
    }

    private static Nginx start(Path root, String name, String server, String http, String modules, Cpus cpus) {
        // its workers read what is this user's
        String user = System.getProperty("user.name").equals("root") ? "user root root;" : "";
        Path folder = root.resolve("target/bench-nginx").resolve(name);
        int port = Nginx.freePort();
        try {
            Files.createDirectories(folder);
            Path file = Files.writeString(
                    folder.resolve("nginx.conf"), CONFIGURATION.formatted(folder, port, server, http, modules, user));
            return new Nginx(folder, file, port, cpus);
        } catch (IOException e) {
            throw new UncheckedIOException("the plain nginx cannot be configured", e);
        }
    }

    private PlainNginx() {}
}
