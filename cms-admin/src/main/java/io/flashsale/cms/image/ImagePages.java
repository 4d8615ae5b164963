package io.flashsale.cms.image;

import io.flashsale.cms.change.Actor;
import io.flashsale.cms.web.Page;
import io.flashsale.cms.web.Refusal;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;

/** {@code /images}: the pictures that there are, and one more. */
@Page
@RequestMapping("/images")
class ImagePages {

    private static final int SHOWN = 24;

    private static final Set<String> SAID = Set.of("IMAGE_BYTES", "IMAGE_USED", "IMAGE_STAYS", "REASON_MISSING");

    /** Phones and cameras make up to some eight. */
    static final long MOST_BYTES = 10_000_000;

    private final Images images;

    ImagePages(Images images) {
        this.images = images;
    }

    @GetMapping
    String list(
            @RequestParam(name = "before", defaultValue = "9223372036854775807") long before,
            @RequestParam(name = "taken", required = false) @Nullable Long taken,
            @RequestParam(name = "deleted", required = false) @Nullable Long deleted,
            @RequestParam(name = "refused", defaultValue = "") String refused,
            @RequestParam(name = "image", required = false) @Nullable Long image,
            Model model) {
        model.addAttribute("taken", taken);
        model.addAttribute("deleted", deleted);
        model.addAttribute("of", image);
        return page(before, SAID.contains(refused) ? refused : null, "", "", model);
    }

    /** As the shop shows it. */
    @GetMapping("/{id}/{width}")
    ResponseEntity<byte[]> file(@PathVariable("id") long id, @PathVariable("width") int width) {
        byte[] bytes = images.file(id, width);
        if (bytes == null) {
            throw Refusal.unknown("UNKNOWN_IMAGE", "There is no such image.");
        }
        return ResponseEntity.ok()
                .contentType(MediaType.IMAGE_JPEG)
                .cacheControl(CacheControl.maxAge(Duration.ofDays(1)).cachePrivate())
                .body(bytes);
    }

    /** A form of this page, where no script runs. */
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    String take(
            @RequestParam("file") MultipartFile file,
            @RequestParam("altZh") String altZh,
            @RequestParam("altEn") String altEn,
            Principal who,
            Model model,
            HttpServletResponse response) {
        try {
            Image image = take(file, altZh, altEn, Picture.Crop.MIDDLE, who);
            return "redirect:/images?taken=" + image.id();
        } catch (Refusal refused) {
            response.setStatus(refused.problem().status());
            return page(Long.MAX_VALUE, refused.problem().code(), altZh, altEn, model);
        }
    }

    /** What the script of a page sends, with the part that was chosen: the image, or a code. */
    @PostMapping(path = "/cut", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    ResponseEntity<Map<String, Object>> takeCut(
            @RequestParam("file") MultipartFile file,
            @RequestParam("altZh") String altZh,
            @RequestParam("altEn") String altEn,
            @RequestParam("left") double left,
            @RequestParam("top") double top,
            @RequestParam("width") double width,
            Principal who) {
        try {
            Image image = take(file, altZh, altEn, new Picture.Crop(left, top, width), who);
            return json(200, Map.of("id", image.id(), "published", image.published()));
        } catch (Refusal refused) {
            return json(
                    refused.problem().status(), Map.of("code", refused.problem().code()));
        }
    }

    @PostMapping("/{id}/delete")
    String delete(
            @PathVariable("id") long id,
            @RequestParam("why") String why,
            @RequestParam(name = "before", defaultValue = "9223372036854775807") long before,
            Principal who) {
        try {
            images.delete(Actor.of(who).because(why), id);
            return "redirect:/images?deleted=" + id + "&before=" + before;
        } catch (Refusal refused) {
            if (refused.problem().status() == 404) {
                throw refused;
            }
            return "redirect:/images?refused=" + refused.problem().code() + "&image=" + id + "&before=" + before;
        }
    }

    private Image take(MultipartFile file, String altZh, String altEn, Picture.Crop crop, Principal who) {
        if (file.isEmpty()) {
            throw Refusal.invalid("IMAGE_NONE", "file", "There is no file.");
        }
        if (file.getSize() > MOST_BYTES) {
            throw Refusal.invalid("IMAGE_BYTES", "file", "It has more than 10 MB.");
        }
        return images.take(
                Actor.of(who),
                file::getBytes,
                Objects.requireNonNullElse(file.getOriginalFilename(), ""),
                Objects.requireNonNullElse(file.getContentType(), ""),
                altZh,
                altEn,
                crop);
    }

    private String page(long before, @Nullable String refused, String altZh, String altEn, Model model) {
        List<Image> page = images.page(before, SHOWN + 1);
        model.addAttribute("images", page.stream().limit(SHOWN).toList());
        model.addAttribute("used", images.used(page.stream().map(Image::id).toList()));
        model.addAttribute("before", before);
        model.addAttribute("older", page.size() > SHOWN ? page.get(SHOWN - 1).id() : null);
        model.addAttribute("refused", refused);
        model.addAttribute("altZh", altZh);
        model.addAttribute("altEn", altEn);
        return "images";
    }

    private static ResponseEntity<Map<String, Object>> json(int status, Map<String, Object> body) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }
}
