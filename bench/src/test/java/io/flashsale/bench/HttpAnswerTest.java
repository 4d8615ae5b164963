package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HttpAnswerTest {

    private static final String BODY =
            "{\"reponseMsg\":\"try again\",\"repResult\":false,\"isThrottled\":false,\"version\":\"1.0\",\"code\":\"BUSY\",\"traceID\":\"0\"}";
    private static final String BUSY =
            "HTTP/1.1 503 Service Unavailable\r\nServer: nginx\r\nContent-Type: application/json\r\n"
                    + "Content-Length: " + BODY.length() + "\r\nConnection: keep-alive\r\nRetry-After: 12\r\n\r\n"
                    + BODY;

    @Test
    void a_whole_answer_is_read() {
        assertThat(read(BUSY)).isEqualTo(new HttpAnswer(503, "BUSY", null, 12, false));
    }

    @Test
    void an_answer_that_has_not_all_come_is_none() {
        for (int length = 0; length < BUSY.length(); length++) {
            assertThat(read(BUSY.substring(0, length))).as("%d bytes", length).isNull();
        }
    }

    @Test
    void an_order_and_the_end_of_a_connection_are_read() {
        String body = "{\"code\":\"RESERVED\",\"orderID\":\"1-abc\",\"payBefore\":\"2026-11-20T12:30:00Z\"}";
        String answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;

        assertThat(read(answer)).isEqualTo(new HttpAnswer(200, "RESERVED", "1-abc", 0, true));
    }

    @Test
    void what_is_left_in_the_buffer_from_an_earlier_answer_is_not_read() {
        String body = "{\"code\":\"SOLD_OUT\"}";
        String answer = "HTTP/1.1 409 Conflict\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        byte[] buffer = (answer + "\"orderID\":\"1-old\"").getBytes(ISO_8859_1);

        assertThat(HttpAnswer.read(buffer, answer.length())).isEqualTo(new HttpAnswer(409, "SOLD_OUT", null, 0, false));
    }

    private static @Nullable HttpAnswer read(String answer) {
        return HttpAnswer.read((answer + "\0".repeat(40)).getBytes(ISO_8859_1), answer.length());
    }
}
