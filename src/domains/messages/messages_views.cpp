#include "domains/messages/messages_views.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "domains/messages/read_marks.hpp"
#include "platform/text/utf8.hpp"

namespace grover::messages {
namespace {

constexpr std::size_t kQuoteLength = 100;
constexpr std::size_t kShownReactions = 100;

const UserId& or_deleted(const std::optional<UserId>& user) {
    return user ? *user : users::kDeletedUser.user_id;
}

}  // namespace

std::string preview_of(MessageType type, std::string_view content, bool is_forward, bool is_deleted) {
    if (is_deleted) return std::string(kDeletedText);
    if (is_forward) return "Forwarded message";
    switch (type) {
        case MessageType::text:
        case MessageType::story_reply:
        case MessageType::system:
            return std::string(text::first_code_points(content, kPreviewLength));
        case MessageType::post:
            return content.empty() ? "Shared a post"
                                   : std::string(text::first_code_points(content, kPreviewLength));
        case MessageType::voice:
            return "Voice message";
        case MessageType::video:
            return "Video";
        case MessageType::image:
            return "Photo";
        case MessageType::gif:
            return "GIF";
    }
    return {};
}

std::string shown_emoji(std::string_view emoji) {
    // The one of the allowed emojis that is written with a variation selector.
    return emoji == "❤" ? "❤️" : std::string(emoji);
}

Reactions reactions_of(std::span<const ReactionRow> rows) {
    Reactions out;
    for (const auto& row : rows) out[shown_emoji(row.emoji)].push_back({row.user_id, row.created_at});
    return out;
}

ReactionTotals totals_of(const Reactions& reactions) {
    ReactionTotals out;
    for (const auto& [emoji, list] : reactions) out[emoji] = static_cast<std::int64_t>(list.size());
    return out;
}

struct MessageViews::Page {
    std::unordered_map<UserId, std::shared_ptr<const users::UserCard>> cards;
    std::unordered_map<MediaId, std::shared_ptr<const media::Medium>> media;
    std::unordered_map<PostId, std::string> posts;
    std::unordered_map<std::string, std::string> stories;
    std::vector<ReactionRow> reactions;
    // Nothing of them is quoted, listed or counted.
    std::span<const UserId> cut_off;

