package io.flashsale.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * S3Proxy: a server of the S3 protocol, which checks signatures and keeps its objects in a folder. It has no bucket until somebody makes one.
 * Always a process of this machine.
 */
public final class RealS3 implements AutoCloseable {

    public static final String KEY_ID = "key-of-the-shop";
    public static final String SECRET = "secret-of-the-shop";

    private final Path folder = Reaper.newFolder("s3");
    private final int port = Ports.free();
    private final ServerProcess process;

    private RealS3() {
        Path module = Checkout.root().resolve("testkit/s3");
        Path properties = folder.resolve("s3proxy.properties");
        try {
            Files.createDirectory(folder.resolve("objects"));
            Files.writeString(
                    properties,
                    """
                    s3proxy.endpoint=%s
                    s3proxy.authorization=aws-v4
                    s3proxy.identity=%s
                    s3proxy.credential=%s
                    jclouds.provider=filesystem-nio2
                    jclouds.filesystem.basedir=%s
                    """
                            .formatted(endpoint(), KEY_ID, SECRET, folder.resolve("objects")));
            process = new ServerProcess(
                    "S3Proxy",
                    folder.resolve("s3proxy.log"),
                    Map.of(),
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-XX:TieredStopAtLevel=1",
                            "-Dlogback.configurationFile=" + module.resolve("logback.xml"),
                            "-cp",
                            Files.readString(module.resolve("target/classpath")).strip(),
                            "org.gaul.s3proxy.Main",
                            "--properties",
                            properties.toString()));
        } catch (IOException e) {
            throw new TestkitException(
                    "S3Proxy cannot be laid out; its class path is made by 'mvn -pl testkit/s3 package'", e);
        }
    }

    /** A server of one's own; close it after use. */
    public static RealS3 start() {
        var s3 = new RealS3();
        s3.restart();
        return s3;
    }

    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    public void kill() {
        process.kill();
    }

    /** With the objects that it has. */
    public void restart() {
        process.start(() -> Ports.accept(port));
    }

    @Override
    public void close() {
        process.kill();
    }
}
