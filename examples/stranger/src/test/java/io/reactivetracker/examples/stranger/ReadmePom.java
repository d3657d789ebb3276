// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.stranger;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Makes a complete POM of the coordinates that the README shows, for all of its programs. As with the parent POM of
 * Spring Boot, classes keep the names of parameters.
 */
final class ReadmePom {

    private static final String BOOT = """
            <dependency>
              <groupId>org.springframework.boot</groupId>
              <artifactId>spring-boot-dependencies</artifactId>
              <version>%s</version>
              <type>pom</type>
              <scope>import</scope>
            </dependency>
            """.formatted(System.getProperty("stranger.spring-boot"));

    private static final String OTHER_PROGRAMS = """
            <dependency>
              <groupId>io.reactivetracker</groupId>
              <artifactId>tracker-rxjava</artifactId>
            </dependency>
            <dependency>
              <groupId>io.reactivetracker</groupId>
              <artifactId>tracker-spring-boot-starter</artifactId>
            </dependency>
            <dependency>
              <groupId>org.springframework.boot</groupId>
              <artifactId>spring-boot-starter-webmvc</artifactId>
            </dependency>
            """;

    private ReadmePom() {}

    static String of(Page readme) {
        String coordinates = readme.fence("xml", "tracker-bom");
        int managedEnd = coordinates.indexOf("</dependencies>");
        int end = coordinates.lastIndexOf("</dependencies>");
        assertThat(managedEnd).as("coordinates: the BOM, and then a dependency").isBetween(1, end - 1);
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>shop</groupId>
                  <artifactId>shop</artifactId>
                  <version>1</version>
                  <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <maven.compiler.parameters>true</maven.compiler.parameters>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                  </properties>
                """
                + coordinates.substring(0, managedEnd)
                + BOOT
                + coordinates.substring(managedEnd, end)
                + OTHER_PROGRAMS
                + coordinates.substring(end)
                + "</project>\n";
    }
}
