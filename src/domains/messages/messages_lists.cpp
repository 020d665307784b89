#include "domains/messages/messages_lists.hpp"

#include <algorithm>

#include "platform/text/time_format.hpp"
#include "platform/text/utf8.hpp"
#include "sql/chats.hpp"

namespace grover::messages {
namespace {

constexpr int kMaxPinned = 10;
// Names are looked at page by page until enough of them match.
constexpr int kNamesLookedAt = 1'000;

std::string position_of(const ListedChat& row) { return place_text(row.last_message_at, row.chat_id.view()); }

bool is_before(const ListedChat& a, const ListedChat& b) {
    return a.last_message_at != b.last_message_at ? a.last_message_at > b.last_message_at
                                                  : a.chat_id < b.chat_id;
}

}  // namespace

Page<ListedChat> Lists::rows(db::Read& tx, const UserId& me, Kinds kinds, ChatFolder folder,
                             const PageRequest& request) const {
    const auto cut_off = ground_.users.cut_off(tx, me);
    const auto after = place_of(request.after, {Time{INT64_MAX}, ""});
    const bool both = kinds == Kinds::both;
    // Of two lists that become one, what is skipped is skipped after they did.
    const auto skip = request.after.empty() ? request.skip : 0;
    const int limit = request.limit + 1 + (both ? static_cast<int>(skip) : 0);
    Page<ListedChat> out;
    for (const bool groups : {false, true}) {
        if (kinds != Kinds::both && groups != (kinds == Kinds::groups)) continue;
        auto found = store::list(tx, me, groups, folder, after, db::ids_of(cut_off), limit, both ? 0 : skip);
        out.items.insert(out.items.end(), std::make_move_iterator(found.begin()),
                         std::make_move_iterator(found.end()));
    }
    if (both) {
        std::ranges::sort(out.items, is_before);
        out.items.erase(out.items.begin(),
                        out.items.begin() + std::min<std::ptrdiff_t>(skip, std::ssize(out.items)));
    }
    if (std::ssize(out.items) > request.limit) {
        out.items.resize(static_cast<std::size_t>(request.limit));
        out.next = position_of(out.items.back());
    }
    return out;
}

Page<Conversation> Lists::page(const Caller& me, Kinds kinds, ChatFolder folder,
                               const PageRequest& request) const {
    return ground_.db.read([&](db::Read& tx) {
        auto found = rows(tx, me.id, kinds, folder, request);
        return Page<Conversation>{views_.of_chats(tx, me, found.items), std::move(found.next)};
    });
}

Page<Conversation> Lists::conversations(const Caller& me, const ConversationList& in) const {
    return page(me, in.include_groups ? Kinds::both : Kinds::direct,
                in.archived ? ChatFolder::archived : ChatFolder::listed, in.page);
}

Page<Conversation> Lists::requests(const Caller& me, const PageRequest& request) const {
    auto out = page(me, Kinds::direct, ChatFolder::request, request);
    for (auto& chat : out.items) chat.unread_count = 0;
    return out;
}

Page<Conversation> Lists::groups(db::Read& tx, const Caller& me, const PageRequest& request) const {
    auto found = rows(tx, me.id, Kinds::groups, ChatFolder::listed, request);
    return Page<Conversation>{views_.of_chats(tx, me, found.items), std::move(found.next)};
}

Conversation Lists::get(const Caller& me, const ChatId& chat) const {
    return ground_.db.read([&](db::Read& tx) {
        const auto seen = chats_.get_visible(tx, me.id, chat);
        const auto row = store::find_listed(tx, chat, me.id);
        auto view = views_.of_chats(tx, me, std::span(&row.value(), 1)).front();
        if (seen.chat.folder == ChatFolder::request || seen.chat.folder == ChatFolder::declined)
            view.unread_count = 0;
        return view;
    });
}

Conversation Lists::change(const Caller& me, const ChatSettings& in) const {
    std::optional<Time> muted_until;
    if (in.muted_until && !in.muted_until->empty()) {
        muted_until = text::parse_time(*in.muted_until);
        if (!muted_until) throw validation_error("Invalid datetime format");
    }
    ground_.db.write([&](db::Write& tx) {
        // Before the chat is held: who waits for a turn holds nothing that others wait for.
        if (in.pinned == true) ground_.users.take_turn(tx, me.id);
        store::hold(tx, in.conversation_id);
        const auto chat = chats_.get_visible(tx, me.id, in.conversation_id).chat;
        const bool is_request = chat.folder == ChatFolder::request || chat.folder == ChatFolder::declined;
        auto folder = chat.folder;
        if (in.archived && !is_request) folder = *in.archived ? ChatFolder::archived : ChatFolder::listed;
        // What is in no list takes no place among the pinned.
        const bool is_pinned = !is_request && in.pinned.value_or(chat.is_pinned);
        if (is_pinned && !chat.is_pinned &&
            tx.value<int>(sql::chats::count_pinned{.user_id = me.id}) >= kMaxPinned)
            throw validation_error("At most 10 conversations can be pinned");
        tx.exec(sql::chats::set_settings{.muted_until = in.muted_until ? muted_until : chat.muted_until,
                                         .is_pinned = is_pinned,
                                         .folder = static_cast<int>(folder),
                                         .chat_id = chat.chat_id,
                                         .user_id = me.id});
    });
    return get(me, in.conversation_id);
}

MessageText Lists::clear(const Caller& me, const ChatId& id) const {
    ground_.db.write([&](db::Write& tx) {
        store::hold(tx, id);
        const auto chat = chats_.get_visible(tx, me.id, id).chat;
        if (chat.is_group) throw validation_error("Leave the group instead");
        tx.exec(sql::chats::clear_chat{
            .from = Time{chat.last_message_at.us + 1}, .chat_id = id, .user_id = me.id});
    });
    return {"Conversation deleted"};
}

SeenChat Lists::require_request(db::Write& tx, const UserId& me, const ChatId& chat) const {
    auto seen = chats_.get_visible(tx, me, chat);
    const auto folder = seen.chat.folder;
    if (folder != ChatFolder::request && folder != ChatFolder::declined) throw not_found("Request not found");
    return seen;
}

RequestAnswer Lists::accept(const Caller& me, const ChatId& chat) const {
    ground_.db.write([&](db::Write& tx) {
        store::hold(tx, chat);
        require_request(tx, me.id, chat);
        tx.exec(sql::chats::set_accepted{.chat_id = chat});
        tx.exec(sql::chats::set_folder{
            .folder = static_cast<int>(ChatFolder::listed), .chat_id = chat, .user_id = me.id});
    });
    return {"Request accepted", chat};
}

RequestAnswer Lists::decline(const Caller& me, const ChatId& chat) const {
    ground_.db.write([&](db::Write& tx) {
        store::hold(tx, chat);
        require_request(tx, me.id, chat);
        tx.exec(sql::chats::set_folder{
            .folder = static_cast<int>(ChatFolder::declined), .chat_id = chat, .user_id = me.id});
    });
    return {"Request declined", chat};
}

// The conversations by their last message, then the groups: a cursor says in which of the two lists it is.
ForwardRecipients Lists::recipients(const Caller& me, const ForwardRecipientList& in,
                                    std::string& next) const {
    const auto wanted = text::fold_without_marks(in.q.value_or(""));
    return ground_.db.read([&](db::Read& tx) {
        ForwardRecipients out;
        const bool in_groups = in.page.after.starts_with("g");
        PageRequest request{.limit = wanted.empty() ? in.page.limit : kNamesLookedAt,
                            .skip = in.page.skip,
                            .after = in.page.after.empty() ? "" : in.page.after.substr(1)};
        for (const auto kinds : {Kinds::direct, Kinds::groups}) {
            if (kinds == Kinds::direct && in_groups) continue;
            const auto found = rows(tx, me.id, kinds, ChatFolder::listed, request);
            std::vector<UserId> people;
            std::vector<GroupId> groups;
            for (const auto& row : found.items) {
                if (row.is_group) {
                    groups.push_back(group_id_of(row.chat_id));
                } else {
                    const auto& other = row.low_user_id == me.id ? row.high_user_id : row.low_user_id;
                    people.push_back(other.value_or(users::kDeletedUser.user_id));
                }
            }
            std::vector<ForwardRecipient> candidates;
            for (const auto& card : ground_.users.cards(tx, people, me.base_url)) {
                const auto& user = card->summary;
                const auto names = text::fold_without_marks(user.name + ' ' + user.username);
                candidates.push_back({user.user_id.str(), user.name, "user", user.picture});
                if (card->is_hidden || names.find(wanted) == std::string::npos) candidates.back().id.clear();
            }
            if (!groups.empty() && ground_.plugs.groups != nullptr) {
                for (const auto& card : ground_.plugs.groups->cards(tx, groups, me.base_url)) {
                    candidates.push_back({card.group_id.str(), card.name, "group", card.photo});
                    if (text::fold_without_marks(card.name).find(wanted) == std::string::npos)
                        candidates.back().id.clear();
                }
            }
            const std::string mark = kinds == Kinds::groups ? "g" : "c";
            for (std::size_t i = 0; i < candidates.size(); ++i) {
                if (candidates[i].id.empty()) continue;
                if (std::ssize(out.recipients) == in.page.limit) return out;
                out.recipients.push_back(std::move(candidates[i]));
                next = mark + position_of(found.items[i]);
            }
            if (!found.next.empty()) {
                next = mark + found.next;
                return out;
            }
            request.after.clear();
            request.skip = 0;
            // Full with the last conversation: the groups begin the next page.
            if (std::ssize(out.recipients) == in.page.limit && kinds == Kinds::direct) {
                next = "g" + std::to_string(INT64_MAX) + ".";
                return out;
            }
        }
        next.clear();
        return out;
    });
}

}  // namespace grover::messages
