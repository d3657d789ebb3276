// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Tells Spring that a bean depends on the group of the background work, since its methods run as tasks of the group. So
 * {@link StopOrder} finds the beans that these tasks need.
 */
final class TaskIssuers {

    private final ConfigurableListableBeanFactory beans;
    private final String group;

    TaskIssuers(ConfigurableListableBeanFactory beans, String group) {
        this.beans = beans;
        this.group = group;
    }

    void add(String bean) {
        if (beans.containsBeanDefinition(bean)) {
            beans.registerDependentBean(group, bean);
        }
    }
}
