package io.flashsale.consumer.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.consumer.settings.ConsumerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class InternalTokenFilterTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    @Test
    void the_right_token_opens() throws Exception {
        assertThat(status("/internal/orders/x/cancel", "the-right-token")).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/internal/orders/x/cancel",
                "//internal/orders/x/cancel",
                "/x",
                "/actuator/env",
                "/livez/../internal/x"
            })
    void without_the_token_everything_is_closed(String path) throws Exception {
        assertThat(status(path, null)).isEqualTo(401);
        assertThat(status(path, "the-wrong-token")).isEqualTo(401);
        assertThat(status(path, "")).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz", "/health", "/metrics"})
    void health_and_metrics_need_none(String path) throws Exception {
        assertThat(status(path, null)).isEqualTo(200);
    }

    private int status(String path, @Nullable String token) throws Exception {
        var request = new MockHttpServletRequest("POST", path);
        if (token != null) {
            request.addHeader("X-Flashsale-Internal", token);
        }
        var response = new MockHttpServletResponse();
        new InternalTokenFilter(settings()).doFilter(request, response, new MockFilterChain());
        return response.getStatus();
    }

    private ConsumerSettings settings() throws IOException {
        Path file = folder.resolve("token");
        Files.writeString(file, "the-right-token\n");
        return new ConsumerSettings(
                ConsumerSettings.Profile.DEMO,
                0,
                "127.0.0.1:1",
                file.toString(),
                new ConsumerSettings.Mysql("jdbc:mysql://x/y", "u", "f"),
                new ConsumerSettings.Migration("m", "f", "filesystem:x"),
                new ConsumerSettings.Intake(
                        "t", "g", 1, 65536, Duration.ZERO, 1, 1, 1, 1, Duration.ofMillis(1), Duration.ofMillis(1)),
                new ConsumerSettings.Sweep(1, 1),
                new ConsumerSettings.Payment("http://x", "f"),
                "",
                0);
    }
}
