package io.flashsale.backend.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flashsale.backend.BackendProcess;
import io.flashsale.backend.World;
import io.flashsale.backend.config.Settings;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.json.JsonMapper;

/** Of several backends that write the catalogue, none undoes what another has written. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CatalogueIT {

    private World world;
    private BackendProcess backend;

    @BeforeAll
    void start() {
        world = new World();
        backend = world.start();
        backend.awaitReady();
        world.awaitSelling(world.publish("C-FIRST", 10));
    }

    @AfterAll
    void stop() {
        world.close();
    }

    /** Another backend's catalogue, one of whose reads of MySQL is held back after it was answered. */
    private final class Late {

        private final CountDownLatch read = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final Catalogue catalogue;

        /** @param number of the read that is held back; what runs before the one before it, which finds nothing on sale */
        private Late(int number, Runnable before) {
            ItemMapper items = backend.bean(ItemMapper.class);
            var reads = new AtomicInteger();
            var late = (ItemMapper) Proxy.newProxyInstance(
                    ItemMapper.class.getClassLoader(),
                    new Class<?>[] {ItemMapper.class},
                    (proxy, method, arguments) -> {
                        assertThat(method.getName()).isEqualTo("newest");
                        int nth = reads.incrementAndGet();
                        if (nth < number) {
                            before.run();
                            return List.of();
                        }
                        var answer = items.newest((Long) arguments[0]);
                        if (nth == number) {
                            read.countDown();
                            assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
                        }
                        return answer;
                    });
            catalogue = new Catalogue(
                    late,
                    backend.bean(RedisLink.class),
                    backend.bean(JsonMapper.class),
                    Clock.systemUTC(),
                    backend.bean(Settings.class));
        }

        private void refreshWhile(Runnable change) throws Exception {
            var refreshed = CompletableFuture.runAsync(catalogue::refresh);
            assertThat(read.await(30, TimeUnit.SECONDS)).isTrue();
            change.run();
            goOn.countDown();
            refreshed.get(30, TimeUnit.SECONDS);
        }
    }

    private void awaitEntry(String sku, String part) {
        Awaitility.await("the other backend has it in the catalogue")
                .atMost(10, TimeUnit.SECONDS)
                .until(() -> entry(sku).contains(part));
    }

    private String entry(String sku) {
        String entry = world.edge().hget(Catalogue.KEY, sku);
        return entry == null ? "none" : entry;
    }

    @Test
    void one_that_read_mysql_before_an_item_was_published_does_not_take_it_away_again() throws Exception {
        new Late(1, () -> {}).refreshWhile(() -> {
            world.publish("C-SECOND", 10);
            awaitEntry("C-SECOND", "C-SECOND");
        });
        assertThat(entry("C-SECOND")).contains("C-SECOND");
    }

    @Test
    void one_that_is_about_to_write_does_not_write_over_what_another_has_written_meanwhile() throws Exception {
        Runnable spoil = () -> world.edge().hset(Catalogue.KEY, "C-FIRST", "{}"); // so that there is something to write
        new Late(2, spoil).refreshWhile(() -> {
            awaitEntry("C-FIRST", "sku");
            world.sql("UPDATE promo_item SET name = 'renamed' WHERE sku = 'C-FIRST'");
            awaitEntry("C-FIRST", "renamed");
        });
        assertThat(entry("C-FIRST")).contains("renamed");
    }

    @Test
    void how_often_one_may_ask_of_a_promo_is_in_it_within_a_second_and_goes_with_its_row() {
        assertThat(entry("C-FIRST")).doesNotContain("bucket");
        world.sql("INSERT INTO promo_bucket (promo_id, account, sku)"
                + " SELECT promo_id, '0.5:3', NULL FROM promo_item WHERE sku = 'C-FIRST'");
        Awaitility.await().atMost(2, TimeUnit.SECONDS).untilAsserted(() -> assertThat(entry("C-FIRST"))
                .contains("\"bucketAccount\":\"0.5:3\"")
                .doesNotContain("bucketSku"));
        world.sql("DELETE FROM promo_bucket");
        Awaitility.await().atMost(2, TimeUnit.SECONDS).untilAsserted(() -> assertThat(entry("C-FIRST"))
                .doesNotContain("bucket"));
    }

    @Test
    void one_whose_connection_breaks_before_it_writes_writes_nothing() {
        Runnable spoil = () -> world.edge().hset(Catalogue.KEY, "C-FIRST", "{}");
        assertThatThrownBy(() -> new Late(2, spoil).refreshWhile(() -> {
                    awaitEntry("C-FIRST", "sku");
                    world.edge().clientKill(KillArgs.Builder.user("backend"));
                    world.sql("UPDATE promo_item SET name = 'renamed again' WHERE sku = 'C-FIRST'");
                    awaitEntry("C-FIRST", "renamed again");
                }))
                .hasCauseInstanceOf(RedisException.class);
        assertThat(entry("C-FIRST")).contains("renamed again");
    }
}
