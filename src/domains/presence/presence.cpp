#include "domains/presence/presence.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "platform/api/api.hpp"
#include "sql/presence.hpp"

namespace grover::presence {
namespace {

using namespace std::chrono_literals;
using sockets::Room;

constexpr auto kGrace = 30s;           // reconnects do not flicker
constexpr auto kUpdateInterval = 10s;  // of one user's events
constexpr auto kGatherGone = 1s;
constexpr std::size_t kAtOnce = 1'000;
constexpr auto kDeadFor = 90s;  // what a node's lease outlives it by, at most

std::vector<std::string_view> texts_of(const std::vector<UserId>& users) {
    std::vector<std::string_view> out;
    for (const auto& user : users) out.push_back(user.view());
    return out;
}

// What is no id is nobody.
std::vector<UserId> ids_of(const std::vector<std::string>& texts) {
    if (texts.size() > kMostAsked)
        throw invalid_input({"body", "user_ids"}, "List should have at most 100 items", "too_long");
    std::vector<UserId> out;
    for (const auto& text : texts) {
        if (is_well_formed_id(text)) out.emplace_back(text);
    }
    return out;
}

bool contains(const std::vector<UserId>& sorted, const UserId& user) {
    return std::ranges::binary_search(sorted, user);
}

void in_batches(const std::vector<UserId>& users, FunctionRef<void(const std::vector<UserId>&)> f) {
    for (std::size_t at = 0; at < users.size(); at += kAtOnce) {
        const auto some = std::span(users).subspan(at, std::min(kAtOnce, users.size() - at));
        f({some.begin(), some.end()});
    }
}

}  // namespace

PresenceService::PresenceService(db::Database& db, users::UsersService& users, sockets::Hub& hub)
    : db_(db),
      users_(users),
      hub_(hub),
      started_at_(hub.clock().now()),
      changed_(hub, kUpdateInterval, [this](const auto& some) { tell(some); }),
      gone_(hub, kGatherGone, [this](const auto& some) { note_gone(some); }) {}

void PresenceService::add(sockets::Sockets& table) {
    table.on<PresenceSubscribe>(
        [this](const Caller& me, sockets::Socket& socket, const PresenceSubscribe& in) {
            const auto users = ids_of(in.user_ids);
            const auto look = [&] {
                return db_.read([&](db::Read& tx) { return visible_to(tx, me.id, users); });
            };
            for (const auto& user : look()) socket.join(Room::presence(user));
            // Who stopped being visible meanwhile was told to leave a room that this socket was not in yet.
            const auto still = look();
            for (const auto& user : users) {
                if (!contains(still, user)) socket.leave(Room::presence(user));
            }
            watch_left_behind(still);
            return PresenceAck{states(me.id, users)};
        });
    table.on<PresenceUnsubscribe>([](const Caller&, sockets::Socket& socket, const PresenceUnsubscribe& in) {
        for (const auto& user : ids_of(in.user_ids)) socket.leave(Room::presence(user));
        return PresenceAck{};
    });
    table.on_connect([this](const Caller& me, sockets::Socket&) { came(me.id); });
    table.on_disconnect([this](const Caller& me, sockets::Socket&) { went(me.id); });
}

void PresenceService::listen(jobs::Events& events) {
    constexpr std::string_view kName = "presence.sockets";
    events.on_every_node<users::UserBlocked>(kName,
                                             [this](const users::UserBlocked& event) { on_blocked(event); });
    events.on_every_node<users::Unfollowed>(
        kName, [this](const users::Unfollowed& event) { recheck(event.follower_id); });
    events.on_every_node<users::OnlineVisibilityChanged>(kName,
                                                         [this](const users::OnlineVisibilityChanged& event) {
                                                             if (!event.show_online) on_hidden(event.user_id);
                                                         });
    events.on_every_node<NodeStopped>(kName, [this](const NodeStopped& event) { on_node_stopped(event); });
    events.on_every_node<users::AccountHidden>(
        kName, [this](const users::AccountHidden& event) { on_hidden(event.user_id); });
}

std::vector<UserId> PresenceService::visible_to(db::Read& tx, const UserId& viewer,
                                                const std::vector<UserId>& users) {
    auto asked = users;
    asked.push_back(viewer);
    std::ranges::sort(asked);
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    const auto hidden = users_.hiding_online(tx, asked);
    const auto relations = users_.relations(tx, viewer);
    std::vector<UserId> known;
    if (acquaintances_ != nullptr) {
        known = acquaintances_->with_direct_conversation(tx, viewer, asked);
        std::ranges::sort(known);
    }
    const bool viewer_hides = contains(hidden, viewer);
    std::erase_if(asked, [&](const UserId& user) {
        if (user == viewer) return std::ranges::find(users, viewer) == users.end();
        if (viewer_hides || contains(hidden, user) || relations->is_cut_off_from(user)) return true;
        return !relations->follows(user) && !contains(known, user);
    });
    return asked;
}

std::vector<PresenceState> PresenceService::states(const UserId& viewer, const std::vector<UserId>& users) {
    const auto visible = db_.read([&](db::Read& tx) { return visible_to(tx, viewer, users); });
    std::map<UserId, PresenceState> known;
    for (auto& state : states_of(visible)) known.emplace(state.user_id, state);
    std::vector<PresenceState> out;
    for (const auto& user : users) {
        const auto found = known.find(user);
        out.push_back(found != known.end() ? found->second : PresenceState{.user_id = user});
    }
    return out;
}

std::map<UserId, Time> PresenceService::last_seen(const std::vector<UserId>& users) {
    std::map<UserId, Time> seen;
    db_.read([&](db::Read& tx) {
        tx.each(sql::presence::last_seen{.users = texts_of(users)},
                [&](const db::Row& row) { seen.emplace(row.get<UserId>(0), row.get<Time>(1)); });
    });
    return seen;
}

std::vector<PresenceState> PresenceService::states_of(const std::vector<UserId>& users) {
    if (users.empty()) return {};
    const auto seen = last_seen(users);
    const auto connected = hub_.connected_anywhere(users);
    const Time now = hub_.clock().now();
    std::vector<PresenceState> out;
    for (const auto& user : users) {
        PresenceState state{.user_id = user};
        const auto last = seen.find(user);
        state.online = contains(connected, user) || (last != seen.end() && last->second + kGrace > now);
        if (!state.online && last != seen.end()) state.last_seen_at = last->second;
        out.push_back(state);
    }
    return out;
}

void PresenceService::came(const UserId& user) { changed_.touch(user); }

void PresenceService::went(const UserId& user) {
    const Time now = hub_.clock().now();
    watch({user}, {Subscribers::everywhere, now, now + kGrace});
    gone_.touch(user);
}

// Also of those with a socket elsewhere: whose last ones close on two nodes in one moment is taken for connected by both.
void PresenceService::note_gone(const std::vector<UserId>& users) {
    const Time now = hub_.clock().now();
    watch(users, {Subscribers::everywhere, now, now + kGrace, true});
    write_last_seen(users, now);
}

void PresenceService::node_died(const std::vector<UserId>& users) {
    write_last_seen(users, hub_.clock().now() - kDeadFor);
    for (const auto& user : users) changed_.touch(user);
}

void PresenceService::node_stops(const std::vector<UserId>& connected) {
    std::set<UserId> unwritten(connected.begin(), connected.end());
    std::set<UserId> all = unwritten;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [user, left] : left_) {
            if (left.tell == Subscribers::here) continue;
            all.insert(user);
            if (!left.is_written) unwritten.insert(user);
        }
    }
    write_last_seen({unwritten.begin(), unwritten.end()}, hub_.clock().now());
    in_batches({all.begin(), all.end()}, [&](const std::vector<UserId>& some) {
        db_.write([&](db::Write& tx) { tx.publish(NodeStopped{some}); });
    });
}

