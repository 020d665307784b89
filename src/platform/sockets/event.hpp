// How socket events describe themselves (contract/realtime.md §6).
//
// From clients: a struct with `fields`, as for an endpoint, and a static `event`.
//
//     struct JoinConversation {
//         ConversationId conversation_id;
//         static constexpr sockets::EventInfo event{.name = "join_conversation", .limit = sockets::per_minute(60)};
//         static constexpr auto fields = Pack{field("conversation_id", &JoinConversation::conversation_id)};
//     };
//
// Every name with an underscore is also found in camel case (conversationId); the first of both wins. Ids, lengths,
// ranges and aliases are checked as they are over HTTP. What a client says of users ("user_id", "sender_id") has no field:
// the handler gets the Caller.
//
// To clients: a struct with `fields` and a static `name`.
//
//     struct UserTyping {
//         UserId user_id;
//         static constexpr std::string_view name = "user_typing";
//         static constexpr auto fields = Pack{field("user_id", &UserTyping::user_id)};
//     };
//
// Members whose name ends in "_id" or "_at" are written in camel case too ("user_id" and "userId").
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "platform/wire/fields.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::sockets {

// So many at once, and as many again in each period. None: the bounds of the socket alone (20/s).
struct Rate {
    int count = 0;
    std::chrono::milliseconds period{0};
};
constexpr Rate per_second(int count) { return {count, std::chrono::seconds{1}}; }
constexpr Rate per_minute(int count) { return {count, std::chrono::minutes{1}}; }

struct EventInfo {
    std::string_view name;
    Rate limit{};         // per socket
    bool guests = false;  // whether sockets that prove no user may send it; the Caller is then anonymous
};

// What a client may send, and what this server sends.
template <class E>
concept Incoming = wire::Described<E> && requires {
    { E::event } -> std::convertible_to<EventInfo>;
};
template <class E>
concept Outgoing = wire::Described<E> && requires {
    { E::name } -> std::convertible_to<std::string_view>;
};

// "stream_id" to "streamId".
void append_camel_case(std::string& out, std::string_view name);

namespace detail {
inline bool has_two_spellings(std::string_view name) {
    return name.ends_with("_id") || name.ends_with("_at");
}
}  // namespace detail

// The members of a payload without its braces. `out` ends in what stands before them: at least "{".
template <wire::Described T>
void write_payload_members(std::string& out, const T& value) {
    unpack(
        [&](const auto&... f) {
            [[maybe_unused]] auto one = [&](const auto& described) {
                const auto& member = value.*described.member;
                if constexpr (wire::is_optional<std::remove_cvref_t<decltype(member)>>) {
                    if (described.rules.absent_when_null && !member) return;
                }
                wire::append_key(out, described.name);
                const auto start = out.size();
                wire::write(out, member);
                const auto size = out.size() - start;
                for (const auto copy : described.rules.also) {
                    if (copy.empty()) break;
                    wire::append_key(out, copy);
                    out.append(out, start, size);
                }
                if (!detail::has_two_spellings(described.name)) return;
                out += ",\"";
                append_camel_case(out, described.name);
                out += "\":";
                out.append(out, start, size);
            };
            (one(f), ...);
        },
        T::fields);
}

template <wire::Described T>
std::string payload_of(const T& value) {
    std::string out = "{";
    write_payload_members(out, value);
    out += '}';
    return out;
}

}  // namespace grover::sockets
