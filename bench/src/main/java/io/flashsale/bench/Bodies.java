package io.flashsale.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** With a request key, as the storefront sends it. */
    Path keyed(String name, String sku, List<Target.Buyer> buyers) {
        return write(
                name,
                buyers.stream()
                        .map(b -> body(sku, b, b.session(), ",\"requestID\":\"bench-" + name + "\""))
                        .toList());
    }

    /** Without one: each request is an order of its own. */
    Path keyless(String name, String sku, List<Target.Buyer> buyers) {
        return write(
                name, buyers.stream().map(b -> body(sku, b, b.session(), "")).toList());
    }

    /** With sessions whose signatures are wrong in their last bytes. */
    Path forged(String name, String sku, List<Target.Buyer> buyers) {
        List<String> lines = new ArrayList<>();
        for (Target.Buyer b : buyers) {
            String session = b.session();
            String tail = session.substring(session.length() - 5);
            String other = tail.equals("AAAAA") ? "BBBBA" : "AAAAA";
            lines.add(body(sku, b, session.substring(0, session.length() - 5) + other, ""));
        }
        return write(name, lines);
    }

    private static String body(String sku, Target.Buyer b, String session, String more) {
        return "{\"sessionID\":\"%s\",\"userID\":\"%s\",\"userLevel\":%d,\"clientIP\":\"203.0.113.7\",\"goodsSKU\":\"%s\",\"goodsQuantity\":1%s}"
                .formatted(session, b.userId(), b.level(), sku, more);
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
