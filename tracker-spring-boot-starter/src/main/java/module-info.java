// SPDX-License-Identifier: Apache-2.0
/** Spring Boot auto-configuration that drains an application's background work before the application stops. */
module io.reactivetracker.spring {
    requires transitive io.reactivetracker;
    requires transitive io.reactivetracker.reactor;
    requires org.apache.commons.logging;
    requires spring.aop;
    requires spring.beans;
    requires spring.boot;
    requires spring.boot.autoconfigure;
    requires spring.context;
    requires spring.core;
    requires static jakarta.servlet;
    requires static io.reactivetracker.micrometer;
    requires static io.reactivetracker.recorder;
    requires static micrometer.core;
    requires static micrometer.observation;
    requires static spring.boot.actuator;
    requires static spring.boot.actuator.autoconfigure;
    requires static spring.boot.health;
    requires static spring.web;
    requires static spring.webflux;
    requires static spring.webmvc;
    requires static transitive org.jspecify;

    exports io.reactivetracker.spring;

    opens io.reactivetracker.spring;
}
