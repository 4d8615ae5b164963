package io.flashsale.cms.cdn;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/** A directory that nginx serves, on this machine or mounted by both. */
class DirectoryPublisher implements CdnPublisher {

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
        if (Files.isRegularFile(file) && Files.size(file) == bytes.length) {
            return;
        }
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
