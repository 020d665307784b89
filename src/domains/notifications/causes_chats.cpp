// Messages and groups: contract/messages.md, groups.md.
#include <map>

#include "domains/groups/groups.hpp"
#include "domains/messages/messages.hpp"
#include "domains/notifications/causes.hpp"
#include "platform/jobs/events.hpp"
#include "platform/runtime/runtime.hpp"
#include "sql/notifications.hpp"

namespace grover::notifications {
namespace {

constexpr std::size_t kChatsAtOnce = 64;
constexpr std::size_t kBusy = 64;
constexpr std::chrono::milliseconds kRest{100};

std::string words_of(const messages::MessageSent& e) {
    if (e.is_group) return "in " + e.group_name + ": " + e.preview;
    if (e.is_forward) return "forwarded you a message";
    const auto type = wire::name_of(e.type);
    if (type == "post") return "shared a post with you";
    if (type == "voice") return "sent a voice message";
    if (type == "video") return "sent a video";
    if (type == "gif") return "sent a GIF";
    if (type == "story_reply") return "replied to your story";
    return "sent you a message";
}

std::string kind_of_chat(const auto& event) { return event.is_group ? "group" : "conversation"; }

Notice about_message(const messages::MessageSent& e) {
    const auto chat = std::string(e.conversation_id.view());
    return {.type = Type::message,
            .actor = e.sender_id,
            .words = words_of(e),
            .related_id = e.is_group ? chat : e.message_id.str(),
            .place_type = kind_of_chat(e),
            .place_id = chat,
            .target_type = "message",
            .target_id = e.message_id.str(),
            .quoted = [content = e.content](db::Read&) { return content; },
            .same = chat};
}

}  // namespace

void Causes::tell_of_messages(const std::vector<messages::MessageSent>& sent) {
    struct Telling {
        const messages::MessageSent* event;
        std::vector<UserId> users;
    };
    std::vector<Telling> telling;
    std::vector<std::string> chats;
    for (const auto& e : sent) {
        if (wire::name_of(e.type) == "system") continue;
        std::vector<UserId> users;
        for (const auto& one : e.recipients) {
            if (one.is_told && one.user_id != e.sender_id) users.push_back(one.user_id);
        }
        if (users.empty()) continue;
        telling.push_back({&e, std::move(users)});
        chats.push_back(e.conversation_id.str());
    }
    if (telling.empty()) return;
    if (presence_ != nullptr) {
        const auto present = presence_->present(chats);
        for (std::size_t i = 0; i < telling.size(); ++i) {
            std::erase_if(telling[i].users, [&](const UserId& one) {
                return std::ranges::find(present[i], one) != present[i].end();
            });
        }
        std::erase_if(telling, [](const Telling& one) { return one.users.empty(); });
        if (telling.empty()) return;
    }
    // Of several messages of one chat the newest is told to whoever may be told of it, the ones before it to the others.
    std::vector<std::vector<const Telling*>> by_chat;
    std::map<std::string_view, std::size_t> place_of;
    for (auto one = telling.rbegin(); one != telling.rend(); ++one) {
        const auto [place, is_new] = place_of.emplace(one->event->conversation_id.view(), by_chat.size());
        if (is_new) by_chat.emplace_back();
        by_chat[place->second].push_back(&*one);
    }
    std::ranges::reverse(by_chat);
    const auto tell = [&](std::span<const std::vector<const Telling*>> chats_at_once, db::Write& tx) {
        for (const auto& chat : chats_at_once) {
            std::vector<UserId> told;
            for (const auto* one : chat) {
                std::vector<UserId> left;
                std::ranges::copy_if(one->users, std::back_inserter(left), [&](const UserId& user) {
                    return std::ranges::find(told, user) == told.end();
                });
                // Who read it before this was their turn saw it.
                if (facts_ != nullptr)
                    left = facts_->with_unread(tx, one->event->conversation_id.str(), left);
                if (left.empty()) continue;
                const auto more = notices_.tell_newest(tx, about_message(*one->event), left);
                told.insert(told.end(), more.begin(), more.end());
            }
        }
    };
    for (std::span<const std::vector<const Telling*>> left(by_chat); !left.empty();) {
        const auto some = left.first(std::min(kChatsAtOnce, left.size()));
        db_.write([&](db::Write& tx) { tell(some, tx); });
        left = left.subspan(some.size());
    }
    // Chats that are this busy are told of now and then, not of each message: what is sent meanwhile is told together.
    if (sent.size() >= kBusy) runtime::sleep_for(kRest);
}

void Causes::listen_to_chats(jobs::Events& events) {
    // Asks other nodes who has the chats open, so it does not write in its own transaction; a message that is told is known
    // by its row.
    events.on_together<messages::MessageSent>(
        "notifications.messages",
        [this](const std::vector<messages::MessageSent>& sent) { tell_of_messages(sent); });
    events.on_publish<messages::MessageDeleted>([](db::Write& tx, const messages::MessageDeleted& e) {
        if (e.only_for) return;
        count_removed(tx, tx.list<Removed>(sql::notifications::remove_of_message{
                              .place_id = e.conversation_id.view(), .message_id = e.message_id}));
    });
    events.on_publish<messages::ChatRead>([this](db::Write& tx, const messages::ChatRead& e) {
        notices_.read(tx, {.type = Type::message, .same = std::string(e.conversation_id.view())}, e.user_id);
    });
    events.on_publish<messages::MessageReacted>([this](db::Write& tx, const messages::MessageReacted& e) {
        Notice notice{.type = Type::message_reaction,
                      .actor = e.user_id,
                      .words = "reacted " + e.emoji + " to your message",
                      .related_id = e.message_id.str(),
                      .place_type = kind_of_chat(e),
                      .place_id = e.conversation_id.str(),
                      .target_type = "message",
                      .target_id = e.message_id.str()};
        if (e.added && e.author_id) return notices_.tell(tx, notice, *e.author_id);
        if (e.added || e.has_others) return;
        // Who is to be told no more is known by the row.
        for (const auto& owner : tx.list<UserId>(sql::notifications::told_of{
                 .actor_id = e.user_id, .type = "message_reaction", .target_id = e.message_id}))
            notices_.withdraw(tx, notice, owner);
    });
    events.on_publish<groups::GroupJoined>([this](db::Write& tx, const groups::GroupJoined& e) {
        const auto group = std::string(e.group_id.view());
        notices_.tell(tx,
                      Notice{.type = Type::group_invite,
                             .actor = e.by_user_id,
                             .words = "added you to '" + e.group_name + "'",
                             .related_id = group,
                             .place_type = "group",
                             .place_id = group,
                             .target_type = "group",
                             .target_id = group},
                      e.user_ids);
    });
    events.on_publish<groups::GroupDeleted>([](db::Write& tx, const groups::GroupDeleted& e) {
        remove_all_of(tx, {.of = "place", .id = std::string(e.group_id.view())});
    });
}

}  // namespace grover::notifications
