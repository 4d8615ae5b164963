package io.flashsale.cms.cdn;

import java.io.IOException;
import java.util.Set;

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

    /**
     * Puts a page there, in the place of the one before. A reader sees all of the one or all of the other.
     *
     * @param address of the page, {@code /promo/12}
     * @throws IOException where it is not sure to be there
     */
    void publish(String address, byte[] html) throws IOException;

    /** @throws IOException where it cannot be told */
    boolean isPublished(String address, byte[] html) throws IOException;

    /**
     * Takes a page away, if there is one.
     *
     * @throws IOException where it is not sure to be gone
     */
    void withdraw(String address) throws IOException;

    /**
     * Takes the assets of old editions away.
     *
     * @param current stays, however old it is
     * @param others the youngest of the rest stay as well, so many of them
     */
    void forgetEditions(String current, int others) throws IOException;

    /** The addresses of all pages that were published and not withdrawn. */
    Set<String> published() throws IOException;
}
