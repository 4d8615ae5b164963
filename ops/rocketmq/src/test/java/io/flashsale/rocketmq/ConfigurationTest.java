package io.flashsale.rocketmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.namesrv.NamesrvConfig;
import org.apache.rocketmq.common.utils.ServiceProvider;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.store.ha.HAService;
import org.junit.jupiter.api.Test;

/** RocketMQ ignores a key it does not know without a word, so a misspelt or retired one has to be caught here. */
class ConfigurationTest {

    @Test
    void every_key_of_the_brokers_configuration_is_one_it_reads() throws IOException {
        assertThat(unknownKeys(
                        "broker.conf",
                        BrokerConfig.class,
                        MessageStoreConfig.class,
                        NettyServerConfig.class,
                        NettyClientConfig.class))
                .isEmpty();
    }

    @Test
    void every_key_of_the_name_servers_configuration_is_one_it_reads() throws IOException {
        assertThat(unknownKeys("namesrv.conf", NamesrvConfig.class, NettyServerConfig.class, NettyClientConfig.class))
                .isEmpty();
    }

    @Test
    void the_store_finds_the_replication_service_that_opens_no_port() {
        HAService found = ServiceProvider.loadClass(HAService.class);

        assertThat(found).isInstanceOf(SoloHAService.class);
    }

    private static Set<String> unknownKeys(String file, Class<?>... readers) throws IOException {
        Properties given = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of("conf", file))) {
            given.load(in);
        }
        assertThat(given).isNotEmpty();
        Set<String> known = Stream.of(readers)
                .flatMap(reader -> Arrays.stream(reader.getMethods()))
                .map(method -> method.getName())
                .filter(name -> name.startsWith("set"))
                .map(name -> Character.toLowerCase(name.charAt(3)) + name.substring(4))
                .collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>(given.stringPropertyNames());
        unknown.removeAll(known);
        return unknown;
    }
}
