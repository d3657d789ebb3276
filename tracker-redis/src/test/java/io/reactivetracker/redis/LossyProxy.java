// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy between a client and a server. On request it drops the next answer and the connection, or leads new
 * connections to another server, as an address that moves after a failover.
 */
final class LossyProxy implements AutoCloseable {

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger toDrop = new AtomicInteger();
    private final AtomicInteger dropped = new AtomicInteger();
    private final boolean resets;
    private volatile int server;

    /**
     * Starts to listen.
     *
     * @param server the port of the server
     * @param resets true to reset connections, as a server does that has not read all input; false to close them
     */
    LossyProxy(int server, boolean resets) throws IOException {
        this.server = server;
        this.resets = resets;
        run(this::accept);
    }

    String uri() {
        return "redis://127.0.0.1:" + listening.getLocalPort();
    }

    /** Leads new connections to another server. */
    void leadTo(int another) {
        server = another;
    }

    void dropNextAnswer() {
        toDrop.incrementAndGet();
    }

    int dropped() {
        return dropped.get();
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void run(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                // The connection has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listening.accept();
            try {
                Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
                open.add(client);
                open.add(there);
                run(() -> copy(client, there, false));
                run(() -> copy(there, client, true));
            } catch (IOException nobodyThere) {
                client.close();
            }
        }
    }

    private void copy(Socket from, Socket to, boolean isAnswer) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[65_536];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (isAnswer && toDrop.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    dropped.incrementAndGet();
                    if (resets) {
                        to.setSoLinger(true, 0);
                    }
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
