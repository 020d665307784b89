#include "domains/messages/messages_search.hpp"

#include <algorithm>

#include "platform/base/place.hpp"
#include "platform/text/time_format.hpp"
#include "platform/text/utf8.hpp"
#include "sql/chats.hpp"
#include "sql/messages.hpp"

namespace grover::messages {
namespace {

constexpr Time kEndOfTime{INT64_MAX};

// RFC 3339, or a bare date: then the day's beginning, or the moment after its end.
Time moment_of(const std::string& given, bool is_end, std::string_view sentence) {
    if (const auto at = text::parse_time(given)) return is_end ? Time{at->us + 1} : *at;
    const auto day = given.size() == 10 ? text::parse_time(given + "T00:00:00Z") : std::nullopt;
    if (!day) throw validation_error(std::string(sentence));
    return is_end ? *day + std::chrono::hours{24} : *day;
}

std::string pattern_of(std::string_view words) {
    std::string out = "%";
    for (const char c : text::fold_without_marks(words)) {
        if (c == '%' || c == '_' || c == '!') out += '!';
        out += c;
    }
    return out + '%';
}

struct FoundRow {
    MessageId message_id;
    ChatId chat_id;
    bool is_group = false;
    std::optional<UserId> sender_id;
    MessageType type = MessageType::text;
    std::string content;
    Time created_at;
    std::optional<UserId> low_user_id;
    std::optional<UserId> high_user_id;

    static constexpr auto columns = Pack{
        db::column("message_id", &FoundRow::message_id),
        db::column("chat_id", &FoundRow::chat_id),
        db::column("is_group", &FoundRow::is_group),
        db::column("sender_id", &FoundRow::sender_id),
        db::column("type", &FoundRow::type),
        db::column("content", &FoundRow::content),
        db::column("created_at", &FoundRow::created_at),
        db::column("low_user_id", &FoundRow::low_user_id),
        db::column("high_user_id", &FoundRow::high_user_id),
    };
};

}  // namespace

struct Search::Query {
    std::string pattern;
    Time since{INT64_MIN};
    Time before = kEndOfTime;
    // The last one of the page before.
    Time at = kEndOfTime;
    std::string after;
};

Search::Query Search::query_of(const MessageSearch& in) const {
    const auto words = text::trim(in.q);
    if (words.empty()) throw validation_error("Query cannot be empty");
    Query query{.pattern = pattern_of(words)};
    if (in.start_date && !in.start_date->empty())
        query.since = moment_of(*in.start_date, false, "Invalid start_date");
    if (in.end_date && !in.end_date->empty())
        query.before = moment_of(*in.end_date, true, "Invalid end_date");
    if (const auto& after = in.page.after; !after.empty()) {
        auto place = place_of(after);
        query.at = place.at;
        query.after = std::move(place.id);
        query.before = std::min(query.before, Time{query.at.us + 1});
    }
    return query;
}

Page<FoundMessage> Search::search(const Caller& me, const MessageSearch& in) const {
    const auto query = query_of(in);
    return ground_.db.read([&](db::Read& tx) {
        Page<FoundMessage> out;
        std::vector<UserId> senders;
        const bool any_sender = !in.sender_id || in.sender_id->empty();
        if (!any_sender) {
            if (*in.sender_id == "me") {
                senders.push_back(me.id);
            } else {
                senders = ground_.users.named(tx, *in.sender_id);
            }
            if (senders.empty()) return out;
        }
        if (in.conversation_id) chats_.get_visible(tx, me.id, *in.conversation_id);
        const auto cut_off = ground_.users.cut_off(tx, me.id);
        const auto chat = in.conversation_id ? in.conversation_id->view() : std::string_view{};
        const auto horizon = tx.value<std::optional<Time>>(sql::messages::search_horizon{
            .before = query.before, .at_once = at_once_, .user_id = me.id, .chat_id = chat});
        const bool is_cut = horizon && *horizon >= query.since;
        const Time since = is_cut ? Time{horizon->us + 1} : query.since;
        auto rows =
            tx.list<FoundRow>(sql::messages::search{.since = since,
                                                    .before = query.before,
                                                    .user_id = me.id,
                                                    .chat_id = chat,
                                                    .pattern = query.pattern,
                                                    .any_sender = any_sender ? 1 : 0,
                                                    .senders = db::ids_of(senders),
                                                    .at = query.at,
                                                    .after = query.after,
                                                    .cut_off = db::ids_of(cut_off),
                                                    .limit = in.page.limit + 1,
                                                    .skip = in.page.after.empty() ? in.page.skip : 0});
        if (std::ssize(rows) > in.page.limit) {
            rows.pop_back();
            out.next = place_text(rows.back().created_at, rows.back().message_id.view());
        } else if (is_cut) {
            out.next = place_text(since, "");
        }
        std::vector<UserId> others;
        std::vector<GroupId> groups;
        for (const auto& row : rows) {
            if (row.is_group) groups.push_back(group_id_of(row.chat_id));
            const auto& other = row.low_user_id == me.id ? row.high_user_id : row.low_user_id;
            others.push_back(other.value_or(users::kDeletedUser.user_id));
        }
        const auto cards = ground_.users.cards(tx, others, me.base_url);
        const auto group_cards = groups.empty() || ground_.plugs.groups == nullptr
                                     ? std::vector<GroupCard>(groups.size())
                                     : ground_.plugs.groups->cards(tx, groups, me.base_url);
        std::size_t group = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            auto& row = rows[i];
            FoundMessage found{.message_id = row.message_id,
                               .conversation_id = row.chat_id,
                               .sender_id = row.sender_id.value_or(users::kDeletedUser.user_id),
                               .content = std::move(row.content),
                               .created_at = row.created_at,
                               .type = row.type,
                               .other_user = {},
                               .group = {}};
            if (row.is_group) {
                found.group = group_cards[group++];
            } else {
                found.other_user.emplace().json = cards[i]->json;
            }
            out.items.push_back(std::move(found));
        }
        return out;
    });
}

}  // namespace grover::messages
