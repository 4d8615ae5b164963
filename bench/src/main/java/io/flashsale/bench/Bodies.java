package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Bodies of {@code POST /buy} in a file for wrk, each with a session of its own. */
final class Bodies {

    private final Path folder;

    Bodies(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without one: each request is an order of its own. */
    Path keyless(String name, String sku, List<Target.Buyer> buyers) {
        return write(name, buyers.stream().map(b -> body(sku, b)).toList());
    }

    private static String body(String sku, Target.Buyer b) {
        return "{\"sessionID\":\"%s\",\"userID\":\"%s\",\"userLevel\":%d,\"clientIP\":\"203.0.113.7\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1}"
                .formatted(b.session(), b.userId(), b.level(), sku);
    }

    private Path write(String name, List<String> lines) {
        Path file = folder.resolve(name + ".jsonl");
        try {
            return Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
