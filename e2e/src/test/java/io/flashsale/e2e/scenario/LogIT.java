package io.flashsale.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.flashsale.e2e.client.Installation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The logs of the services under {@code FLASHSALE_LOG=json}, which the stage e2e sets: also what the JVM and the libraries say. */
class LogIT {

    private final Installation installation = Installation.fromEnvironment();
    private final JsonMapper json = JsonMapper.builder().build();

    @ParameterizedTest
    @ValueSource(strings = {"backend", "consumer", "cms", "sandbox"})
    void each_line_is_an_object_with_time_level_service_and_message(String part) {
        String log = Installation.read(installation.home().resolve("logs/" + part + ".log"));
        assertThat(log.lines())
                .isNotEmpty()
                .allMatch(line -> line.startsWith("{"))
                .map(json::readTree)
                .allSatisfy(line -> {
                    assertThat(line.get("@timestamp").asString()).isNotEmpty();
                    assertThat(line.at("/log/level").asString()).isNotEmpty();
                    assertThat(line.at("/service/name").asString()).isNotEmpty();
                    assertThat(line.get("message").asString()).isNotEmpty();
                });
    }
}
