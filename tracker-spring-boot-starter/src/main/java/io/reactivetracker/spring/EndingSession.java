// SPDX-License-Identifier: Apache-2.0
package io.reactivetracker.spring;

import java.util.Map;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A WebSocket session that receives nothing more once the shutdown begins.
 *
 * <p>Messages that are sent end at the same time, unless they are made from received ones: those end by themselves,
 * when the replies to all received messages are sent. A pipeline that sends marks its {@code Context}, and one that
 * receives finds the mark if it is upstream of it.
 */
final class EndingSession implements WebSocketSession {

    private final WebSocketSession session;
    private final OpenStreams streams;

    EndingSession(WebSocketSession session, OpenStreams streams) {
        this.session = session;
        this.streams = streams;
    }

    @Override
    public Flux<WebSocketMessage> receive() {
        return Flux.deferContextual(context -> {
            context.<Sending>getOrEmpty(this).ifPresent(sending -> sending.isMadeFromReceived = true);
            Flux<WebSocketMessage> open = session.receive()
                    .transform(Operators.<WebSocketMessage, WebSocketMessage>lift(
                            (scannable, actual) -> new OpenReceiver(actual, streams)));
            return streams.untilTheEnd(open);
        });
    }

    @Override
    public Mono<Void> send(Publisher<WebSocketMessage> messages) {
        return session.send(Flux.defer(() -> {
            Sending sending = new Sending();
            Mono<Void> end = streams.untilTheEnd(Mono.<Void>never())
                    .then(Mono.defer(() -> sending.isMadeFromReceived ? Mono.never() : Mono.empty()));
            return Flux.from(messages).contextWrite(Context.of(this, sending)).takeUntilOther(end);
        }));
    }

    @Override
    public String getId() {
        return session.getId();
    }

    @Override
    public HandshakeInfo getHandshakeInfo() {
        return session.getHandshakeInfo();
    }

    @Override
    public DataBufferFactory bufferFactory() {
        return session.bufferFactory();
    }

    @Override
    public Map<String, Object> getAttributes() {
        return session.getAttributes();
    }

    @Override
    public boolean isOpen() {
        return session.isOpen();
    }

    @Override
    public Mono<Void> close(CloseStatus status) {
        return session.close(status);
    }

    @Override
    public Mono<CloseStatus> closeStatus() {
        return session.closeStatus();
    }

    @Override
    public WebSocketMessage textMessage(String payload) {
        return session.textMessage(payload);
    }

    @Override
    public WebSocketMessage binaryMessage(Function<DataBufferFactory, DataBuffer> payloadFactory) {
        return session.binaryMessage(payloadFactory);
    }

    @Override
    public WebSocketMessage pingMessage(Function<DataBufferFactory, DataBuffer> payloadFactory) {
        return session.pingMessage(payloadFactory);
    }

    @Override
    public WebSocketMessage pongMessage(Function<DataBufferFactory, DataBuffer> payloadFactory) {
        return session.pongMessage(payloadFactory);
    }

    /** The mark of a pipeline that sends. */
    private static final class Sending {

        private volatile boolean isMadeFromReceived;
    }

    /**
     * Keeps the connection open when the shutdown ends the receiver: Reactor Netty closes it when the receiver cancels,
     * before replies are sent. Messages that still arrive are released.
     */
    private static final class OpenReceiver implements CoreSubscriber<WebSocketMessage>, Subscription {

        private final CoreSubscriber<? super WebSocketMessage> actual;
        private final OpenStreams streams;
        private volatile boolean isDraining;
        private Subscription upstream = Operators.emptySubscription();

        OpenReceiver(CoreSubscriber<? super WebSocketMessage> actual, OpenStreams streams) {
            this.actual = actual;
            this.streams = streams;
        }

        @Override
        public void onSubscribe(Subscription s) {
            upstream = s;
            actual.onSubscribe(this);
        }

        @Override
        public void onNext(WebSocketMessage message) {
            if (isDraining) {
                message.release();
            } else {
                actual.onNext(message);
            }
        }

        @Override
        public void onError(Throwable error) {
            if (!isDraining) {
                actual.onError(error);
            }
        }

        @Override
        public void onComplete() {
            if (!isDraining) {
                actual.onComplete();
            }
        }

        @Override
        public void request(long n) {
            upstream.request(n);
        }

        @Override
        public void cancel() {
            if (streams.areEnding()) {
                isDraining = true;
                upstream.request(Long.MAX_VALUE);
            } else {
                upstream.cancel();
            }
        }

        @Override
        public Context currentContext() {
            return actual.currentContext();
        }
    }
}
