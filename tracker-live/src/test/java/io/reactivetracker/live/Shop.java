// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.live;

import static org.springframework.security.config.Customizer.withDefaults;

import io.reactivetracker.TaskOptions;
import io.reactivetracker.TaskTimer;
import io.reactivetracker.TaskTracker;
import io.reactivetracker.group.TaskGroup;
import io.reactivetracker.reactor.ReactorTracking;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A web application in this process, whose tasks end when they are told to. */
final class Shop implements AutoCloseable {

    static final String OWN_MANAGEMENT_PORT = "--management.server.port=0";

    /** Between the phase in which the web server ends its requests and that in which the management's server stops. */
    static final String DRAIN_BEFORE_MANAGEMENT = "--reactive-tracker.shutdown.phase=" + Shop.PHASE_OF_DRAIN;

    private static final int PHASE_OF_DRAIN = 2147482367;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final ConfigurableApplicationContext context;
    private final Collection<CompletableFuture<Object>> tasks = new ConcurrentLinkedQueue<>();

    private Shop(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts an application that anyone may look at. */
    static Shop start(WebApplicationType type, String... arguments) {
        return start(type, Open.class, arguments);
    }

    static Shop start(WebApplicationType type, Class<?> access, String... arguments) {
        return new Shop(new SpringApplicationBuilder(Application.class, access)
                .web(type)
                .registerShutdownHook(false)
                .run(arguments));
    }

    TaskGroup group() {
        return context.getBean(TaskGroup.class);
    }

    /** Starts tasks that are named by their number, and run until {@link #endTasks()} or, if they are deaf, longer. */
    void work(TaskGroup group, String name, int number) {
        for (int task = 1; task <= number; task++) {
            work(group, number == 1 ? name : name + " " + task);
        }
    }

    private void work(TaskGroup group, String name) {
        CompletableFuture<Object> end = new CompletableFuture<>();
        tasks.add(end);
        CompletableFuture<Object> unused = group.submit(TaskOptions.named(name), task -> end);
    }

    /** Starts a task that takes some milliseconds once it runs. */
    void workFor(TaskGroup group, String name, ScheduledExecutorService timer, long millis) {
        CompletableFuture<Object> unused = group.submit(TaskOptions.named(name), task -> {
            CompletableFuture<Object> end = new CompletableFuture<>();
            ScheduledFuture<?> alarm = timer.schedule(() -> end.complete("done"), millis, TimeUnit.MILLISECONDS);
            return end.whenComplete((done, failure) -> alarm.cancel(false));
        });
    }

    void endTasks() {
        tasks.forEach(end -> end.complete("done"));
    }

    TaskTracker tracker() {
        return context.getBean(TaskTracker.class);
    }

    /** Advances the clock of an application that has {@link VirtualTime}. */
    void advance(Duration time) {
        context.getBean(VirtualTimeScheduler.class).advanceTimeBy(time);
    }

    /** Closes the application in a thread of its own, as SIGTERM does. */
    CompletableFuture<Void> stop() {
        return CompletableFuture.runAsync(context::close, task -> new Thread(task, "stop").start());
    }

    /** Returns the port of the actuator. */
    int managementPort() {
        String own = context.getEnvironment().getProperty("local.management.port");
        return Integer.parseInt(own == null ? context.getEnvironment().getRequiredProperty("local.server.port") : own);
    }

    int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    /** Returns the address of the page. */
    String page() {
        return "http://127.0.0.1:" + managementPort() + "/actuator/live";
    }

    HttpResponse<String> get(String path) throws Exception {
        return get(path, null);
    }

    /** Returns the response to a request with a user whose password is the name. */
    HttpResponse<String> get(String path, @Nullable String user) throws Exception {
        return CLIENT.send(request(managementPort(), path, user), HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> getLater(String path) {
        return CLIENT.sendAsync(request(managementPort(), path, null), HttpResponse.BodyHandlers.ofString());
    }

    static HttpRequest request(int port, String path, @Nullable String user) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        if (user != null) {
            String credentials =
                    Base64.getEncoder().encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8));
            request.header("Authorization", "Basic " + credentials);
        }
        return request.build();
    }

    /** Keeps both servers up once the shutdown has begun, until {@link #letServersStop()}. */
    void holdWebServer() {
        context.getBean("webServerHold", Hold.class).mayEnd = new CompletableFuture<>();
    }

