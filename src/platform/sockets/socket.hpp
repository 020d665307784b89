// One connection, as the handlers of its events see it.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "platform/sockets/event.hpp"
#include "platform/sockets/room.hpp"

namespace grover::sockets {

// Used on the socket's own thread: in its handlers and in what it runs later. A socket that closed meanwhile does
// nothing. Events of one socket are handled one after the other, in the order received.
class Socket {
public:
    virtual ~Socket() = default;

    // The id in CONNECT's answer, and in X-Socket-Id; a secret of its client.
    virtual std::string_view id() const = 0;

    // Throws 429 when the socket is in too many of that kind (§5). Joining twice is joining once.
    virtual void join(const Room& room) = 0;
    virtual void leave(const Room& room) = 0;
    // `check` throws when the client may not be in the room. It runs before joining and again behind it: the right may end
    // between the first look and the moment from which remove() finds this socket.
    template <class F>
    void join_if(const Room& room, F&& check) {
        check();
        if (is_in(room)) return;
        join(room);
        try {
            check();
        } catch (...) {
            leave(room);
            throw;
        }
    }
    virtual bool is_in(const Room& room) const = 0;

    // To this socket alone.
    template <Outgoing E>
    void emit(const E& event) {
        emit_json(E::name, payload_of(event));
    }
    virtual void emit_json(std::string_view name, std::string payload) = 0;

    // True for the first call with this key in each interval: what is relayed once a second.
    virtual bool first_in(std::string_view key, std::chrono::milliseconds interval) = 0;

    // Runs `f` in a fiber after `delay`, or when the socket closes, whichever is first: what ends by itself. A newer one
    // with the same key takes the place of an older one, which never runs. At most 64 keys; 429 beyond.
    virtual void later(std::string_view key, std::chrono::milliseconds delay, std::function<void()> f) = 0;
    // Runs what waits under the key now, if anything does, and waits for it.
    virtual void finish(std::string_view key) = 0;
    // Forgets it.
    virtual void cancel(std::string_view key) = 0;
    virtual bool waits(std::string_view key) const = 0;
};

}  // namespace grover::sockets