// When they left is known from the store.
void PresenceService::on_node_stopped(const NodeStopped& event) {
    const Time now = hub_.clock().now();
    watch(event.user_ids, {.at = now, .due = now});
}

void PresenceService::watch_left_behind(const std::vector<UserId>& users) {
    const Time now = hub_.clock().now();
    if (now >= started_at_ + kGrace || users.empty()) return;
    for (const auto& [user, at] : last_seen(users)) {
        if (at < started_at_ && at + kGrace > now) watch({user}, {.due = at + kGrace});
    }
}

void PresenceService::watch(const std::vector<UserId>& users, const Left& left) {
    {
        const std::lock_guard lock(mutex_);
        for (const auto& user : users) {
            const auto [known, is_new] = left_.try_emplace(user, left);
            if (!is_new) {
                if (left.tell == Subscribers::here) continue;
                dues_.erase({known->second.due, user});
                known->second = left;
            }
            dues_.emplace(left.due, user);
        }
    }
    look_by(left.due);
}

void PresenceService::look_by(Time due) {
    const Time now = hub_.clock().now();
    {
        const std::lock_guard lock(mutex_);
        if (due >= looks_at_) return;
        looks_at_ = due;
    }
    hub_.after(std::max(std::chrono::ceil<std::chrono::milliseconds>(due - now), 0ms), [this] { look(); });
}

