package io.flashsale.testkit;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;
import org.testcontainers.utility.DockerImageName;

/**
 * A container and what the engine does to it: kill, pause, start. It is in this machine's network, since the broker tells its clients where it
 * is, and a proxy stands in every other way that a test breaks; it sees its own folder under its own path, and runs as this JVM's user, so
 * that its command, its data and its log are those of a process.
 */
final class ServerContainer extends Server {
    private final GenericContainer<?> container;

    ServerContainer(
            String name, String image, Path folder, String log, Map<String, String> environment, List<String> command) {
        super(name, folder.resolve(log));
        String user = owner(folder);
        List<String> logged = Stream.concat(
                        Stream.of(
                                "sh",
                                "-c",
                                "exec \"$@\" >>\"$0\" 2>&1",
                                folder.resolve(log).toString()),
                        command.stream())
                .toList();
        container = new GenericContainer<>(DockerImageName.parse(image))
                .withImagePullPolicy(known -> false)
                .withNetworkMode("host")
                .withFileSystemBind(folder.toString(), folder.toString(), BindMode.READ_WRITE)
                .withEnv(environment)
                .withCreateContainerCmdModifier(
                        create -> create.withEntrypoint(logged).withUser(user))
                .waitingFor(new Nothing());
    }

    /** A server is waited for by its own protocol. */
    private static final class Nothing extends AbstractWaitStrategy {
        @Override
        protected void waitUntilReady() {}
    }

    @Override
    void launch() {
        if (container.getContainerId() == null) {
            create();
            return;
        }
        engine().startContainerCmd(container.getContainerId()).exec();
    }

    @Override
    void run() {
        container.withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(START));
        create();
    }

    private void create() {
        try {
            container.start();
        } catch (RuntimeException e) {
            throw new TestkitException(
                    name + " did not start as a container of " + container.getDockerImageName() + logTail(), e);
        } finally {
            if (container.getContainerId() != null) {
                Reaper.watchContainer(container.getContainerId());
            }
        }
    }

    @Override
    boolean isAlive() {
        return container.getContainerId() != null && Boolean.TRUE.equals(state().getRunning());
    }

    @Override
    long pid() {
        Long pid = state().getPidLong();
        return pid == null ? 0 : pid;
    }

    @Override
    long exitCode() {
        Long code = state().getExitCodeLong();
        return code == null ? -1 : code;
    }

    @Override
    void kill() {
        if (isAlive()) {
            engine().killContainerCmd(container.getContainerId()).exec();
            awaitEnd();
        }
    }

    private void awaitEnd() {
        long deadline = System.nanoTime() + SIGNAL.toNanos();
        while (isAlive()) {
            if (System.nanoTime() > deadline) {
                throw new TestkitException(name + " does not end");
            }
            Thread.onSpinWait();
        }
    }

    @Override
    void freeze() {
        if (!isPaused()) {
            engine().pauseContainerCmd(container.getContainerId()).exec();
        }
    }

    @Override
    void thaw() {
        if (isPaused()) {
            engine().unpauseContainerCmd(container.getContainerId()).exec();
        }
    }

    private boolean isPaused() {
        return Boolean.TRUE.equals(state().getPaused());
    }

    private ContainerState state() {
        InspectContainerResponse seen =
                engine().inspectContainerCmd(container.getContainerId()).exec();
        return seen.getState();
    }

    private DockerClient engine() {
        return container.getDockerClient();
    }

    private static String owner(Path folder) {
        try {
            return Files.getAttribute(folder, "unix:uid") + ":" + Files.getAttribute(folder, "unix:gid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
