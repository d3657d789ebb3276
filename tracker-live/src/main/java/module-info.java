// SPDX-License-Identifier: Apache-2.0
/** A page under the actuator of a Spring Boot application that shows its running tasks and its drain. */
module io.reactivetracker.live {
    requires transitive io.reactivetracker.spring;
    requires spring.beans;
    requires spring.boot.actuator;
    requires spring.boot.actuator.autoconfigure;
    requires spring.boot.autoconfigure;
    requires spring.context;
    requires spring.core;
    requires static transitive org.jspecify;

    exports io.reactivetracker.live;

    opens io.reactivetracker.live;
}
