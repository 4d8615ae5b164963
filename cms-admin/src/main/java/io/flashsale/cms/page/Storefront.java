package io.flashsale.cms.page;

import io.flashsale.cms.cdn.ContentName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The shop's pages and the assets that they are made with, as they lie in a directory.
 *
 * @param edition names the assets by what is in all of them: those of another edition are other files, so no page ever meets an asset that it was
 *     not made with
 * @param assets by their names
 * @param pages by their addresses; they ask for the assets of this edition
 */
record Storefront(String edition, SortedMap<String, byte[]> assets, Map<String, String> pages) {

    /** The page that shows what is on sale, from which those of a promo and of an item are made. */
    static final String HOME = "/";

    private static final Pattern ASSET = Pattern.compile("[a-z0-9-]{1,64}\\.(css|js|svg)");
    private static final Pattern ASKED = Pattern.compile("\"/assets/([^\"]*)\"");
    private static final String ASSETS = "/assets/";
    private static final String HTML = ".html";

    /** @throws IOException where it cannot be read, or is no storefront */
    static Storefront read(Path directory) throws IOException {
        var assets = new TreeMap<String, byte[]>();
        for (Path file : files(directory.resolve("assets"), "")) {
            String name = file.getFileName().toString();
            byte[] bytes = Files.readAllBytes(file);
            if (!ASSET.matcher(name).matches()) {
                throw new IOException("assets/" + name + " of the storefront is not called as assets are: " + ASSET);
            }
            if (new String(bytes, StandardCharsets.UTF_8).contains(ASSETS)) {
                throw new IOException("assets/" + name + " of the storefront asks for others by " + ASSETS
                        + ", and not by their names beside it");
            }
            assets.put(name, bytes);
        }
        var content = new ArrayList<byte[]>();
        assets.forEach((name, bytes) -> {
            content.add((name + ' ' + bytes.length + '\n').getBytes(StandardCharsets.UTF_8));
            content.add(bytes);
        });
        String edition = ContentName.of(content);
        var pages = new TreeMap<String, String>();
        var missing = new TreeSet<String>();
        for (Path file : files(directory, HTML)) {
            String name = file.getFileName().toString().replace(HTML, "");
            String html = Files.readString(file);
            ASKED.matcher(html).results().map(asked -> asked.group(1)).forEach(missing::add);
            pages.put(
                    name.equals("index") ? HOME : "/" + name,
                    html.replace("\"" + ASSETS, "\"" + ASSETS + edition + "/"));
        }
        missing.removeAll(assets.keySet());
        if (!missing.isEmpty()) {
            throw new IOException("pages of the storefront ask for assets that it has not: " + missing);
        }
        if (assets.isEmpty() || !pages.containsKey(HOME)) {
            throw new IOException(directory + " has no index.html, or no assets");
        }
        return new Storefront(edition, assets, pages);
    }

    /** When which file was written last, to see whether it has to be read again. */
    static String state(Path directory) throws IOException {
        var state = new StringBuilder();
        for (Path folder : List.of(directory, directory.resolve("assets"))) {
            try (Stream<Path> all = Files.list(folder)) {
                for (Path file : all.sorted().toList()) {
                    state.append(file.getFileName())
                            .append(' ')
                            .append(Files.getLastModifiedTime(file).toMillis())
                            .append(' ')
                            .append(Files.size(file))
                            .append('\n');
                }
            }
        }
        return state.toString();
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(ending) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }
}
