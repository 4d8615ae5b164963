package io.flashsale.cms.image;

import io.flashsale.cms.image.Picture.Crop;
import java.util.List;

/** Reads what takes the most, and prints a line for each. */
final class LargePictures {

    static final int HOW_MANY = 4;

    private LargePictures() {}

    public static void main(String[] arguments) {
        byte[] photo = Samples.plain(8_000, 6_000, "jpg");
        for (Crop crop : List.of(Crop.MIDDLE, new Crop(0.3, 0.3, 0.1), new Crop(0, 0, 0.47))) {
            System.out.println(Picture.render(photo, Kind.JPEG, crop).size());
        }
        byte[] screenshot = Samples.plain(2_559, 11_999, "png");
        System.out.println(Picture.render(screenshot, Kind.PNG, Crop.MIDDLE).size());
    }
}
