package io.flashsale.cms.image;

import io.flashsale.cms.cdn.CdnPublisher;
import io.flashsale.cms.cdn.ContentName;
import io.flashsale.cms.change.Actor;
import io.flashsale.cms.change.Changes;
import io.flashsale.cms.change.Made;
import io.flashsale.cms.image.Picture.Rendition;
import io.flashsale.cms.web.Refusal;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;

/**
 * Keeps pictures, and sees to it that shoppers can fetch them: at once, and where that fails again until it is done. No item shows one
 * whose files are not all there.
 */
@Service
public class Images {

    private static final Logger log = LoggerFactory.getLogger(Images.class);

    static final int MOST_OF_AN_ALT = 200;

    /** Up to a second of one processor and some 80 MB of a heap of 256: one at a time, and who waits longer than a person would tries again. */
    private static final int PATIENCE_SECONDS = 10;

    private static final int MOST_WAITING = 8;

    /** A round of those that could not be published; what is left waits for the next. */
    private static final int A_ROUND = 20;

    private final ImageMapper mapper;
    private final Changes changes;
    private final CdnPublisher cdn;
    private final Clock clock;
    private final Semaphore rendering = new Semaphore(1, true);
    /** By this process, so it is known of them. */
    private final Set<Long> put = ConcurrentHashMap.newKeySet();
    /** Of its own: a store that is silent must hold up nothing else. */
    private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "images");
        thread.setDaemon(true);
        return thread;
    });

    private volatile boolean failing;

    Images(ImageMapper mapper, Changes changes, CdnPublisher cdn, Clock clock) {
        this.mapper = mapper;
        this.changes = changes;
        this.cdn = cdn;
        this.clock = clock;
    }

    @PostConstruct
    void start() {
        clockwork.scheduleWithFixedDelay(() -> safely(this::publishTheRest), 5, 5, TimeUnit.SECONDS);
        clockwork.scheduleWithFixedDelay(() -> safely(this::putBack), 1, 60, TimeUnit.SECONDS);
    }

    @PreDestroy
    void stop() {
        clockwork.shutdownNow();
    }

    private static void safely(Runnable round) {
        try {
            round.run();
        } catch (RuntimeException fault) {
            log.warn("pictures could not be looked after: {}", fault.toString());
        }
    }

    /** By their ids; what is of no image is left out. */
    public Map<Long, Image> of(Collection<Long> ids) {
        return ids.isEmpty()
                ? Map.of()
                : mapper.selectByIds(ids).stream().map(Image::of).collect(Collectors.toMap(Image::id, image -> image));
    }

    /** The latest first, those before an id. */
    List<Image> page(long before, int most) {
        return mapper.page(before, most).stream().map(Image::of).toList();
    }

    /** Of these, those that an item of a promo has. */
    Set<Long> used(Collection<Long> ids) {
        return ids.isEmpty() ? Set.of() : Set.copyOf(mapper.usedOf(ids));
    }

    byte @Nullable [] file(long id, int width) {
        ImageMapper.Stored file = mapper.oneFile(id, width);
        return file == null ? null : file.bytes();
    }

    /** A file that is not in memory yet. */
    interface Source {

        byte[] read() throws IOException;
    }

    /**
     * Takes a picture. The same one with the same words is taken once.
     *
     * @param name of the file, as it was sent; nothing here is called so
     * @param type of the file, as it was sent
     * @throws Refusal 400 IMAGE_ALT, IMAGE_CROP and what {@link Kind} and {@link Picture} refuse; 503 IMAGE_BUSY
     */
    Image take(Actor actor, Source file, String name, String type, String altZh, String altEn, Picture.Crop crop) {
        var row = new ImageRow();
        row.altZh = alt("altZh", altZh);
        row.altEn = alt("altEn", altEn);
        List<Rendition> renditions = render(file, name, type, crop.checked());
        row.name = ContentName.of(renditions.stream().map(Rendition::bytes).toList());
        row.widths =
                renditions.stream().map(each -> Integer.toString(each.width())).collect(Collectors.joining(","));
        row.uploadedBy = actor.name();
        row.uploadedAt = clock.instant().atOffset(ZoneOffset.UTC).toLocalDateTime();
        ImageRow kept = mapper.same(row).stream()
                .findFirst()
                .map(same -> mapper.selectById(same.id())) // unless it is deleted in this moment
                .orElseGet(() -> mapper.selectById(keep(actor, row, renditions)));
        publish(List.of(kept));
        ImageRow now = mapper.selectById(kept.id());
        return Image.of(now == null ? kept : now);
    }

    /**
     * Deletes one that no promo has, and its files where shoppers fetch them unless the same picture is kept with other words. The files go
     * first: what is left behind by a fault is a picture that can be deleted once more.
     *
     * @throws Refusal 404; 409 IMAGE_USED; 503 IMAGE_STAYS where the files cannot be taken away
     */
    void delete(Actor actor, long id) {
        ImageRow row = mapper.selectById(id);
        if (row == null) {
            throw Refusal.unknown("UNKNOWN_IMAGE", "There is no such image.");
        }
        if (!used(List.of(id)).isEmpty()) {
            throw used();
        }
        boolean alone = mapper.ofName(row.name).size() == 1;
        try {
            if (alone) {
                mapper.withdrawn(id);
                takeAway(row);
            }
            changes.make(actor, () -> {
                mapper.forgetFiles(id);
                if (mapper.deleteById(id) == 0) {
                    throw Refusal.unknown("UNKNOWN_IMAGE", "There is no such image.");
                }
                return new Made<>(
                        id,
                        new Made.Entry(
                                "IMAGE_DELETED",
                                "image:" + id,
                                Map.of("name", row.name, "altZh", row.altZh, "altEn", row.altEn)));
            });
        } catch (DataIntegrityViolationException meanwhile) {
            publish(List.of(row));
            throw used();
        } catch (IOException fault) {
            log.warn("the files of image {} could not be taken away", id, fault);
            throw Refusal.busy("IMAGE_STAYS", "Its files cannot be taken away at this moment.");
        }
        forget(row);
    }

    /** Of a row that is gone. In the moment before, another CMS may have put its files back, or somebody have taken the same picture with other words. */
    private void forget(ImageRow row) {
        put.remove(row.id());
        try {
            List<ImageRow> same = mapper.ofName(row.name);
            if (same.isEmpty()) {
                takeAway(row);
            }
            for (ImageRow each : same) {
                if (presence(each) == Presence.ABSENT) {
                    mapper.withdrawn(each.id());
                    publish(List.of(each));
                }
            }
        } catch (IOException | DataAccessException fault) {
            log.warn("files of image {}, which was deleted, may still be there", row.id(), fault);
        }
    }

    private void takeAway(ImageRow row) throws IOException {
        if (cdn.isThere()) {
            for (int width : Image.of(row).widths()) {
                cdn.remove(Image.path(row.name, width));
            }
        }
    }

    private static Refusal used() {
        return Refusal.conflict("IMAGE_USED", null, "An item of a promo has it.");
    }

    /** What could not be published when it was taken. */
    void publishTheRest() {
        publish(mapper.unpublished(A_ROUND));
    }

    /**
     * What was published and is gone, as a disk is that was lost, or was never here, as in a bucket that was named since: of pictures that the
     * shop shows, or is going to. One that cannot be put there either is shown no more.
     */
    void putBack() {
        if (!cdn.isThere()) {
            return;
        }
        for (ImageRow row : mapper.shown()) {
            Presence presence = presence(row);
            if (presence == Presence.ABSENT || (presence == Presence.UNKNOWN && !put.contains(row.id()))) {
                if (publish(List.of(row))) {
                    log.info("image {} was put where shoppers fetch it, once more", row.id());
                } else if (presence == Presence.ABSENT) {
                    mapper.withdrawn(row.id());
                } else {
                    return; // nothing can be told, and nothing be done
                }
            }
        }
    }

    private enum Presence {
        PRESENT,
        ABSENT,
        UNKNOWN
    }

    private Presence presence(ImageRow row) {
        try {
            for (int width : Image.of(row).widths()) {
                if (!cdn.has(Image.path(row.name, width))) {
                    return Presence.ABSENT;
                }
            }
            return Presence.PRESENT;
        } catch (IOException cannotTell) {
            log.debug("whether image {} is still there cannot be told", row.id(), cannotTell);
            return Presence.UNKNOWN;
        }
    }

    /** Ends with the first that cannot be put there: the next would wait for the same. @return whether all are there */
    private boolean publish(List<ImageRow> rows) {
        if (!cdn.isThere()) {
            return false;
        }
        for (ImageRow row : rows) {
            try {
                for (ImageMapper.Stored file : mapper.files(row.id())) {
                    cdn.put(Image.path(row.name, file.width()), "image/jpeg", file.bytes());
                }
                mapper.published(row.id());
                put.add(row.id());
                failing = false;
                if (mapper.selectById(row.id()) == null) {
                    forget(row); // deleted while its files were put there
                }
            } catch (IOException | DataAccessException fault) {
                if (!failing) { // once, until it works again
                    log.warn(
                            "image {} could not be put where shoppers fetch it, and will be tried again",
                            row.id(),
                            fault);
                }
                failing = true;
                return false;
            }
        }
        return true;
    }

    private long keep(Actor actor, ImageRow row, List<Rendition> renditions) {
        return changes.make(actor, () -> {
            row.id = null; // the attempt before this one may have left its id
            mapper.insert(row);
            renditions.forEach(each -> mapper.file(row.id(), each.width(), each.bytes()));
            return new Made<>(
                    row.id(),
                    new Made.Entry(
                            "IMAGE_TAKEN",
                            "image:" + row.id(),
                            Map.of("name", row.name, "widths", row.widths, "altZh", row.altZh, "altEn", row.altEn)));
        });
    }

    private List<Rendition> render(Source file, String name, String type, Picture.Crop crop) {
        try {
            if (rendering.getQueueLength() >= MOST_WAITING
                    || !rendering.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw Refusal.busy("IMAGE_BUSY", "Others send pictures at this moment.");
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw Refusal.busy("IMAGE_BUSY", "The service is being stopped.");
        }
        try {
            byte[] bytes = file.read();
            return Picture.render(bytes, Kind.of(bytes, name, type), crop);
        } catch (IOException unreadable) {
            throw Refusal.invalid("IMAGE_BROKEN", "file", "It cannot be read.");
        } finally {
            rendering.release();
        }
    }

    private static String alt(String field, String text) {
        String words = text.strip();
        boolean clean = words.codePoints().noneMatch(Character::isISOControl);
        if (words.isEmpty() || words.codePointCount(0, words.length()) > MOST_OF_AN_ALT || !clean) {
            throw Refusal.invalid(
                    "IMAGE_ALT", field, "What the picture shows is needed in both languages, in 1 to 200 characters.");
        }
        return words;
    }
}
