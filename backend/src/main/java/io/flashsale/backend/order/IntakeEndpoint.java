package io.flashsale.backend.order;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.flashsale.contract.Code;
import io.flashsale.telemetry.Tracing;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /internal/orders}: an array of reservations in, a verdict per order out, in the same order. A bare servlet: it
 * is called for every order, holds no thread while one is settled, and has nothing to negotiate. Its door is the gate of
 * {@code /internal}.
 */
final class IntakeEndpoint extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(IntakeEndpoint.class);

    /** Some 1,000 orders: more than an edge gathers in one request. */
    private static final int MOST_BYTES = 512 * 1024;

    private static final int MOST_ORDERS = 1024;

    private final transient Intake intake;
    private final transient ObjectReader reader;

    private final transient Tracing tracing;

    IntakeEndpoint(Intake intake, JsonMapper json, Tracing tracing) {
        this.intake = intake;
        this.tracing = tracing;
        this.reader = json.readerFor(IncomingOrder[].class);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!"POST".equals(request.getMethod())) {
            response.setHeader("Allow", "POST");
            refuse(response, 405, "METHOD_NOT_ALLOWED", "Use POST.");
            return;
        }
        if (request.getContentLengthLong() > MOST_BYTES) {
            refuse(response, 413, "TOO_LARGE", "The request is over " + MOST_BYTES + " bytes.");
            return;
        }
        List<Candidate> orders;
        try {
            orders = read(request);
        } catch (JacksonException e) {
            refuse(response, 400, "BAD_REQUEST", "The body is not an array of orders.");
            return;
        } catch (IllegalArgumentException e) {
            refuse(response, 400, "BAD_REQUEST", String.valueOf(e.getMessage()));
            return;
        }
        if (orders.isEmpty()) {
            answer(response, "[]");
            return;
        }
        AsyncContext context = request.startAsync();
        context.setTimeout(0); // the intake has its own deadline
        intake.take(new Inquiry(orders, System.nanoTime(), inquiry -> complete(context, inquiry)));
    }

    private List<Candidate> read(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw new IllegalArgumentException("The request is over " + MOST_BYTES + " bytes.");
        }
        IncomingOrder[] incoming = reader.readValue(body);
        if (incoming == null || incoming.length > MOST_ORDERS) {
            throw new IllegalArgumentException("The body must be an array of at most " + MOST_ORDERS + " orders.");
        }
        var orders = new ArrayList<Candidate>(incoming.length);
        for (IncomingOrder order : incoming) {
            String problem = order == null ? "order" : order.problem();
            if (order == null || problem != null) {
                throw new IllegalArgumentException(problem + ": missing or out of range.");
            }
            orders.add(order.candidate(tracing));
        }
        return orders;
    }

    private void complete(AsyncContext context, Inquiry inquiry) {
        intake.answered(inquiry);
        try {
            var text = new StringBuilder(64 * inquiry.orders().size()).append('[');
            for (int i = 0; i < inquiry.orders().size(); i++) {
                Code verdict = inquiry.verdict(i);
                // Both are of letters, digits, _ and - only, checked on the way in.
                text.append(i == 0 ? "" : ",")
                        .append("{\"orderID\":\"")
                        .append(inquiry.orders().get(i).orderId())
                        .append("\",\"code\":\"")
                        .append(verdict.name())
                        .append("\"}");
            }
            answer((HttpServletResponse) context.getResponse(), text.append(']').toString());
        } catch (IOException | IllegalStateException e) {
            // The edge hung up; it has answered PENDING.
            LOG.debug("nobody waits for the answer any more", e);
        } finally {
            try {
                context.complete();
            } catch (IllegalStateException e) {
                LOG.debug("the request is over already", e);
            }
        }
    }

    private static void answer(HttpServletResponse response, String json) throws IOException {
        write(response, "application/json", json);
    }

    private static void refuse(HttpServletResponse response, int status, String code, String detail)
            throws IOException {
        response.setStatus(status);
        write(
                response,
                "application/problem+json",
                "{\"type\":\"about:blank\",\"title\":\"" + code + "\",\"status\":" + status + ",\"detail\":\"" + detail
                        + "\",\"code\":\"" + code + "\"}");
    }

    private static void write(HttpServletResponse response, String type, String json) throws IOException {
        byte[] bytes = json.getBytes(ISO_8859_1);
        response.setContentType(type);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
