#include "domains/messages/messages_gate.hpp"

#include <array>

namespace grover::messages {

SeenChat Chats::get_visible(db::Read& tx, const UserId& me, const ChatId& chat,
                            std::string_view not_found_text) const {
    const auto standing = store::find_standing(tx, chat, me);
    if (!standing) throw not_found(std::string(not_found_text));
    SeenChat seen{*standing, {}};
    if (seen.chat.is_group) {
        seen.cut_off = ground_.users.cut_off(tx, me);
    } else if (const auto& other = seen.chat.other(me);
               other && ground_.users.bond(tx, me, *other).is_cut()) {
        throw not_found(std::string(not_found_text));
    }
    return seen;
}

SeenMessage Chats::get_visible_message(db::Read& tx, const UserId& me, const MessageId& message) const {
    constexpr std::string_view kNotFound = "Message not found";
    auto facts = store::find_facts(tx, message, me);
    if (!facts || facts->is_hidden) throw not_found(std::string(kNotFound));
    auto seen = get_visible(tx, me, facts->chat_id, kNotFound);
    const bool is_of_somebody_unseen = facts->sender_id && seen.is_cut_off(*facts->sender_id);
    if (facts->created_at < seen.chat.seen_from || is_of_somebody_unseen)
        throw not_found(std::string(kNotFound));
    return {std::move(*facts), std::move(seen)};
}

std::vector<ReactionRow> Chats::visible_reactions(db::Read& tx, const SeenMessage& seen) {
    auto rows = store::reactions(tx, std::span(&seen.message.message_id, 1));
    std::erase_if(rows, [&](const ReactionRow& row) { return seen.in.is_cut_off(row.user_id); });
    return rows;
}

const users::Reach& Chats::reachable(const users::Reach* found) {
    if (found == nullptr || found->is_hidden || found->is_blocked_by) throw not_found("User not found");
    if (found->has_blocked) throw not_authorized("You have blocked this user");
    return *found;
}

users::Reach Chats::require_reachable(db::Read& tx, const UserId& me, const UserId& other) const {
    const users::Pair pair{me, other};
    return require_reachable(tx, std::span(&pair, 1)).front();
}

std::vector<users::Reach> Chats::require_reachable(db::Read& tx, std::span<const users::Pair> pairs) const {
    for (const auto& [me, other] : pairs) {
        if (me == other) throw validation_error("Cannot message yourself");
    }
    auto found = ground_.users.reach(tx, pairs);
    std::vector<users::Reach> out;
    for (auto& one : found) out.push_back(reachable(one ? &*one : nullptr));
    return out;
}

bool Chats::require_reachable_pair(db::Read& tx, const UserId& me, const UserId& other) const {
    if (me == other) throw validation_error("Cannot message yourself");
    const std::array both{me, other};
    const auto found = ground_.users.reach(tx, me, both);
    const auto one = std::ranges::find(found, other, &users::Reach::user_id);
    reachable(one == found.end() ? nullptr : &*one);
    return std::ranges::all_of(found, &users::Reach::show_read_receipts);
}

bool Chats::shows_receipts(db::Read& tx, const ChatRow& chat, const UserId& me) const {
    if (chat.is_group) return true;
    if (!chat.is_accepted) return false;
    std::vector<UserId> both{me};
    if (const auto& other = chat.other(me)) both.push_back(*other);
    const auto found = ground_.users.reach(tx, me, both);
    return std::ranges::all_of(found, &users::Reach::show_read_receipts);
}

}  // namespace grover::messages
