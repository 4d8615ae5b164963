package io.flashsale.backend.stock;

/** What must be in Redis before anything is sold there. Called in the rebuild, each time; cheap when there is nothing to do. */
public interface BeforeGrant {

    void prepare();
}
