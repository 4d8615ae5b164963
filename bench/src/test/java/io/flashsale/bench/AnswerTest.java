package io.flashsale.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class AnswerTest {

    private static final String REFUSAL =
            "HTTP/1.1 409 Conflict\r\nServer: nginx\r\nContent-Length: 36\r\nConnection: keep-alive\r\n\r\n"
                    + "{\"isThrottled\":false,\"code\":\"ENDED\"}";

    /** Of 16 and 3 bytes; the first has in it what the last one's end looks like. */
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"b\":\"\r\n0\r\n\r\n...\r\n3\r\n\"}\n\r\n0\r\n\r\n";

    private final Answer answer = new Answer();

    @Test
    void an_answer_is_whole_with_its_last_byte_and_not_before() {
        for (String whole : new String[] {REFUSAL, CHUNKED}) {
            for (int length = 0; length < whole.length(); length++) {
                assertThat(answer.read(bytes(whole.substring(0, length))))
                        .as("%d bytes of %s", length, whole)
                        .isFalse();
            }
            assertThat(answer.read(bytes(whole))).isTrue();
        }
    }

    @Test
    void answers_are_counted_by_their_code_or_else_by_their_status() {
        for (String each : new String[] {REFUSAL, REFUSAL, CHUNKED, REFUSAL.replace("ENDED", "OTHER")}) {
            answer.read(bytes(each));
            answer.count();
        }

        assertThat(answer.counts()).containsOnly(entry("ENDED", 2), entry("OTHER", 1), entry("200", 1));
    }

    @Test
    void what_is_left_of_a_longer_answer_is_not_read() {
        answer.read(bytes(REFUSAL));

        assertThat(answer.read(bytes(REFUSAL.substring(0, REFUSAL.length() - 1))))
                .isFalse();
    }

    private static java.util.Map.Entry<String, Long> entry(String code, long count) {
        return java.util.Map.entry(code, count);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.allocateDirect(8192).put(text.getBytes(US_ASCII));
    }
}
