// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import static io.reactivetracker.reactor.ReactorTracking.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.TaskHandle;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.server.reactive.HttpHandler;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A real web server stops while it serves a request; the request starts a task that needs other beans. */
class ShutdownOrderTest {

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> requestArrived = new CompletableFuture<>();
    private final CompletableFuture<Void> requestMayEnd = new CompletableFuture<>();
    private final Sinks.Empty<Void> taskMayEnd = Sinks.empty();
    private volatile int port;

    @ParameterizedTest
    @EnumSource
    void tasksAreWaitedForAfterTheWebServerAndBeforeWhatTheyNeed(Server server) throws Exception {
        TaskGroup group = stopWhileServing(server, server.context());
        assertThat(events)
                .containsExactly(
                        "listener stopped",
                        "request started a task",
                        "after the web server: refuses, group open",
                        "task used the pool: running, and the store: open",
                        "pool stopped",
                        "store destroyed");
        assertThat(group.counts().succeeded()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aBeanThatTasksNeedAndThatIsToStopBeforeTheWebServerWaitsForBoth(Server server) throws Exception {
        GenericApplicationContext context = server.context();
        context.registerBean(
                "client",
                Recorder.class,
                () -> new Recorder(events, SmartLifecycle.DEFAULT_PHASE, () -> "client stopped"));
        context.registerBean(
                "orders",
                Orders.class,
                () -> new Orders(context.getBean(TaskGroup.class), context.getBean("client", Recorder.class)));
        // As dependency injection does.
        context.getDefaultListableBeanFactory().registerDependentBean("client", "orders");
        context.getDefaultListableBeanFactory().registerDependentBean("taskGroup", "orders");
        TaskGroup group = stopWhileServing(server, context);
        assertThat(events)
                .containsSubsequence(
                        "request started a task",
                        "task used the pool: running, and the store: open",
                        "client stopped",
                        "after the web server: refuses, group closed",
                        "pool stopped",
                        "store destroyed");
        assertThat(group.counts().succeeded()).isEqualTo(1);
    }

    private TaskGroup stopWhileServing(Server server, GenericApplicationContext context) throws Exception {
        context.registerBean(ShutdownOrderTest.class, () -> this);
        server.register(context);
        context.refresh();
        TaskGroup group = context.getBean(TaskGroup.class);
        port = Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer())
                .getPort();

        CompletableFuture<Integer> answer = HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .thenApply(HttpResponse::statusCode);
        requestArrived.get();
        CompletableFuture<Void> closed =
                CompletableFuture.runAsync(context::close, ShutdownOrderTest::runInAThreadOfItsOwn);
        await().until(() -> !isServing(context));
        assertThat(group.isClosed()).as("while a request is served").isFalse();
        requestMayEnd.complete(null);
        if (server == Server.NETTY) {
            // Tomcat may count an asynchronous request as ended, and stop, shortly before it sends the answer.
            assertThat(answer.get()).isEqualTo(202);
        }
        await().until(group::isClosed);
        taskMayEnd.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        closed.get();
        return group;
    }

    /** Returns true until the web server has been told to end its requests. */
    private static boolean isServing(GenericApplicationContext context) {
        return ((SmartLifecycle) Objects.requireNonNull(context.getBeanFactory().getSingleton(WebServerRequests.BEAN)))
                .isRunning();
    }

    record Orders(TaskGroup group, Recorder client) {}

    @Test
    void thePhaseIsTheFirstBelowThoseOfTheWebServer() {
        assertThat(DrainLifecycle.PHASE_OF_WEB_SERVER)
                .isEqualTo(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE);
        assertThat(DrainLifecycle.DEFAULT_PHASE_OF_DRAIN)
                .isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
                .isEqualTo(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE
                        - (WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE
                                - WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE));
    }

    private void startTask(ConfigurableApplicationContext context) {
        Store store = context.getBean(Store.class);
        Recorder pool = context.getBean("pool", Recorder.class);
        TaskHandle<?> unused = spawn(
                context.getBean(TaskGroup.class),
                taskMayEnd
                        .asMono()
                        .then(Mono.fromRunnable(() -> events.add("task used the pool: "
                                + (pool.isRunning() ? "running" : "stopped")
                                + ", and the store: " + (store.isOpen ? "open" : "destroyed")))));
        events.add("request started a task");
    }

    /** Runs the action in its own thread: the common pool may have a single thread, which the HTTP client needs. */
    private static void runInAThreadOfItsOwn(Runnable action) {
        new Thread(action).start();
    }

    private String lookAtServer(TaskGroup group) {
        return "after the web server: " + (answers() ? "answers" : "refuses") + ", group "
                + (group.isClosed() ? "closed" : "open");
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    enum Server {
        NETTY {
            @Override
            GenericApplicationContext context() {
                return new AnnotationConfigReactiveWebServerApplicationContext();
            }

            @Override
            void register(GenericApplicationContext context) {
                ((AnnotationConfigReactiveWebServerApplicationContext) context).register(Beans.class, Netty.class);
            }
        },
        TOMCAT {
            @Override
            GenericApplicationContext context() {
                return new AnnotationConfigServletWebServerApplicationContext();
            }

            @Override
            void register(GenericApplicationContext context) {
                ((AnnotationConfigServletWebServerApplicationContext) context).register(Beans.class, Tomcat.class);
            }
        };

        abstract GenericApplicationContext context();

        abstract void register(GenericApplicationContext context);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({LifecycleAutoConfiguration.class, ReactiveTrackerAutoConfiguration.class})
    static class Beans {

        @Bean
        Store store(ShutdownOrderTest test) {
            return new Store(test.events);
        }

        /** A connection pool, in Spring's lowest phases. */
        @Bean
        Recorder pool(ShutdownOrderTest test) {
            return new Recorder(test.events, 0, () -> "pool stopped");
        }

        @Bean
        Recorder afterTheServer(ShutdownOrderTest test, TaskGroup group) {
            return new Recorder(
                    test.events,
                    WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1,
                    () -> test.lookAtServer(group));
        }

        /** A listener to a message broker, in Spring's default phase. It brings in work. */
        @Bean
        Recorder listener(ShutdownOrderTest test) {
            return new Recorder(test.events, SmartLifecycle.DEFAULT_PHASE, () -> "listener stopped");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Netty {

        @Bean
        NettyReactiveWebServerFactory factory() {
            NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory(0);
            factory.setAddress(InetAddress.getLoopbackAddress());
            factory.setShutdown(Shutdown.GRACEFUL);
            return factory;
        }

        @Bean
        HttpHandler handler(ShutdownOrderTest test, ConfigurableApplicationContext context) {
            return (request, response) -> {
                test.requestArrived.complete(null);
                return Mono.fromFuture(test.requestMayEnd, true).then(Mono.defer(() -> {
                    test.startTask(context);
                    response.setRawStatusCode(202);
                    return response.setComplete();
                }));
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Tomcat {

        @Bean
        TomcatServletWebServerFactory factory() {
            TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
            factory.setAddress(InetAddress.getLoopbackAddress());
            factory.setShutdown(Shutdown.GRACEFUL);
            return factory;
        }

        @Bean
        HttpServlet servlet(ShutdownOrderTest test, ConfigurableApplicationContext context) {
            return new HttpServlet() {
                @Override
                protected void doGet(HttpServletRequest request, HttpServletResponse response) {
                    test.requestArrived.complete(null);
                    test.requestMayEnd.join();
                    test.startTask(context);
                    response.setStatus(202);
                }
            };
        }
    }

    /** A bean that tasks need. It has no phase, so it is destroyed after all lifecycles have stopped. */
    static final class Store implements DisposableBean {

        private final List<String> events;
        private volatile boolean isOpen = true;

        Store(List<String> events) {
            this.events = events;
        }

        @Override
        public void destroy() {
            isOpen = false;
            events.add("store destroyed");
        }
    }
}
