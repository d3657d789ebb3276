// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.restarts;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.reactivetracker.recorder.TaskRecorder;
import io.reactivetracker.redis.RedisRecordStore;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

/** A server of the shop. Several of them share the records and the ledger in one Redis. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(Shop.class)
public class ShopServer {

    private static final Logger LOG = LoggerFactory.getLogger(ShopServer.class);

    /** Called by Spring. */
    public ShopServer() {}

    /**
     * Starts a server.
     *
     * @param arguments the arguments of Spring Boot
     */
    public static void main(String[] arguments) {
        SpringApplication.run(ShopServer.class, arguments);
    }

    @Bean(destroyMethod = "shutdown")
    RedisClient redis(@Value("${shop.redis}") String uri) {
        return RedisClient.create(uri);
    }

    @Bean(destroyMethod = "close")
    Ledger ledger(RedisClient redis) {
        return new Ledger(redis.connect());
    }

    @Bean(destroyMethod = "close")
    StatefulRedisConnection<byte[], byte[]> records(RedisClient redis) {
        return redis.connect(ByteArrayCodec.INSTANCE);
    }

    @Bean
    TaskRecorder<String> payments(StatefulRedisConnection<byte[], byte[]> records) {
        return TaskRecorder.create(RedisRecordStore.builder("payments", records)
                .lease(Duration.ofSeconds(30))
                .build());
    }

    @EventListener
    void tellThePort(ReactiveWebServerInitializedEvent event) {
        LOG.info("shop on port {}", event.getWebServer().getPort());
    }
}
