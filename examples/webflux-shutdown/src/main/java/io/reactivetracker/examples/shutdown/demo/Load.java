// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import java.net.InetSocketAddress;

/** Sends orders until the server takes no more. */
@FunctionalInterface
interface Load {

    Answers run(InetSocketAddress server) throws Exception;
}
