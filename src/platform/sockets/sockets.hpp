// The table of socket events. Domains add to it at start, as to the table of endpoints; the gateway serves by it.
//
//     void add_messages_sockets(sockets::Sockets& sockets, MessagesService& messages, sockets::Hub& hub) {
//         sockets.on<JoinConversation>([&](const Caller& me, sockets::Socket& socket, const JoinConversation& in) {
//             messages.require_participant(me, in.conversation_id);                     // or throws, as for an endpoint
//             socket.join(sockets::Room::conversation(in.conversation_id.view()));
//             return JoinConversationAck{in.conversation_id};
//         });
//     }
//
// A handler runs in a fiber with a deadline of 25 s and may use the database as a service does. It returns nothing, or a
// struct whose members join `{"ok": true, …}` of the ack. What it throws becomes `{"ok": false, error, detail, status}`, or
// the event `error` when no ack was asked for. Guests never reach it unless its event says so; then `me` is anonymous.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/api.hpp"
#include "platform/api/bind.hpp"
#include "platform/api/caller.hpp"
#include "platform/sockets/event.hpp"
#include "platform/sockets/socket.hpp"
#include "platform/wire/json_in.hpp"

namespace grover::sockets {

struct Handler {
    EventInfo event;
    std::size_t index = 0;
    // Binds, calls, and returns the ack. Throws what the handler throws, 422 and 400 for what does not fit.
    std::function<std::string(const Caller&, Socket&, wire::JsonView)> run;
};

class Sockets {
public:
    template <Incoming E, class F>
    void on(F handler);

    // After an authenticated socket was told `ready`, and after its rooms are gone. In a fiber of its thread.
    using Passage = std::function<void(const Caller&, Socket&)>;
    void on_connect(Passage f) { connected_.push_back(std::move(f)); }
    void on_disconnect(Passage f) { disconnected_.push_back(std::move(f)); }

    const Handler* find(std::string_view name) const;
    const std::vector<std::unique_ptr<Handler>>& handlers() const { return handlers_; }
    const std::vector<Passage>& connected() const { return connected_; }
    const std::vector<Passage>& disconnected() const { return disconnected_; }

private:
    void add(Handler handler);

    std::vector<std::unique_ptr<Handler>> handlers_;  // by name
    std::vector<Passage> connected_;
    std::vector<Passage> disconnected_;
};

// The ack of a failure, and the payload of `error` (§6). `sent` is the client's payload: its client_message_id goes back.
std::string failed_ack(const Error& error);
std::string error_payload(const Error& error, std::string_view event, wire::JsonView sent);
// §6's word for it: "not_found", "invalid", "too_long", …
std::string_view ack_code(const Error& error);

namespace detail {

// The fields of E with their second spelling, made once.
template <class Struct, class M>
struct Spelled {
    wire::Field<Struct, M> field;
    std::string camel;
};

template <class Struct, class M>
Spelled<Struct, M> spelled(const wire::Field<Struct, M>& field) {
    Spelled<Struct, M> out{field, {}};
    out.field.rules.where = wire::in_body;
    append_camel_case(out.camel, field.name);
    return out;
}

inline void also_camel(wire::FieldRules& rules, std::string_view name, const std::string& camel) {
    if (camel == name) return;
    for (auto& alias : rules.also) {
        if (!alias.empty()) continue;
        alias = camel;
        return;
    }
}

template <class E>
void bind(wire::JsonView sent, E& out) {
    static const auto spellings = unpack([](const auto&... f) { return Pack{spelled(f)...}; }, E::fields);
    api::Inputs inputs;
    inputs.object = sent;
    api::Problems problems;
    unpack(
        [&](const auto&... s) {
            [[maybe_unused]] auto one = [&](const auto& spelling) {
                auto field = spelling.field;
                also_camel(field.rules, field.name, spelling.camel);
                api::bind_field(inputs, field, out, problems);
            };
            (one(s), ...);
        },
        spellings);
    api::refuse_if_any(problems);
}

}  // namespace detail

template <Incoming E, class F>
void Sockets::on(F handler) {
    using Ack = std::invoke_result_t<F&, const Caller&, Socket&, E&>;
    add({.event = E::event,
         .run = [handler = std::move(handler)](const Caller& me, Socket& socket,
                                               wire::JsonView sent) mutable -> std::string {
             E in{};
             detail::bind(sent, in);
             std::string ack = "{\"ok\":true";
             if constexpr (std::is_void_v<Ack>) {
                 handler(me, socket, in);
             } else {
                 write_payload_members(ack, handler(me, socket, in));
             }
             ack += '}';
             return ack;
         }});
}

}  // namespace grover::sockets
