package io.flashsale.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A collector of traces: OTLP over HTTP on the loopback, as protobuf or as JSON. Keeps every span that it was sent. */
public final class Collector implements AutoCloseable {

    private static final HexFormat HEX = HexFormat.of();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpServer server;
    private final List<Recorded> spans = new CopyOnWriteArrayList<>();
    private volatile int status = 200;

    /**
     * A span as it came. Times are nanoseconds since 1970.
     *
     * @param parent the span above it, empty where there is none
     * @param kind its number in the protocol: 1 internal, 2 server, 3 client, 4 producer, 5 consumer
     * @param attributes texts and numbers, as text
     * @param links the traces of the spans that it is linked to
     */
    public record Recorded(
            String service,
            String trace,
            String id,
            String parent,
            String name,
            int kind,
            long start,
            long end,
            Map<String, String> attributes,
            List<String> links) {}

    private Collector(HttpServer server) {
        this.server = server;
    }

    /** @param port 0 for any that is free */
    public static Collector listen(int port) {
        try {
            var collector = new Collector(HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0));
            collector.server.createContext("/v1/traces", collector::take);
            collector.server.start();
            return collector;
        } catch (IOException e) {
            throw new UncheckedIOException("no collector on port " + port, e);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What it answers from now on; it keeps what it answers 200 to. */
    public void answer(int code) {
        status = code;
    }

    public List<Recorded> spans() {
        return List.copyOf(spans);
    }

    public List<Recorded> spansOf(String trace) {
        return spans.stream().filter(span -> span.trace().equals(trace)).toList();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (status == 200) {
                String type = exchange.getRequestHeaders().getFirst("Content-Type");
                switch (type) {
                    case "application/x-protobuf" -> takeProtobuf(body);
                    case "application/json" -> takeJson(body);
                    default -> throw new IOException("not a content type of OTLP: " + type);
                }
            }
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private void takeProtobuf(byte[] body) throws IOException {
        for (var resource : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
            String service =
                    attributes(resource.getResource().getAttributesList()).getOrDefault("service.name", "");
            for (var scope : resource.getScopeSpansList()) {
                scope.getSpansList().forEach(span -> spans.add(recorded(service, span)));
            }
        }
    }

    private static Recorded recorded(String service, Span span) {
        return new Recorded(
                service,
                HEX.formatHex(span.getTraceId().toByteArray()),
                HEX.formatHex(span.getSpanId().toByteArray()),
                HEX.formatHex(span.getParentSpanId().toByteArray()),
                span.getName(),
                span.getKindValue(),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                attributes(span.getAttributesList()),
                span.getLinksList().stream()
                        .map(link -> HEX.formatHex(link.getTraceId().toByteArray()))
                        .toList());
    }

    private static Map<String, String> attributes(List<KeyValue> list) {
        var map = new HashMap<String, String>();
        for (KeyValue each : list) {
            AnyValue value = each.getValue();
            map.put(each.getKey(), value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue());
        }
        return map;
    }

    private void takeJson(byte[] body) {
        for (JsonNode resource : JSON.readTree(body).path("resourceSpans")) {
            String service = attributes(resource.at("/resource/attributes")).getOrDefault("service.name", "");
            for (JsonNode scope : resource.path("scopeSpans")) {
                scope.path("spans").forEach(span -> spans.add(recorded(service, span)));
            }
        }
    }

    private static Recorded recorded(String service, JsonNode span) {
        return new Recorded(
                service,
                span.path("traceId").asString(),
                span.path("spanId").asString(),
                span.path("parentSpanId").asString(""),
                span.path("name").asString(),
                span.path("kind").asInt(),
                Long.parseLong(span.path("startTimeUnixNano").asString()),
                Long.parseLong(span.path("endTimeUnixNano").asString()),
                attributes(span.path("attributes")),
                span.path("links")
                        .valueStream()
                        .map(link -> link.path("traceId").asString())
                        .toList());
    }

    private static Map<String, String> attributes(JsonNode list) {
        var map = new HashMap<String, String>();
        for (JsonNode each : list) {
            JsonNode value = each.path("value");
            map.put(
                    each.path("key").asString(),
                    value.path("intValue").asString(value.path("stringValue").asString("")));
        }
        return map;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
