#include "domains/notifications/notices.hpp"

#include <algorithm>
#include <unordered_map>

#include "platform/observability/metrics.hpp"
#include "platform/text/utf8.hpp"
#include "sql/notifications.hpp"

namespace grover::notifications {
namespace {

using std::chrono::hours;

constexpr std::size_t kMaxContent = 300;
constexpr hours kSameFor{24};
constexpr hours kNewAccount{1};
constexpr int kFlood = 30;

void count_created(Type type) {
    static const auto counters = [] {
        std::vector<metrics::Counter> made;
        for (const auto& facts : all_types()) {
            made.push_back(metrics::counter("grover_notifications_created_total", "Notifications written.",
                                            {{"type", std::string(facts.name)}}));
        }
        return made;
    }();
    counters[static_cast<std::size_t>(type)].add();
}

// Whether a word begins or ends between the bytes before and at `at`.
bool is_edge(std::string_view text, std::size_t at) {
    if (at == 0 || at >= text.size()) return true;
    std::size_t before = at;
    do {
        --before;
    } while (before > 0 && (static_cast<unsigned char>(text[before]) & 0xC0) == 0x80);
    std::size_t next = at;
    return !text::is_word_code_point(text::next_code_point(text, before)) ||
           !text::is_word_code_point(text::next_code_point(text, next));
}

NotificationRow row_of(const Notice& notice, const UserId& recipient, const std::string& content) {
    NotificationRow row;
    row.user_id = recipient;
    row.type = facts_of(notice.type).name;
    row.content = content;
    row.related_id = notice.related_id;
    row.post_id = notice.post_id;
    row.comment_id = notice.comment_id;
    row.place_type = notice.place_type;
    row.place_id = notice.place_id;
    row.target_type = notice.target_type;
    row.target_id = notice.target_id;
    if (!notice.actor.empty()) row.actor_id = notice.actor;
    row.data = notice.data;
    return row;
}

}  // namespace

bool holds_muted_word(std::string_view text, const std::vector<std::string>& keywords) {
    if (keywords.empty()) return false;
    const auto lower = text::lower(text);
    return std::ranges::any_of(keywords, [&](const std::string& keyword) {
        for (auto at = lower.find(keyword); at != std::string::npos; at = lower.find(keyword, at + 1)) {
            if (is_edge(lower, at) && is_edge(lower, at + keyword.size())) return true;
        }
        return false;
    });
}

std::string cut(std::string text, std::size_t max) {
    if (text.size() <= max) return text;
    std::size_t at = 0;
    for (std::size_t seen = 0; seen < max && at < text.size(); ++seen) text::next_code_point(text, at);
    text.resize(at);
    return text;
}

Notices::Notices(users::UsersService& users, PushQueue& pushes, const Clock& clock)
    : users_(users), pushes_(pushes), clock_(clock) {}

std::string Notices::cause_of(const Notice& notice) {
    std::string cause(facts_of(notice.type).name);
    cause += '|';
    if (!notice.same.empty()) return cause += notice.same;
    cause += notice.actor.view();
    cause += '|';
    if (notice.target_id) cause += *notice.target_id;
    return cause;
}

std::optional<Notices::Actor> Notices::find_actor(db::Write& tx, const UserId& actor, Time now) const {
    if (actor.empty()) return Actor{};
    const auto account = users_.cached_account(tx, actor);
    if (!account->exists || account->status != users::AccountStatus::active) return std::nullopt;
    return Actor{account->name, account->created_at > now - kNewAccount};
}

std::vector<users::NoticeTerms> Notices::open_to(db::Write& tx, const Notice& notice,
                                                 std::span<const UserId> recipients) const {
    auto terms = users_.notice_terms(tx, recipients, notice.actor.empty() ? notice.owner : notice.actor);
    const auto& facts = facts_of(notice.type);
    std::optional<std::string> quoted;
    std::erase_if(terms, [&](const users::NoticeTerms& one) {
        if (one.settings.user_id == notice.actor || one.is_closed_to_actor) return true;
        if (facts.wish != nullptr && !(one.settings.*facts.wish)) return true;
        if (!facts.quotes_actor || !notice.quoted || one.settings.mute_keywords.empty()) return false;
        if (!quoted) quoted = notice.quoted(tx);
        return holds_muted_word(*quoted, one.settings.mute_keywords);
    });
    return terms;
}

bool Notices::floods(db::Read& tx, const UserId& actor) const {
    return tx.value<std::int64_t>(sql::notifications::reached_by{.actor_id = actor, .limit = kFlood}) >=
           kFlood;
}

void Notices::tell(db::Write& tx, const Notice& notice, std::span<const UserId> recipients) const {
    tell_each(tx, notice, recipients, Repeat::once_a_day);
}

std::vector<UserId> Notices::tell_newest(db::Write& tx, const Notice& notice,
                                         std::span<const UserId> recipients) const {
    return tell_each(tx, notice, recipients, Repeat::newest);
}

void Notices::bring_back(db::Write& tx, const Notice& notice, const UserId& recipient) const {
    const auto cause = cause_of(notice);
    if (tx.exists(sql::notifications::has_withdrawn{
            .user_id = recipient, .cause = cause, .a_day_ago = clock_.now() - kSameFor}))
        tell(tx, notice, recipient);
}

// Returns those who are told, now or before.
std::vector<UserId> Notices::tell_each(db::Write& tx, const Notice& notice,
                                       std::span<const UserId> recipients, Repeat repeat) const {
    const Time now = clock_.now();
    const auto actor = find_actor(tx, notice.actor, now);
    if (!actor) return {};
    auto terms = open_to(tx, notice, recipients);
    std::vector<UserId> told;
    if (terms.empty()) return told;
    // In one order for all transactions, so that none waits for another in a circle.
    std::ranges::sort(terms, {}, [](const users::NoticeTerms& one) { return one.settings.user_id; });

    const auto content =
        cut(notice.actor.empty() ? notice.words : actor->name + ' ' + notice.words, kMaxContent);
    const auto cause = cause_of(notice);
    const bool rows_only = actor->may_be_new && floods(tx, notice.actor);
    for (const auto& [settings, closed] : terms) {
        told.push_back(settings.user_id);
        auto row = row_of(notice, settings.user_id, content);
        row.notification_id = IdSource::next_at<NotificationId>(now);
        row.created_at = now;
        // `floods` asks that index.
        row.in_actor_index = !notice.happens_once || actor->may_be_new;
        row.in_post_index = !notice.post_is_own;
        bool is_new = true;
        if (repeat == Repeat::newest) {
            if (tx.exists(sql::notifications::tells_already{
                    .user_id = row.user_id, .cause = cause, .target_id = row.target_id}))
                continue;
            const auto renewed =
                tx.find<NotificationId>(sql::notifications::renew_unread{.now = now,
                                                                         .content = row.content,
                                                                         .actor_id = row.actor_id,
                                                                         .related_id = row.related_id,
                                                                         .target_type = row.target_type,
                                                                         .target_id = row.target_id,
                                                                         .data = row.data,
                                                                         .user_id = row.user_id,
                                                                         .cause = cause});
            if (renewed) {
                row.notification_id = *renewed;
                tx.touch(stamp_of(row.user_id));
            } else {
                tx.exec(sql::notifications::replace_cause{.user_id = row.user_id,
                                                          .cause = cause,
                                                          .notification_id = row.notification_id,
                                                          .now = now});
                insert_row(tx, row);
                count_created(notice.type);
            }
        } else if (notice.happens_once) {
            insert_row(tx, row);
            count_created(notice.type);
        } else {
            bool told_before = true;
            tx.each(sql::notifications::remember_cause{.user_id = row.user_id,
                                                       .cause = cause,
                                                       .notification_id = row.notification_id,
                                                       .now = now,
                                                       .a_day_ago = now - kSameFor},
                    [&](const db::Row& known) {
                        told_before = false;
                        is_new = known.text(0) == row.notification_id.view();
                        row.notification_id = known.get<NotificationId>(0);
                        row.created_at = known.get<Time>(1);
                    });
            if (told_before) continue;
            insert_row(tx, row);
            if (is_new) count_created(notice.type);
        }
        tx.publish(NotificationStored{row.notification_id, row.user_id});
        // What comes back was pushed when it was new.
        if (is_new && !rows_only) pushes_.add(tx, row, settings, notice.expires_at);
    }
    return told;
}

void Notices::withdraw(db::Write& tx, const Notice& notice, const UserId& recipient) const {
    const auto cause = cause_of(notice);
    const auto removed = tx.list<Removed>(sql::notifications::withdraw{.user_id = recipient, .cause = cause});
    if (removed.empty()) return;
    tx.exec(sql::notifications::mark_withdrawn{.user_id = recipient, .cause = cause});
    count_removed(tx, removed);
}

void Notices::read(db::Write& tx, const Notice& notice, const UserId& recipient) const {
    const auto id = tx.find<NotificationId>(
        sql::notifications::id_of_cause{.user_id = recipient, .cause = cause_of(notice)});
    if (!id) return;
    const std::vector<std::string_view> ids{id->view()};
    if (mark_read(tx, recipient, {.ids = &ids}, clock_.now()) == 0) return;
    tx.publish(NotificationsRead{
        .user_id = recipient, .notification_ids = {*id}, .unread_count = unread_of(tx, recipient)});
}

}  // namespace grover::notifications
