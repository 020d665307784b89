// Whether somebody is told of something (contract/notifications.md §2 "When none is created"): the one door through which every
// notification of every type goes. Private to domains/notifications.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domains/notifications/notification_types.hpp"
#include "domains/notifications/notifications_store.hpp"
#include "domains/notifications/push_queue.hpp"
#include "domains/users/users.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"

namespace grover::notifications {

struct Notice {
    Type type{};
    UserId actor{};  // empty: nobody
    // Whose thing it is, where they did nothing: a block between them and the recipient counts.
    UserId owner{};
    std::string words{};  // after the actor's name; the whole text where there is no actor
    std::optional<std::string> related_id{};
    std::optional<std::string> post_id{};
    std::optional<std::string> comment_id{};
    std::optional<std::string> place_type{};  // both or none, as target_type and target_id
    std::optional<std::string> place_id{};
    std::optional<std::string> target_type{};
    std::optional<std::string> target_id{};
    std::string data = "{}";  // a JSON object
    // The actor's own words, asked for only when a recipient has muted words. Empty: there are none.
    std::function<std::string(db::Read&)> quoted{};
    // What makes two notices of this type the same one; empty: actor and target.
    std::string same{};
    // It cannot come again (a new comment): nothing needs to remember that it was told.
    bool happens_once = false;
    // `post_id` is a post of the recipient.
    bool post_is_own = false;
    // When its push is worth nothing any more; by default what the type says.
    std::optional<Time> expires_at{};

    void set_community(const std::optional<CommunityId>& community) {
        if (!community) return;
        place_type = "community";
        place_id = community->str();
    }
};

class Notices {
public:
    // References outlive it.
    Notices(users::UsersService& users, PushQueue& pushes, const Clock& clock);

    // Who may be told, is; who was told of it within 24 h, is not told again.
    void tell(db::Write& tx, const Notice& notice, std::span<const UserId> recipients) const;
    void tell(db::Write& tx, const Notice& notice, const UserId& recipient) const {
        tell(tx, notice, std::span(&recipient, 1));
    }
    // For chats: an unread row of the same cause tells the new thing instead of a second one.
    std::vector<UserId> tell_newest(db::Write& tx, const Notice& notice,
                                    std::span<const UserId> recipients) const;
    // Only where it was told and withdrawn within 24 h.
    void bring_back(db::Write& tx, const Notice& notice, const UserId& recipient) const;

    // What was told of was seen where it happened.
    void read(db::Write& tx, const Notice& notice, const UserId& recipient) const;
    // What was told of is undone: the row goes if it is unread.
    void withdraw(db::Write& tx, const Notice& notice, const UserId& recipient) const;

    static std::string cause_of(const Notice& notice);

private:
    struct Actor {
        std::string name;
        bool may_be_new = false;  // younger than an hour
    };
    // Nothing when nobody hears of this actor: hidden, or gone.
    std::optional<Actor> find_actor(db::Write& tx, const UserId& actor, Time now) const;
    std::vector<users::NoticeTerms> open_to(db::Write& tx, const Notice& notice,
                                            std::span<const UserId> recipients) const;
    enum class Repeat : std::uint8_t { once_a_day, newest };
    std::vector<UserId> tell_each(db::Write& tx, const Notice& notice, std::span<const UserId> recipients,
                                  Repeat repeat) const;
    bool floods(db::Read& tx, const UserId& actor) const;

    users::UsersService& users_;
    PushQueue& pushes_;
    const Clock& clock_;
};

// `text` holds one of `keywords`, which are lower case, as whole words.
bool holds_muted_word(std::string_view text, const std::vector<std::string>& keywords);
// Cut at `max` code points.
std::string cut(std::string text, std::size_t max);

}  // namespace grover::notifications
