// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivetracker.group.TaskGroup;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Runs the Spring Boot application of the guide, on a free port. */
@ResourceLock(Resources.SYSTEM_OUT)
class SpringProgramTest {

    private static final String[] ARGUMENTS = {"--server.port=0", "--spring.main.banner-mode=off"};

    private final CompiledPage page = compiled("getting-started/spring-boot.md");

    private static CompiledPage compiled(String name) {
        return new CompiledPage(Page.all().stream()
                .filter(page -> page.name().equals(name))
                .findFirst()
                .orElseThrow());
    }

    @Test
    void theProgramShipsAllOrdersBeforeItStops() throws Exception {
        Fence program = page.page.fences().stream()
                .filter(fence -> fence.code().contains("@SpringBootApplication"))
                .findFirst()
                .orElseThrow();
        try (ProgramStreams streams = new ProgramStreams();
                ProgramStreams.Output output = streams.collect("shop.Shop");
                URLClassLoader loader = loader()) {
            inContext(
                    loader,
                    () -> loader.loadClass("shop.Shop")
                            .getMethod("main", String[].class)
                            .invoke(null, (Object) ARGUMENTS));

            List<String> expected = page.page.outputOf(program).orElseThrow().text();
            assertThat(OutputComparison.differences(
                            expected, output.out().lines().toList()))
                    .isEmpty();
        }
    }

    @Test
    void theControllerStartsATaskOrAnswers503() throws Exception {
        try (URLClassLoader loader = loader()) {
            inContext(loader, () -> {
                try (ConfigurableApplicationContext shop =
                        SpringApplication.run(loader.loadClass("shop.Shop"), ARGUMENTS)) {
                    TaskGroup tasks = shop.getBean(TaskGroup.class);
                    assertThat(order(shop).statusCode()).isEqualTo(202);
                    assertThat(tasks.runningTasks())
                            .anyMatch(task -> task.name().equals("ship order 17"));

                    tasks.close();

                    HttpResponse<Void> refused = order(shop);
                    assertThat(refused.statusCode()).isEqualTo(503);
                    assertThat(refused.headers().firstValue("Retry-After")).contains("5");
                }
                return null;
            });
        }
    }

    private static HttpResponse<Void> order(ApplicationContext shop) throws Exception {
        String port = shop.getEnvironment().getProperty("local.server.port");
        URI uri = URI.create("http://localhost:" + port + "/orders/17");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
    }

    private interface Body {
        Object run() throws Exception;
    }

    private static void inContext(ClassLoader loader, Body body) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            assertThat(body.run()).isNull();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private URLClassLoader loader() throws MalformedURLException {
        URL[] urls = {page.classes.toUri().toURL()};
        return new URLClassLoader(urls, SpringProgramTest.class.getClassLoader());
    }
}
