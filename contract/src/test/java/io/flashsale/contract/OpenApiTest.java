package io.flashsale.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code openapi.yaml} says what the table of codes says. */
class OpenApiTest {

    private final List<String> lines;

    OpenApiTest() throws IOException {
        lines = Files.readAllLines(Path.of("openapi.yaml"));
    }

    @Test
    void it_lists_every_code_in_the_tables_order() {
        int start = lines.indexOf("    Code:");
        List<String> listed = lines.subList(start, lines.size()).stream()
                .dropWhile(line -> !line.strip().equals("enum:"))
                .skip(1)
                .takeWhile(line -> line.strip().startsWith("- "))
                .map(line -> line.strip().substring(2))
                .toList();

        assertThat(listed)
                .containsExactlyElementsOf(
                        Arrays.stream(Code.values()).map(Code::name).toList());
    }

    @Test
    void it_names_every_code_beside_its_status() {
        int start = lines.indexOf("  /buy:");
        int end = lines.indexOf("  /api/promos:");
        List<String> buy = lines.subList(start, end);
        for (Code code : Code.values()) {
            int status = buy.indexOf("        \"" + code.status() + "\":");
            assertThat(status).as("status of " + code).isPositive();
            assertThat(buy.get(status + 1)).contains("`" + code.name() + "`");
        }
    }
}
