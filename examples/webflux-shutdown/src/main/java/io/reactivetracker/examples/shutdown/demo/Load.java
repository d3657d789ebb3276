// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.net.InetSocketAddress;

/** Orders, one after the other and by several customers at once, until the server takes none any more. */
@FunctionalInterface
interface Load {

    Answers run(InetSocketAddress server) throws Exception;
}
