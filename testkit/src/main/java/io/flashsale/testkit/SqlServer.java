package io.flashsale.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program that can be the MySQL of a test, with what it alone wants to be told: the image that has it, the command that makes its own tables,
 * and the one that serves. To both commands, {@code --user} and {@code --datadir} are appended.
 */
record SqlServer(String name, String image, List<String> install, List<String> run) {

    /** Names a folder with the files of a Debian that has MySQL's server, as {@code dpkg --extract} leaves them. */
    static final String ROOT = "FLASHSALE_TEST_MYSQL_ROOT";

    static SqlServer chosen() {
        String root = System.getenv(ROOT);
        return root == null ? mariaDb() : mySql(Path.of(root));
    }

    private static SqlServer mariaDb() {
        return new SqlServer(
                "MariaDB",
                "debian-mysql",
                List.of(
                        Containers.program("mariadb-install-db", "mariadb-server-core"),
                        "--no-defaults",
                        "--skip-test-db",
                        "--skip-name-resolve",
                        "--innodb-log-file-size=16M",
                        "--auth-root-authentication-method=normal"),
                List.of(
                        Containers.program("mariadbd", "mariadb-server-core"),
                        "--no-defaults",
                        "--innodb-log-file-size=16M",
                        // As in ops/mariadb/mariadb.cnf: else Connector/J sends no milliseconds.
                        "--version=5.7.19-MariaDB"));
    }

    private static SqlServer mySql(Path root) {
        List<String> program = Stream.concat(
                        (Containers.wanted() ? List.of("mysqld", "--no-defaults", "--basedir=/usr") : loaded(root))
                                .stream(),
                        Stream.of(
                                // Its own default is a folder of the whole machine.
                                "--secure-file-priv=NULL",
                                "--innodb-redo-log-capacity=32M",
                                // Half its memory, which MariaDB does not take by itself.
                                "--performance-schema=OFF",
                                // The page cache outlives the process; by default it is passed by.
                                "--innodb-flush-method=nosync"))
                .toList();
        return new SqlServer(
                "MySQL",
                "unstable-mysql",
                Stream.concat(program.stream(), Stream.of("--initialize-insecure"))
                        .toList(),
                // The X protocol would listen at a port and a socket of its own.
                Stream.concat(program.stream(), Stream.of("--mysqlx=OFF")).toList());
    }

    /** Run by the loader and the libraries of its own Debian, so that it needs neither root nor this machine's libraries. */
    private static List<String> loaded(Path root) {
        Path libraries = only(root.resolve("usr/lib"), "*-linux-gnu");
        return List.of(
                only(libraries, "ld-linux-*.so.*").toString(),
                "--library-path",
                libraries.toString(),
                root.resolve("usr/sbin/mysqld").toString(),
                "--no-defaults",
                "--basedir=" + root.resolve("usr"));
    }

    private static Path only(Path folder, String pattern) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, pattern)) {
            for (Path path : found) {
                return path.toAbsolutePath();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new TestkitException(
                "no " + pattern + " in " + folder + ": " + ROOT + " names no folder with MySQL's server");
    }
}
