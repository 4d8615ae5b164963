package io.flashsale.cms.work;

import io.flashsale.cms.web.Refusal;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.TransactionException;

/**
 * Does long work beside the requests that ask for it, one piece after the other, each in one transaction. How far it is stands in MySQL, by a
 * connection of its own, where every CMS sees it and can ask it to stop.
 */
@Service
public class Works {

    private static final Logger log = LoggerFactory.getLogger(Works.class);

    /** Who waits has read a file of megabytes into memory. */
    private static final int MOST_WAITING = 2;

    private static final long BEAT_MS = 500;

    /** In which most work is done, so that nobody has to see how far it is. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final WorkMapper mapper;
    private final Map<Long, Course> courses = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> daemon(task, "work"));
    private final ScheduledExecutorService clockwork =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "work-beat"));

    Works(WorkMapper mapper) {
        this.mapper = mapper;
    }

    @PostConstruct
    void start() {
        clockwork.scheduleWithFixedDelay(this::beat, BEAT_MS, BEAT_MS, TimeUnit.MILLISECONDS);
    }

    /** What runs is asked to stop, and has a moment to say that it did. */
    @PreDestroy
    void stop() throws InterruptedException {
        courses.values().forEach(course -> course.stop = true);
        workers.shutdown();
        if (!workers.awaitTermination(3, TimeUnit.SECONDS)) {
            workers.shutdownNow();
        }
        clockwork.shutdownNow();
    }

    /**
     * Has it done.
     *
     * @param work does it in one transaction, of which {@link Progress#done} is the last thing
     * @return where to send who asked for it: to what came of it, where that is soon done, or to how far it is
     * @throws Refusal of the work, where that is soon; 503 WORK_BUSY where too much waits already
     */
    public String begin(String kind, String title, String who, int total, Consumer<Progress> work) {
        var begun = new WorkMapper.Begun(kind, title, who, total);
        mapper.forgetOld();
        mapper.begin(begun);
        var course = new Course(begun.id);
        courses.put(begun.id, course);
        var ending = new CompletableFuture<String>();
        try {
            workers.execute(() -> run(course, work, ending));
        } catch (RejectedExecutionException full) {
            courses.remove(begun.id);
            mapper.ended(begun.id, Work.State.FAILED, "WORK_BUSY");
            throw Refusal.busy("WORK_BUSY", "Other long work waits at this moment.");
        }
        return soon(ending, "/works/" + begun.id);
    }

    private static String soon(CompletableFuture<String> ending, String otherwise) {
        try {
            return ending.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException later) {
            ending.cancel(false); // nobody waits for it any more
            return ending.isCancelled() ? otherwise : soon(ending, otherwise);
        } catch (InterruptedException away) {
            Thread.currentThread().interrupt();
            return otherwise;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Progress.Stopped) {
                return otherwise;
            }
            if (failed.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    private void run(Course course, Consumer<Progress> work, CompletableFuture<String> ending) {
        try {
            work.accept(course);
            ending.complete(course.page());
        } catch (Progress.Stopped stopped) {
            ended(course, Work.State.STOPPED, null);
            ending.completeExceptionally(stopped);
        } catch (RuntimeException fault) {
            ended(course, Work.State.FAILED, code(fault));
            // Who still waits for it says what it was.
            if (!ending.completeExceptionally(fault) && !(fault instanceof Refusal)) {
                log.error("work {} broke off", course.id, fault);
            }
        } finally {
            courses.remove(course.id);
        }
    }

    private static String code(RuntimeException fault) {
        if (fault instanceof Refusal refused) {
            return refused.problem().code();
        }
        return fault instanceof DataAccessException || fault instanceof TransactionException
                ? "WORK_AWAY"
                : "WORK_BROKE";
    }

    private void ended(Course course, Work.State state, @Nullable String outcome) {
        try {
            mapper.ended(course.id, state, outcome);
        } catch (RuntimeException away) {
            log.warn("how work {} ended could not be written down: it counts as lost", course.id, away);
        }
    }

    private void beat() {
        for (Course course : courses.values()) {
            try {
                Boolean stop = mapper.beat(course.id, course.done.get());
                if (Boolean.TRUE.equals(stop)) {
                    course.stop = true;
                }
            } catch (RuntimeException away) {
                log.debug("how far work {} is could not be written down", course.id, away);
            }
        }
    }

    /** @throws Refusal 404 */
    Work get(long id) {
        mapper.giveUp(id);
        WorkMapper.Stored row = mapper.find(id);
        if (row == null) {
            throw Refusal.unknown("UNKNOWN_WORK", "There is no such work.");
        }
        return of(row);
    }

    /** What runs of a kind, and what has ended otherwise than well within the last hour; the latest first. */
    public List<Work> latest(String kind) {
        return mapper.latest(kind).stream().map(Works::of).toList();
    }

    private static Work of(WorkMapper.Stored row) {
        return new Work(
                row.id(),
                row.kind(),
                row.title(),
                row.begunBy(),
                row.begunAt().toInstant(ZoneOffset.UTC),
                row.done(),
                row.total(),
                row.state(),
                row.stoppedBy(),
                row.outcome());
    }

    /** Asks it to; one that is over already stays what it is. */
    void askToStop(long id, String who) {
        if (mapper.askToStop(id, who) == 0) {
            get(id);
        }
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Of one piece of work. */
    private final class Course implements Progress {

        private final long id;
        private final AtomicInteger done = new AtomicInteger();
        private volatile boolean stop;
        private @Nullable String page;

        private Course(long id) {
            this.id = id;
        }

        @Override
        public void at(int count) {
            done.set(count);
            if (stop) {
                throw new Stopped();
            }
        }

        @Override
        public void done(String where) {
            if (stop || mapper.done(id, where) == 0) {
                throw new Stopped();
            }
            page = where;
        }

        private String page() {
            if (page == null) {
                throw new IllegalStateException("work " + id + " ended without saying what came of it");
            }
            return page;
        }
    }
}
