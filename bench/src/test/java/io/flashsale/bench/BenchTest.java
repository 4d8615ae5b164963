package io.flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BenchTest {

    @Test
    void the_usage_names_every_benchmark_and_no_other() {
        String usage = Bench.usage(Path.of(System.getProperty("flashsale.root")));
        var named = new TreeSet<String>();
        Pattern.compile("(?m)^  (\\w+) ").matcher(usage).results().forEach(m -> named.add(m.group(1)));
        assertThat(named).containsExactlyInAnyOrderElementsOf(Bench.NAMES);
    }
}