    const users::UserCard& card(const std::optional<UserId>& user) const {
        return *cards.at(or_deleted(user));
    }
    bool is_unseen(const UserId& user) const { return std::ranges::find(cut_off, user) != cut_off.end(); }
};

MessageViews::Page MessageViews::load(db::Read& tx, const Caller& me, std::span<const UserId> cut_off,
                                      std::span<const MessageRow> rows) const {
    Page page;
    page.cut_off = cut_off;
    std::vector<UserId> people;
    std::vector<MediaId> media;
    std::vector<PostId> posts;
    std::vector<std::string> stories;
    std::vector<MessageId> reacted;
    const auto once = [](auto& list, const auto& item) {
        if (std::ranges::find(list, item) == list.end()) list.push_back(item);
    };
    for (const auto& row : rows) {
        once(people, or_deleted(row.sender_id));
        if (row.forwarded_from) once(people, *row.forwarded_from);
        if (row.quotes()) once(people, or_deleted(row.reply_sender_id));
        if (row.media_id) media.push_back(*row.media_id);
        if (row.thumbnail_id) media.push_back(*row.thumbnail_id);
        if (row.shared_post_id) once(posts, *row.shared_post_id);
        if (row.story_id) once(stories, *row.story_id);
        if (row.reactions_count > 0) reacted.push_back(row.message_id);
    }
    const auto cards = ground_.users.cards(tx, people, me.base_url);
    for (std::size_t i = 0; i < people.size(); ++i) page.cards.emplace(people[i], cards[i]);
    if (!media.empty()) {
        const auto loaded = ground_.media.load(tx, media);
        for (std::size_t i = 0; i < media.size(); ++i) page.media.emplace(media[i], loaded[i]);
    }
    if (!posts.empty()) {
        auto views = ground_.posts.views_of(tx, me, posts);
        for (std::size_t i = 0; i < posts.size(); ++i) page.posts.emplace(posts[i], std::move(views[i]));
    }
    if (!stories.empty() && ground_.plugs.stories != nullptr) {
        auto views = ground_.plugs.stories->views_of(tx, me, stories);
        for (std::size_t i = 0; i < stories.size(); ++i)
            page.stories.emplace(stories[i], std::move(views[i]));
    }
    page.reactions = store::reactions(tx, reacted);
    std::erase_if(page.reactions, [&](const ReactionRow& row) { return page.is_unseen(row.user_id); });
    return page;
}

void MessageViews::fill_media(Message& out, const Caller& me, const MessageRow& row, const Page& page) const {
    const auto find = [&](const std::optional<MediaId>& id) -> const media::Medium* {
        if (!id) return nullptr;
        const auto found = page.media.find(*id);
        return found == page.media.end() ? nullptr : found->second.get();
    };
    const auto* medium = find(row.media_id);
    if (medium == nullptr) return;
    const media::View view{.base_url = me.base_url};
    const auto info = ground_.media.info(*medium, view);
    out.media_url = info.url;
    out.media_type = std::string(wire::name_of(info.media_type));
    out.thumbnail_url = info.poster_url ? info.poster_url : info.thumbnail_url;
    if (const auto* thumbnail = find(row.thumbnail_id))
        out.thumbnail_url = ground_.media.info(*thumbnail, view).url;
    if (!out.duration && info.duration) out.duration = static_cast<int>(std::lround(*info.duration));
    if (row.type == MessageType::voice) out.voice_data = out.media_url;
    if (row.type == MessageType::video) out.video_data = out.media_url;
}

void MessageViews::fill(Message& out, const Caller& me, const ChatRow& chat, const MessageRow& row,
                        const Page& page) const {
    const auto& sender = page.card(row.sender_id);
    out.message_id = row.message_id;
    out.conversation_id = row.chat_id;
    out.sender_id = sender.summary.user_id;
    out.sender_name = sender.summary.name;
    out.sender_picture = sender.summary.picture;
    if (chat.is_group) {
        out.group_id = group_id_of(row.chat_id);
        out.sender.emplace().json = sender.json;
    } else {
        out.receiver_id = or_deleted(row.sender_id      ? chat.other(*row.sender_id)
                                     : chat.low_user_id ? chat.low_user_id
                                                        : chat.high_user_id);
    }
    out.type = row.type;
    out.created_at = row.created_at;
    out.edited_at = row.edited_at;
    out.deleted_for_everyone = row.deleted_at.has_value();
    out.deleted_at = row.deleted_at;
    out.content = out.deleted_for_everyone ? std::string(kDeletedText) : row.content;
    out.duration = row.duration;
    out.gif_url = row.gif_url;
    out.shared_post_id = row.shared_post_id;
    if (row.shared_post_id) {
        if (const auto& json = page.posts.at(*row.shared_post_id); !json.empty())
            out.shared_post.emplace().json = json;
    }
    out.story_reply = row.type == MessageType::story_reply;
    out.story_id = row.story_id;
    if (row.story_id) {
        const auto found = page.stories.find(*row.story_id);
        if (found != page.stories.end() && !found->second.empty()) out.story.emplace().json = found->second;
    }
    if (row.forwarded_from) {
        const auto& author = page.card(row.forwarded_from);
        out.forwarded_from = author.summary.user_id;
        out.original_sender_name = author.summary.name;
    }
    out.forward_comment = row.forward_comment;
    if (row.quotes() && !page.is_unseen(or_deleted(row.reply_sender_id))) {
        const auto& author = page.card(row.reply_sender_id);
        out.reply_to =
            Quoted{.message_id = *row.reply_to_id,
                   .sender_id = author.summary.user_id,
                   .sender_name = author.summary.name,
                   .content = row.reply_deleted_at
                                  ? std::string(kDeletedText)
                                  : std::string(text::first_code_points(*row.reply_content, kQuoteLength)),
                   .type = *row.reply_type};
    }
    if (row.sender_id == me.id) out.client_message_id = row.client_message_id;
    out.album_id = row.album_id;
    fill_media(out, me, row, page);
}

std::vector<Message> MessageViews::of(db::Read& tx, const Caller& me, const ChatRow& chat,
                                      std::span<const UserId> cut_off, std::span<const MessageRow> rows,
                                      bool shows_receipts) const {
    std::vector<Message> out(rows.size());
    if (rows.empty()) return out;
    const auto page = load(tx, me, cut_off, rows);
    const ReadMarks marks(store::marks(tx, chat.chat_id, rows.front().created_at, rows.back().created_at));
    auto members = chat.is_group ? store::members(tx, chat.chat_id) : std::vector<MemberRow>{};
    std::erase_if(members, [&](const MemberRow& one) { return page.is_unseen(one.user_id); });
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        fill(out[i], me, chat, row, page);
        if (chat.is_group) {
            marks.fill_group(out[i], members);
        } else {
            const auto reader = row.sender_id ? chat.other(*row.sender_id) : std::optional(me.id);
            const bool is_own = reader == me.id;
            // Who sent a request cannot tell whether it arrived.
            if (chat.is_accepted || is_own) marks.fill_direct(out[i], row, reader, shows_receipts || is_own);
        }
    }
    std::unordered_map<MessageId, Message*> by_id;
    if (!page.reactions.empty()) {
        for (auto& message : out) by_id.emplace(message.message_id, &message);
    }
    for (const auto& row : page.reactions) {
        auto& message = *by_id.at(row.message_id);
        const auto emoji = shown_emoji(row.emoji);
        auto& list = message.reactions[emoji];
        if (list.size() < kShownReactions) list.push_back({row.user_id, row.created_at});
        ++message.reaction_totals[emoji];
    }
    return out;
}

