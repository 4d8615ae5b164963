/**
 * Real servers for tests: Redis, MariaDB or MySQL, RocketMQ and S3 on free loopback ports, with their data in a temporary folder,
 * as child processes, or as containers by Testcontainers (see {@link io.flashsale.testkit.Containers}); and a proxy that breaks
 * the way to any of them.
 *
 * <pre>{@code
 * static final RealRedis redis = RealRedis.shared();          // one per JVM, started by the first who asks
 * static final RealMySql mySql = RealMySql.shared();
 * static final RealRocketMq rocketMq = RealRocketMq.shared(); // with topic flashsale-orders, 4 queues
 * static final String database = mySql.createMigratedDatabase();
 *
 * @DynamicPropertySource
 * static void servers(DynamicPropertyRegistry registry) {
 *     registry.add("spring.data.redis.port", redis::port);
 *     registry.add("spring.datasource.url", () -> mySql.jdbcUrl(database));
 *     registry.add("rocketmq.name-server", rocketMq::namesrvAddr);
 * }
 *
 * @BeforeEach
 * void emptyRedis() {
 *     redis.empty();
 * }
 * }</pre>
 *
 * <p>A test that kills or freezes a server should start its own ({@code RealRedis.start()}) and close it, or mend the
 * shared one before it ends. Every change of state ({@code start}, {@code restart}, {@code kill}, {@code freeze}, …)
 * returns when it has taken effect, and {@code restart} when the server answers again, on the same port. Signals do them to
 * a process, the engine's start, kill and pause to a container.
 *
 * <p>Nothing outlives the JVM, even if that is killed: see {@link io.flashsale.testkit.Reaper}. Where a program is
 * missing, the message names its Debian package. The system property {@code flashsale.root} (the checkout) is set by the
 * root pom; in an IDE it is found upward from the working directory. With {@code -Dflashsale.testkit.keep=true} data and
 * logs stay for a look.
 */
@NullMarked
package io.flashsale.testkit;

import org.jspecify.annotations.NullMarked;
