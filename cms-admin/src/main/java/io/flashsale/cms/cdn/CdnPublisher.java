package io.flashsale.cms.cdn;

import java.io.IOException;

/** Where shoppers' browsers fetch files from, or where a CDN does for them. */
public interface CdnPublisher {

    /** Whether there is any such place. */
    boolean isThere();

    /** @throws IOException where it cannot be told */
    boolean has(String path) throws IOException;

    /**
     * Puts a file there that never changes. A reader sees all of it or nothing; putting it again does nothing new.
     *
     * @param path below the root, {@code media/x.jpg}
     * @throws IOException where it is not sure to be there
     */
    void put(String path, String type, byte[] bytes) throws IOException;

    /**
     * Takes a file away, if it is there. Who fetched it before keeps it, a CDN too.
     *
     * @throws IOException where it is not sure to be gone
     */
    void remove(String path) throws IOException;
}