    /** Keeps the actuator's own server up after the drain, until {@link #letServersStop()}. */
    void holdManagementServer() {
        context.getBean("managementServerHold", Hold.class).mayEnd = new CompletableFuture<>();
    }

    void letServersStop() {
        context.getBeansOfType(Hold.class).values().forEach(hold -> hold.mayEnd.complete(null));
    }

    @Override
    public void close() {
        endTasks();
        if (context.isActive()) {
            letServersStop();
        }
        context.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        TaskTracker imports() {
            return TaskTracker.create("imports");
        }

        @Bean
        Hold webServerHold() {
            return new Hold(SmartLifecycle.DEFAULT_PHASE - 512);
        }

        @Bean
        Hold managementServerHold() {
            return new Hold(PHASE_OF_DRAIN - 64);
        }
    }

    /** Holds the shutdown at its phase, if it is told to. */
    static final class Hold implements SmartLifecycle {

        private final int phase;
        private volatile CompletableFuture<Void> mayEnd = CompletableFuture.completedFuture(null);
        private volatile boolean isRunning;

        Hold(int phase) {
            this.phase = phase;
        }

        @Override
        public void start() {
            isRunning = true;
        }

        @Override
        public void stop() {
            mayEnd.join();
            isRunning = false;
        }

        @Override
        public boolean isRunning() {
            return isRunning;
        }

        @Override
        public int getPhase() {
            return phase;
        }
    }

    /** No access rules. */
    @Configuration(proxyBeanMethods = false)
    static class Open {

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        SecurityFilterChain servletRules(HttpSecurity http) {
            return http.authorizeHttpRequests(all -> all.anyRequest().permitAll())
                    .build();
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        SecurityWebFilterChain reactiveRules(ServerHttpSecurity http) {
            return http.authorizeExchange(all -> all.anyExchange().permitAll()).build();
        }
    }

    /** No access rules, and a clock that stands still until it is advanced. */
    @Configuration(proxyBeanMethods = false)
    static class VirtualTime extends Open {

        @Bean
        VirtualTimeScheduler clock() {
            return VirtualTimeScheduler.create();
        }

        @Bean
        TaskTimer timer(VirtualTimeScheduler clock) {
            return ReactorTracking.timer(clock);
        }
    }

    /** Users whose passwords are their names, of whom one may operate. */
    private static List<UserDetails> users() {
        List<UserDetails> users = new ArrayList<>();
        users.add(User.withUsername("operator")
                .password("{noop}operator")
                .roles("OPERATOR")
                .build());
        users.add(User.withUsername("clerk")
                .password("{noop}clerk")
                .roles("CLERK")
                .build());
        return users;
    }

    /** The usual rule: all endpoints need one role. */
    @Configuration(proxyBeanMethods = false)
    static class EndpointsNeedRole {

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        SecurityFilterChain servletRules(HttpSecurity http) {
            return http.authorizeHttpRequests(all -> all.requestMatchers(org.springframework.boot.security.autoconfigure
                                    .actuate.web.servlet.EndpointRequest.toAnyEndpoint())
                            .hasRole("OPERATOR")
                            .anyRequest()
                            .permitAll())
                    .httpBasic(withDefaults())
                    .build();
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        SecurityWebFilterChain reactiveRules(ServerHttpSecurity http) {
            return http.authorizeExchange(all -> all.matchers(EndpointRequest.toAnyEndpoint())
                            .hasRole("OPERATOR")
                            .anyExchange()
                            .permitAll())
                    .httpBasic(withDefaults())
                    .build();
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
        InMemoryUserDetailsManager servletUsers() {
            return new InMemoryUserDetailsManager(users());
        }

        @Bean
        @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
        MapReactiveUserDetailsService reactiveUsers() {
            return new MapReactiveUserDetailsService(users());
        }
    }

    /** A rule that names the endpoint of the tasks, and does not know the page. */
    @Configuration(proxyBeanMethods = false)
    static class OnlyTasksNeedRole {

        @Bean
        SecurityFilterChain servletRules(HttpSecurity http) {
            return http.authorizeHttpRequests(all -> all.requestMatchers(
                                    org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest
                                            .to("tasktrackers"))
                            .hasRole("OPERATOR")
                            .anyRequest()
                            .permitAll())
                    .httpBasic(withDefaults())
                    .build();
        }

        @Bean
        InMemoryUserDetailsManager servletUsers() {
            return new InMemoryUserDetailsManager(users());
        }
    }
}
