// The wire of presence (contract/realtime.md §8).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/api/route.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/sockets/event.hpp"
#include "platform/wire/fields.hpp"

namespace grover::presence {

using wire::field;

inline constexpr std::uint32_t kMostAsked = 100;

struct PresenceState {
    UserId user_id;
    bool online = false;
    std::optional<Time> last_seen_at;  // null while online, or not known to this viewer
    static constexpr auto fields = Pack{
        field("user_id", &PresenceState::user_id),
        field("online", &PresenceState::online),
        field("last_seen_at", &PresenceState::last_seen_at),
    };
};

struct PresenceList {
    std::vector<std::string> user_ids;
    static constexpr api::RouteError errors[] = {{400, "Invalid user_id format"}};
    static constexpr api::Route route{
        .method = http::Method::get, .path = "/presence", .summary = "Who of these users is online."};
    static constexpr auto fields = Pack{
        field("user_ids", &PresenceList::user_ids, wire::in_query, wire::comma_list,
              wire::length(1, kMostAsked)),
    };
};

struct PresenceUpdate : PresenceState {
    static constexpr std::string_view name = "presence:update";
    static constexpr auto fields = PresenceState::fields;
};

struct PresenceSubscribe {
    std::vector<std::string> user_ids;
    static constexpr sockets::EventInfo event{.name = "presence:subscribe", .limit = sockets::per_minute(10)};
    static constexpr auto fields =
        Pack{field("user_ids", &PresenceSubscribe::user_ids, wire::length(0, kMostAsked))};
};
struct PresenceUnsubscribe {
    std::vector<std::string> user_ids;
    static constexpr sockets::EventInfo event{.name = "presence:unsubscribe",
                                              .limit = sockets::per_minute(10)};
    static constexpr auto fields =
        Pack{field("user_ids", &PresenceUnsubscribe::user_ids, wire::length(0, kMostAsked))};
};
struct PresenceAck {
    std::vector<PresenceState> states;
    static constexpr auto fields = Pack{field("states", &PresenceAck::states)};
};

}  // namespace grover::presence
