#include <algorithm>
#include <array>

#include "domains/messages/messages_changes.hpp"
#include "sql/messages.hpp"

namespace grover::messages {
namespace {

// Without U+FE0F, which some keyboards send and some do not.
constexpr std::array<std::string_view, 10> kEmojis = {"❤", "😂", "😮", "😢", "👍", "🔥", "🎉", "👏", "🙏", "💯"};

}  // namespace

std::string require_emoji(std::string_view given) {
    constexpr std::string_view kSelector = "\xEF\xB8\x8F";
    std::string bare(given);
    for (auto at = bare.find(kSelector); at != std::string::npos; at = bare.find(kSelector))
        bare.erase(at, kSelector.size());
    if (std::ranges::find(kEmojis, bare) == kEmojis.end()) throw validation_error("Invalid emoji");
    return bare;
}

SeenMessage Changes::require_reactable(db::Write& tx, const UserId& me, const MessageId& message) const {
    auto seen = held(tx, me, message);
    if (seen.message.deleted_at || seen.message.type == MessageType::system)
        throw not_found("Message not found");
    return seen;
}

void Changes::tell_reaction(db::Write& tx, const UserId& me, const SeenMessage& seen,
                            const std::string& emoji, bool added) const {
    MessageReacted event{.message_id = seen.message.message_id,
                         .conversation_id = seen.message.chat_id,
                         .is_group = seen.in.chat.is_group,
                         .sender_id = seen.message.sender_id,
                         .user_id = me,
                         .author_id = {},
                         .emoji = shown_emoji(emoji),
                         .added = added};
    if (added && seen.message.sender_id != me) event.author_id = seen.message.sender_id;
    if (!added)
        event.has_others =
            tx.exists(sql::messages::has_reaction{.user_id = me, .message_id = seen.message.message_id});
    tx.publish(event);
}

ReactAnswer Changes::react(const Caller& me, const MessageReact& in) const {
    const auto emoji = require_emoji(in.emoji);
    return ground_.db.write([&](db::Write& tx) {
        const auto seen = require_reactable(tx, me.id, in.message_id);
        const bool removed = tx.exec(sql::messages::delete_reaction{
                                 .message_id = in.message_id, .emoji = emoji, .user_id = me.id}) > 0;
        if (!removed) {
            tx.exists(sql::messages::insert_reaction{
                .message_id = in.message_id, .emoji = emoji, .user_id = me.id, .now = ground_.clock.now()});
        }
        tx.exec(sql::messages::add_reactions{.delta = removed ? -1 : 1, .message_id = in.message_id});
        tell_reaction(tx, me.id, seen, emoji, !removed);
        ReactAnswer answer;
        answer.action = removed ? "removed" : "added";
        answer.emoji = shown_emoji(emoji);
        answer.reaction_counts = reactions_of(Chats::visible_reactions(tx, seen));
        answer.reaction_totals = totals_of(answer.reaction_counts);
        return answer;
    });
}

UnreactAnswer Changes::unreact(const Caller& me, const MessageUnreact& in) const {
    const auto emoji = require_emoji(in.emoji);
    return ground_.db.write([&](db::Write& tx) {
        const auto seen = require_reactable(tx, me.id, in.message_id);
        if (tx.exec(sql::messages::delete_reaction{
                .message_id = in.message_id, .emoji = emoji, .user_id = me.id}) == 0)
            throw not_found("Reaction not found");
        tx.exec(sql::messages::add_reactions{.delta = -1, .message_id = in.message_id});
        tell_reaction(tx, me.id, seen, emoji, false);
        UnreactAnswer answer;
        answer.reaction_counts = reactions_of(Chats::visible_reactions(tx, seen));
        return answer;
    });
}

std::map<std::string, std::vector<ReactionOfUser>> Changes::reactions(const Caller& me,
                                                                      const MessageId& id) const {
    return ground_.db.read([&](db::Read& tx) {
        const auto seen = chats_.get_visible_message(tx, me.id, id);
        if (seen.message.deleted_at) throw not_found("Message not found");
        const auto rows = Chats::visible_reactions(tx, seen);
        std::vector<UserId> people;
        for (const auto& row : rows) people.push_back(row.user_id);
        const auto cards = ground_.users.cards(tx, people, me.base_url);
        std::map<std::string, std::vector<ReactionOfUser>> out;
        for (std::size_t i = 0; i < rows.size(); ++i)
            out[shown_emoji(rows[i].emoji)].push_back(
                {{cards[i]->json}, rows[i].user_id, rows[i].created_at});
        return out;
    });
}

}  // namespace grover::messages
