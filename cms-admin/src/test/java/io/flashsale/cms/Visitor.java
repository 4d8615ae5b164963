package io.flashsale.cms;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Somebody with a browser: keeps cookies, sends the forms of the pages that it has seen, and follows nothing by itself. */
public final class Visitor {

    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient http = HttpClient.newBuilder()
            .cookieHandler(cookies)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final int port;
    private final String language;
    private String token = "";

    public Visitor(Cms cms) {
        this(cms, "en");
    }

    public Visitor(Cms cms, String language) {
        this.port = cms.port();
        this.language = language;
    }

    public HttpResponse<String> get(String path) {
        HttpResponse<String> answer = send(request(path).GET());
        Matcher form = TOKEN.matcher(answer.body());
        if (form.find()) {
            token = form.group(1);
        }
        return answer;
    }

    /** Line by line, as they come. */
    public HttpResponse<Stream<String>> follow(String path) {
        try {
            return http.send(
                    request(path).setHeader("Accept", "text/event-stream").GET().build(), BodyHandlers.ofLines());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The form of the page that was seen last. */
    public HttpResponse<String> post(String path, Map<String, String> fields) {
        var all = new TreeMap<>(fields);
        all.putIfAbsent("_csrf", token);
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(all.entrySet().stream()
                        .map(field ->
                                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&")))));
    }

    /** A form with a file, as a browser sends it. */
    public HttpResponse<String> upload(String path, Map<String, String> fields, String name, String type, byte[] file) {
        String boundary = "a-boundary-that-is-nowhere-else";
        var body = new ByteArrayOutputStream();
        var all = new TreeMap<>(fields);
        all.putIfAbsent("_csrf", token);
        all.forEach((field, text) -> body.writeBytes("--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                .formatted(boundary, field, text)
                .getBytes(StandardCharsets.UTF_8)));
        body.writeBytes(
                "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: %s\r\n\r\n"
                        .formatted(boundary, name, type)
                        .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(file);
        body.writeBytes("\r\n--%s--\r\n".formatted(boundary).getBytes(StandardCharsets.UTF_8));
        return send(request(path)
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(BodyPublishers.ofByteArray(body.toByteArray())));
    }

    public HttpResponse<String> logIn(String name, String password) {
        get("/login");
        return post("/login", Map.of("name", name, "password", password));
    }

    /** A person who has chosen a password, logged in. */
    public static Visitor of(Cms cms, String name, String role) {
        String made = cms.post("/api/admin/people", "{\"name\":\"%s\",\"role\":\"%s\"}".formatted(name, role))
                .body()
                .get("password")
                .asString();
        var visitor = new Visitor(cms);
        assertThat(location(visitor.logIn(name, made))).isEqualTo("/");
        visitor.get("/password");
        HttpResponse<String> chosen =
                visitor.post("/password", Map.of("old", made, "password", password(name), "again", password(name)));
        assertThat(location(chosen)).isEqualTo("/?changed");
        return visitor;
    }

    /** What {@link #of} chooses. */
    public static String password(String name) {
        return "seven words of " + Integer.toHexString(name.hashCode());
    }

    /** Where an answer leads, without the host. */
    public static String location(HttpResponse<String> answer) {
        return answer.headers()
                .firstValue("Location")
                .map(text -> text.replaceFirst("^http://127\\.0\\.0\\.1:\\d+", ""))
                .orElse("nowhere: " + answer.statusCode());
    }

    public String cookie(String name) {
        return cookies.getCookieStore().getCookies().stream()
                .filter(cookie -> cookie.getName().equals(name))
                .map(HttpCookie::getValue)
                .findFirst()
                .orElse("");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Accept", "text/html")
                .header("Accept-Language", language)
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