Message MessageViews::fresh(db::Read& tx, const Caller& me, const ChatRow& chat,
                            const MessageRow& row) const {
    const auto cut_off =
        chat.is_group && row.quotes() ? ground_.users.cut_off(tx, me.id) : std::vector<UserId>{};
    Message out;
    fill(out, me, chat, row, load(tx, me, cut_off, std::span(&row, 1)));
    fill_fresh(out, chat, row);
    return out;
}

std::vector<Message> MessageViews::fresh_plain(db::Read& tx, const std::string& base_url,
                                               std::span<const Plain> sent) const {
    std::vector<UserId> people;
    for (const auto& one : sent) people.push_back(or_deleted(one.row.sender_id));
    std::ranges::sort(people);
    people.erase(std::unique(people.begin(), people.end()), people.end());
    Page page;
    const auto cards = ground_.users.cards(tx, people, base_url);
    for (std::size_t i = 0; i < people.size(); ++i) page.cards.emplace(people[i], cards[i]);
    std::vector<Message> out(sent.size());
    Caller sender;
    sender.base_url = base_url;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        sender.id = or_deleted(sent[i].row.sender_id);
        fill(out[i], sender, sent[i].chat, sent[i].row, page);
        fill_fresh(out[i], sent[i].chat, sent[i].row);
    }
    return out;
}

void MessageViews::fill_fresh(Message& out, const ChatRow& chat, const MessageRow& row) {
    if (chat.is_group) {
        out.read_at.json = "{}";
        out.read_by.emplace({out.sender_id});
    } else {
        out.delivered = row.delivered_at.has_value();
        out.delivered_at = row.delivered_at;
    }
}

std::vector<Conversation> MessageViews::of_chats(db::Read& tx, const Caller& me,
                                                 std::span<const ListedChat> rows) const {
    std::vector<UserId> people;
    std::vector<GroupId> groups;
    for (const auto& row : rows) {
        if (row.is_group) {
            groups.push_back(group_id_of(row.chat_id));
            people.push_back(or_deleted(row.last_sender_id));
        } else {
            people.push_back(or_deleted(row.low_user_id == me.id ? row.high_user_id : row.low_user_id));
        }
    }
    const auto cards = ground_.users.cards(tx, people, me.base_url);
    const auto group_cards = groups.empty() || ground_.plugs.groups == nullptr
                                 ? std::vector<GroupCard>(groups.size())
                                 : ground_.plugs.groups->cards(tx, groups, me.base_url);
    std::vector<Conversation> out;
    std::size_t group = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& row = rows[i];
        auto& chat = out.emplace_back();
        chat.conversation_id = row.chat_id;
        chat.is_group = row.is_group;
        chat.created_at = row.created_at;
        chat.last_message_at = row.last_message_at;
        if (row.last_type) {
            chat.last_message =
                preview_of(*row.last_type, *row.last_content, row.last_forwarded_from.has_value(),
                           row.last_deleted_at.has_value());
            chat.last_message_type = row.last_type;
            chat.last_message_sender_id = or_deleted(row.last_sender_id);
        }
        if (row.is_group) {
            if (row.last_type && *row.last_type != MessageType::system)
                chat.last_message = cards[i]->summary.name + ": " + chat.last_message;
            chat.group = group_cards[group++];
        } else {
            chat.participants = {me.id, people[i]};
            chat.other_user.emplace().json = cards[i]->json;
        }
        chat.unread_count = row.unread_count;
        chat.muted_until = row.muted_until;
        chat.pinned = row.is_pinned;
        chat.archived = row.folder == ChatFolder::archived;
    }
    return out;
}

}  // namespace grover::messages
