package io.flashsale.backend.stock;

import io.flashsale.backend.background.Loop;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Compares the catalogue with MySQL every second. Changes made by effects and rebuilds do not wait for it. */
@Component
final class CatalogueKeeper extends Loop {

    private final Catalogue catalogue;

    CatalogueKeeper(Catalogue catalogue) {
        super("catalogue-keeper", Duration.ofSeconds(1));
        this.catalogue = catalogue;
    }

    @Override
    protected void run() {
        catalogue.refresh();
    }
}
