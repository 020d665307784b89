#include "domains/messages/messages_store.hpp"

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/text/utf8.hpp"
#include "sql/messages.hpp"

namespace grover::messages::store {
namespace {

constexpr int kMessagesInWindow = 60;
constexpr std::chrono::seconds kWindow{60};
constexpr std::chrono::hours kSentIsKept{24};

const std::vector<std::string_view> kNobody;
const ChatId kNoChat;

struct TextRow {
    std::string_view message_id;
    std::string_view chat_id;
    std::string_view sender_id;
    std::string_view content;
    std::optional<std::string> search_text;
    std::int64_t created_at = 0;
    std::optional<std::int64_t> delivered_at;
    std::optional<std::string> client_message_id;
    static constexpr auto fields = Pack{
        field("message_id", &TextRow::message_id),
        field("chat_id", &TextRow::chat_id),
        field("sender_id", &TextRow::sender_id),
        field("content", &TextRow::content),
        field("search_text", &TextRow::search_text),
        field("created_at", &TextRow::created_at),
        field("delivered_at", &TextRow::delivered_at),
        field("client_message_id", &TextRow::client_message_id),
    };
};

std::vector<MessageRow> ascending(std::vector<MessageRow> rows) {
    std::ranges::sort(rows, {},
                      [](const MessageRow& row) { return std::pair(row.created_at, row.message_id); });
    return rows;
}

}  // namespace

std::string search_text(std::string_view content) { return text::fold_without_marks(content); }

static void insert_texts(db::Write& tx, std::span<const MessageRow* const> messages) {
    std::vector<TextRow> rows;
    for (const auto* message : messages) {
        auto& row = rows.emplace_back(TextRow{.message_id = message->message_id.view(),
                                              .chat_id = message->chat_id.view(),
                                              .sender_id = message->sender_id.value().view(),
                                              .content = message->content,
                                              .search_text = search_text(message->content),
                                              .created_at = message->created_at.us,
                                              .delivered_at = {},
                                              .client_message_id = message->client_message_id});
        if (row.search_text == row.content) row.search_text.reset();
        if (message->delivered_at) row.delivered_at = message->delivered_at->us;
    }
    tx.exec_soon(sql::messages::insert_texts{.rows = db::to_payload(rows)});
}

static void insert_one(db::Write& tx, const MessageRow& message) {
    const auto searched = search_text(message.content);
    tx.exec_soon(sql::messages::insert_message{
        .message_id = message.message_id,
        .chat_id = message.chat_id,
        .sender_id = message.sender_id,
        .type = static_cast<int>(message.type),
        .content = message.content,
        .search_text = searched == message.content ? db::Arg(nullptr) : db::Arg(searched),
        .created_at = message.created_at,
        .delivered_at = message.delivered_at,
        .media_id = message.media_id,
        .thumbnail_id = message.thumbnail_id,
        .duration = message.duration,
        .gif_url = message.gif_url,
        .shared_post_id = message.shared_post_id,
        .story_id = message.story_id,
        .forwarded_from = message.forwarded_from,
        .forward_comment = message.forward_comment,
        .reply_to_id = message.reply_to_id,
        .album_id = message.album_id,
        .client_message_id = message.client_message_id,
    });
}

void insert(db::Write& tx, std::span<const MessageRow* const> messages) {
    if (messages.size() == 1) insert_one(tx, *messages.front());
    if (messages.size() > 1) insert_texts(tx, messages);
}

std::vector<MessageRow> older(db::Read& tx, const Window& window, Time before, int limit, std::int64_t skip) {
    return ascending(tx.list<MessageRow>(sql::messages::load{.list = "older",
                                                             .chat_id = window.chat,
                                                             .from = window.from,
                                                             .before = before,
                                                             .cut_off = window.cut_off,
                                                             .viewer = window.viewer,
                                                             .limit = limit,
                                                             .skip = skip,
                                                             .ids = kNobody}));
}

std::vector<MessageRow> newer(db::Read& tx, const Window& window, Time from, int limit) {
    return ascending(tx.list<MessageRow>(sql::messages::load{.list = "newer",
                                                             .chat_id = window.chat,
                                                             .from = std::max(from, window.from),
                                                             .before = Time{},
                                                             .cut_off = window.cut_off,
                                                             .viewer = window.viewer,
                                                             .limit = limit,
                                                             .skip = 0,
                                                             .ids = kNobody}));
}

std::vector<MessageRow> named(db::Read& tx, const UserId& viewer, std::span<const MessageId> ids) {
    return ascending(tx.list<MessageRow>(sql::messages::load{.list = "named",
                                                             .chat_id = kNoChat,
                                                             .from = Time{},
                                                             .before = Time{},
                                                             .cut_off = kNobody,
                                                             .viewer = viewer,
                                                             .limit = 0,
                                                             .skip = 0,
                                                             .ids = db::ids_of(ids)}));
}

std::optional<MessageFacts> find_facts(db::Read& tx, const MessageId& message, const UserId& viewer) {
    return tx.find<MessageFacts>(sql::messages::find_facts{.viewer = viewer, .message_id = message});
}

std::vector<ReactionRow> reactions(db::Read& tx, std::span<const MessageId> ids) {
    if (ids.empty()) return {};
    return tx.list<ReactionRow>(sql::messages::list_reactions{.ids = db::ids_of(ids)});
}

std::vector<ReadMessage> unread(db::Read& tx, const Window& window, Time read_until, int limit) {
    std::vector<ReadMessage> out;
    tx.each(sql::messages::unread_ids{.chat_id = window.chat,
                                      .read_until = read_until,
                                      .from = window.from,
                                      .user_id = window.viewer,
                                      .cut_off = window.cut_off,
                                      .limit = limit},
            [&](const db::Row& row) {
                out.push_back({MessageId(row.text(0)), UserId(row.text(1))});
            });
    return out;
}

void require_rate(db::Write& tx, std::span<const UserId> senders, Time now) {
    if (senders.empty()) return;
    const auto ids = db::ids_of(senders);
    tx.exec_soon(sql::messages::hold_senders{.sender_ids = ids});
    const auto oldest = tx.value<std::optional<Time>>(
        sql::messages::nth_last_sent{.since = now - kWindow, .n = kMessagesInWindow - 1, .sender_ids = ids});
    if (!oldest) return;
    const auto wait = *oldest + kWindow - now;
    throw rate_limited(std::chrono::ceil<std::chrono::seconds>(std::max(wait, std::chrono::microseconds{1})));
}

std::optional<MessageId> find_sent(db::Read& tx, const UserId& sender, std::string_view client_message_id,
                                   Time now) {
    return tx.find<MessageId>(sql::messages::find_sent{
        .sender_id = sender, .client_message_id = client_message_id, .since = now - kSentIsKept});
}

bool keep_sent(db::Write& tx, const UserId& sender, std::string_view client_message_id,
               const MessageId& message, Time now) {
    return tx.exists(sql::messages::keep_sent{.sender_id = sender,
                                              .client_message_id = client_message_id,
                                              .message_id = message,
                                              .now = now,
                                              .since = now - kSentIsKept});
}

}  // namespace grover::messages::store
