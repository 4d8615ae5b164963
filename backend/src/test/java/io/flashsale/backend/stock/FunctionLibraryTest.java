package io.flashsale.backend.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FunctionLibraryTest {

    @Test
    void the_version_is_the_sources_own() {
        assertThat(FunctionLibrary.versionOf("#!lua name=flashsale\nlocal VERSION = 12\n"))
                .isEqualTo(12);
    }

    @Test
    void the_library_is_packed_with_the_service() throws Exception {
        try (var in = FunctionLibrary.class.getResourceAsStream("/redis/flashsale.lua")) {
            assertThat(in).isNotNull();
            String source = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(FunctionLibrary.versionOf(source)).isPositive();
        }
    }

    @Test
    void a_source_without_a_version_is_not_loaded() {
        assertThatThrownBy(() -> FunctionLibrary.versionOf("local version = 1")).hasMessageContaining("VERSION");
    }
}
