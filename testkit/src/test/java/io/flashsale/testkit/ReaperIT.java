package io.flashsale.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ReaperIT {

    /** Starts a server, freezes it, says where it is, and waits to be killed. */
    static final class Victim {
        public static void main(String[] args) throws Exception {
            RealRedis redis = RealRedis.start();
            redis.freeze();
            System.out.println(redis.pid());
            System.out.println(redis.socket().resolve("../..").normalize());
            System.in.read();
        }
    }

    @Test
    void a_killed_jvm_leaves_no_server_and_no_folder() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Victim.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            long redis = Long.parseLong(out.readLine());
            Path folder = Path.of(out.readLine());
            assertThat(folder).exists();

            jvm.destroyForcibly();

            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> ProcessHandle.of(redis).isEmpty() && !Files.exists(folder));
        } finally {
            jvm.destroyForcibly();
        }
    }
}
