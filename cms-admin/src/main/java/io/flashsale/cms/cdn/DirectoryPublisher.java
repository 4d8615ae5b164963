package io.flashsale.cms.cdn;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A directory that nginx serves, on this machine or mounted by both. */
class DirectoryPublisher implements CdnPublisher {

    private static final String PAGES = "pages";
    private static final String HTML = ".html";

    private final String root;

    /** @param root empty: there is no such place */
    DirectoryPublisher(String root) {
        this.root = root;
    }

    @Override
    public boolean isThere() {
        return !root.isEmpty();
    }

    @Override
    public boolean has(String path) {
        return Files.isRegularFile(Path.of(root, path));
    }

    @Override
    public void put(String path, String type, byte[] bytes) throws IOException {
        Path file = Path.of(root, path);
        boolean text = type.startsWith("text/");
        if (Files.isRegularFile(file)
                && Files.size(file) == bytes.length
                && (!text || Files.isRegularFile(compressedOf(file)))) {
            return;
        }
        if (text) {
            write(compressedOf(file), compressed(bytes));
        }
        write(file, bytes);
    }

    @Override
    public void publish(String address, byte[] html) throws IOException {
        Path file = page(address);
        write(compressedOf(file), compressed(html));
        write(file, html);
    }

    @Override
    public boolean isPublished(String address, byte[] html) throws IOException {
        return is(page(address), html) && is(compressedOf(page(address)), compressed(html));
    }

    private static boolean is(Path file, byte[] bytes) throws IOException {
        return Files.isRegularFile(file)
                && Files.size(file) == bytes.length
                && Arrays.equals(Files.readAllBytes(file), bytes);
    }

    @Override
    public void withdraw(String address) throws IOException {
        Files.deleteIfExists(page(address)); // without it, nobody is served the other
        Files.deleteIfExists(compressedOf(page(address)));
    }

    @Override
    public Set<String> published() throws IOException {
        Path pages = Path.of(root, PAGES);
        if (!Files.isDirectory(pages)) {
            return Set.of();
        }
        try (Stream<Path> all = Files.walk(pages, 2)) {
            return all.map(file -> "/" + pages.relativize(file))
                    .filter(name -> name.endsWith(HTML))
                    .map(name -> name.substring(0, name.length() - HTML.length()))
                    .map(address -> address.equals("/index") ? "/" : address)
                    .collect(Collectors.toSet());
        }
    }

    @Override
    public void forgetEditions(String current, int others) throws IOException {
        Path assets = Path.of(root, "assets");
        var ages = new TreeMap<FileTime, Path>(Comparator.reverseOrder());
        try (Stream<Path> all = Files.list(assets)) {
            for (Path edition : all.toList()) {
                if (Files.isDirectory(edition) && !edition.endsWith(current)) {
                    ages.put(Files.getLastModifiedTime(edition), edition);
                }
            }
        }
        for (Path edition : ages.values().stream().skip(others).toList()) {
            try (Stream<Path> files = Files.list(edition)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(edition);
        }
    }

    private Path page(String address) {
        return Path.of(root, PAGES + (address.equals("/") ? "/index" : address) + HTML);
    }

    /** Beside each text lies what nginx sends to whoever takes it compressed. */
    private static Path compressedOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".gz");
    }

    private static byte[] compressed(byte[] bytes) throws IOException {
        var all = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(all) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            gzip.write(bytes);
        }
        return all.toByteArray();
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Path folder = Objects.requireNonNull(file.getParent());
        make(folder);
        Path beside = Files.createTempFile(folder, ".", ".part");
        try {
            try (var channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                var all = ByteBuffer.wrap(bytes);
                while (all.hasRemaining()) {
                    channel.write(all);
                }
                channel.force(true);
            }
            Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    @Override
    public void remove(String path) throws IOException {
        Files.deleteIfExists(Path.of(root, path));
    }

    /** Others than this service serve what is in them, so they may look into what it makes. */
    private static void make(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            make(Objects.requireNonNull(folder.getParent()));
            Files.createDirectory(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