void PresenceService::look() {
    const Time now = hub_.clock().now();
    std::map<UserId, Left> due;
    std::optional<Time> next;
    {
        const std::lock_guard lock(mutex_);
        looks_at_ = Time{INT64_MAX};
        while (!dues_.empty() && dues_.begin()->first <= now && due.size() < kAtOnce) {
            due.insert(left_.extract(dues_.begin()->second));
            dues_.erase(dues_.begin());
        }
        if (!dues_.empty()) next = dues_.begin()->first;
    }
    // Before anything that may fail.
    if (next) look_by(*next);
    if (!due.empty()) look_at(due);
}

void PresenceService::look_at(const std::map<UserId, Left>& left) {
    const Time now = hub_.clock().now();
    std::vector<UserId> users;
    for (const auto& [user, unused] : left) users.push_back(user);
    const auto connected = hub_.connected_anywhere(users);
    const auto seen = last_seen(users);
    std::vector<PresenceState> offline;
    for (const auto& [user, how] : left) {
        if (contains(connected, user)) {
            // Maybe to the node that is about to stop, which says so before it withdraws.
            const Time again = how.at + kGrace;
            if (how.tell == Subscribers::here && now < again) watch({user}, {how.tell, how.at, again});
            continue;
        }
        const auto found = seen.find(user);
        const Time at = found == seen.end() ? how.at : found->second;
        if (how.tell == Subscribers::everywhere && at > how.at)
            continue;  // another socket closed later: its node tells
        if (at + kGrace > now) {
            watch({user}, {how.tell, how.at, at + kGrace, how.is_written});
        } else if (how.tell == Subscribers::everywhere) {
            changed_.touch(user);
        } else {
            PresenceState state{.user_id = user};
            if (found != seen.end()) state.last_seen_at = at;
            offline.push_back(std::move(state));
        }
    }
    tell_here(offline);
}

void PresenceService::write_last_seen(const std::vector<UserId>& users, Time at) {
    in_batches(users, [&](const std::vector<UserId>& some) {
        db_.write(
            [&](db::Write& tx) { tx.exec(sql::presence::put_last_seen{.at = at, .users = texts_of(some)}); });
    });
}

// Who subscribed may know, and was removed when that ended; who hides tells nobody.
void PresenceService::tell(const std::vector<UserId>& users) {
    for (const auto& state : states_of(without_hidden(users)))
        hub_.broadcast(Room::presence(state.user_id), PresenceUpdate{state});
}

void PresenceService::tell_here(const std::vector<PresenceState>& states) {
    std::vector<UserId> watched;
    for (const auto& state : states) {
        if (hub_.has_members(Room::presence(state.user_id))) watched.push_back(state.user_id);
    }
    const auto told = without_hidden(std::move(watched));
    for (const auto& state : states) {
        if (contains(told, state.user_id)) hub_.emit(Room::presence(state.user_id), PresenceUpdate{state});
    }
}

std::vector<UserId> PresenceService::without_hidden(std::vector<UserId> users) {
    if (users.empty()) return users;
    const auto hidden = db_.read([&](db::Read& tx) { return users_.hiding_online(tx, users); });
    std::erase_if(users, [&](const UserId& user) { return contains(hidden, user); });
    return users;
}

void PresenceService::on_blocked(const users::UserBlocked& event) {
    hub_.remove(Room::presence(event.blocker_id), event.blocked_id);
    hub_.remove(Room::presence(event.blocked_id), event.blocker_id);
}

void PresenceService::on_hidden(const UserId& user) {
    hub_.emit(Room::presence(user), PresenceUpdate{PresenceState{.user_id = user}});
    hub_.clear(Room::presence(user));
    recheck(user);
}

void PresenceService::recheck(const UserId& viewer) {
    if (!hub_.has_members(Room::user(viewer))) return;
    std::vector<UserId> subscribed;
    for (const auto& room : hub_.rooms_of(viewer)) {
        if (room.kind() == sockets::RoomKind::presence) subscribed.emplace_back(room.id());
    }
    if (subscribed.empty()) return;
    const auto visible = db_.read([&](db::Read& tx) { return visible_to(tx, viewer, subscribed); });
    for (const auto& user : subscribed) {
        if (!contains(visible, user)) hub_.remove(Room::presence(user), viewer);
    }
}

void add_presence_api(api::Api& api, const std::unique_ptr<PresenceService>& presence) {
    api.on<PresenceList>([&](const Caller& me, const PresenceList& in) {
        if (in.user_ids.empty()) throw invalid_input({"query", "user_ids"}, "Field required", "missing");
        if (in.user_ids.size() > kMostAsked)
            throw invalid_input({"query", "user_ids"}, "List should have at most 100 items", "too_long");
        std::vector<UserId> users;
        for (const auto& text : in.user_ids) {
            if (!is_well_formed_id(text)) throw validation_error("Invalid user_id format");
            users.emplace_back(text);
        }
        return presence->states(me.id, users);
    });
}

}  // namespace grover::presence
