// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.examples.shutdown.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * A customer with one kept-alive connection. It uses a plain socket, since an HTTP client hides broken answers and
 * retries.
 */
final class Customer implements AutoCloseable {

    private static final int MAX_WAIT_MILLIS = 60_000;

    private final InetSocketAddress server;
    private @Nullable Socket connection;

    Customer(InetSocketAddress server) {
        this.server = server;
    }

    Answer order(String id) {
        Socket socket;
        try {
            socket = connection();
        } catch (IOException refused) {
            return Answer.NO_CONNECTION;
        }
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        try {
            String request = "POST /orders/" + id + " HTTP/1.1\r\nHost: "
                    + server.getAddress().getHostAddress() + ":" + server.getPort() + "\r\nContent-Length: 0\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return answer(new BufferedInputStream(socket.getInputStream()), received);
        } catch (IOException brokenOff) {
            close();
            return received.size() == 0 ? Answer.NONE : Answer.HALF;
        }
    }

    private Answer answer(InputStream input, ByteArrayOutputStream received) throws IOException {
        String head = head(input, received);
        int length = Integer.parseInt(field(head, "content-length"));
        if (input.readNBytes(length).length < length) {
            throw new IOException("the connection was closed within the body");
        }
        if (field(head, "connection").equals("close")) {
            close();
        }
        return switch (head.split(" ", 3)[1]) {
            case "202" -> Answer.ACCEPTED;
            case "503" -> Answer.UNAVAILABLE;
            default -> Answer.UNEXPECTED;
        };
    }

    private static String head(InputStream input, ByteArrayOutputStream received) throws IOException {
        while (!received.toString(US_ASCII).endsWith("\r\n\r\n")) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("the connection was closed within the head");
            }
            received.write(next);
        }
        return received.toString(US_ASCII);
    }

    /** Returns the value of a header field, or 0 if it is missing. */
    private static String field(String head, String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("0");
    }

    private Socket connection() throws IOException {
        if (connection == null) {
            Socket socket = new Socket();
            socket.connect(server, MAX_WAIT_MILLIS);
            socket.setSoTimeout(MAX_WAIT_MILLIS);
            connection = socket;
        }
        return connection;
    }

    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (IOException ignored) {
                // It is not used again.
            }
            connection = null;
        }
    }
}
