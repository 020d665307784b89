#include "domains/users/users_settings_store.hpp"

#include <algorithm>

#include "domains/users/users_parts.hpp"
#include "domains/users/users_store.hpp"
#include "platform/db/write_copies.hpp"
#include "sql/user_edges.hpp"
#include "sql/user_settings.hpp"

namespace grover::users::store {
namespace {

template <class E>
E enum_in(const db::Row& row, int column) {
    return wire::enum_of<E>(row.text(column)).value();
}

template <class E>
std::optional<std::string_view> name_of(const std::optional<E>& value) {
    if (!value) return std::nullopt;
    return wire::name_of(*value);
}

std::vector<std::string> texts_of(std::string_view json) {
    std::vector<std::string> out;
    const auto document = wire::JsonDocument::parse(json);
    if (document) wire::read_into(document->root(), out);
    return out;
}

// The columns of get_notification_settings; user_id stays empty.
NotificationSettings settings_in(const db::Row& row) {
    NotificationSettings out;
    int column = 0;
    const auto next = [&]<class T>(T& member) { member = row.get<T>(column++); };
    next(out.notify_followers);
    next(out.notify_likes);
    next(out.notify_comments);
    next(out.notify_messages);
    next(out.notify_sales);
    next(out.notify_mentions);
    next(out.notify_reposts);
    next(out.notify_super_chat);
    next(out.notify_tips);
    next(out.notify_stream_online);
    next(out.email_enabled);
    next(out.push_enabled);
    if (const auto keywords = row.text(column++); keywords != "[]") out.mute_keywords = texts_of(keywords);
    out.email_frequency = enum_in<EmailFrequency>(row, column++);
    next(out.quiet_hours_enabled);
    next(out.quiet_hours_start);
    next(out.quiet_hours_end);
    next(out.timezone);
    next(out.push_preview);
    next(out.muted_until);
    return out;
}

}  // namespace

NotificationSettings notification_settings(db::Read& tx, const UserId& user) {
    NotificationSettings out;
    tx.each(sql::user_settings::get_notification_settings{.user_id = user}, [&](const db::Row& row) {
        out = settings_in(row);
        out.user_id = user;
    });
    if (out.user_id.empty()) throw user_not_found();
    return out;
}

std::vector<NoticeTerms> notice_terms(db::Read& tx, std::span<const UserId> recipients, const UserId& actor,
                                      Time now) {
    std::vector<NoticeTerms> out;
    tx.each(
        sql::user_settings::notice_terms{.actor = actor, .now = now, .recipients = db::ids_of(recipients)},
        [&](const db::Row& row) {
            auto& terms = out.emplace_back(NoticeTerms{settings_in(row), row.integer(21) != 0});
            terms.settings.user_id = row.get<UserId>(20);
        });
    return out;
}

namespace {

// Who is shut out of more people's hearing, or shuts out more, is asked about by a statement each time.
constexpr std::size_t kMostShutOut = 200;

// Of whom somebody hears nothing: a block on either side, or a mute.
struct ShutOut {
    UserId user_id;
    Time until;

    static constexpr auto columns =
        Pack{db::column("user_id", &ShutOut::user_id), db::column("until", &ShutOut::until)};
};

struct KeptTerms {
    NotificationSettings settings;
    std::vector<ShutOut> shut_out;

    bool is_kept_whole() const { return shut_out.size() <= kMostShutOut; }
    bool is_closed_to(const UserId& actor, Time now) const {
        return std::ranges::any_of(
            shut_out, [&](const ShutOut& one) { return one.user_id == actor && one.until > now; });
    }
};

// nullptr: no copies are made here, or there is no such user. Valid until the next call.
const KeptTerms* kept_terms(db::Write& tx, const UserId& recipient) {
    thread_local db::WriteCopies<KeptTerms> copies;
    if (tx.commit_before() == 0) return nullptr;
    if (const auto* kept = copies.find(tx, recipient.view())) return kept;
    db::Unchanged rows(tx);
    rows.add(StampKey(kProfileStamp, recipient).view());
    rows.add(StampKey(kRelationsStamp, recipient).view());
    KeptTerms read;
    tx.each(sql::user_settings::get_notification_settings{.user_id = recipient}, [&](const db::Row& row) {
        read.settings = settings_in(row);
        read.settings.user_id = recipient;
    });
    if (read.settings.user_id.empty()) return nullptr;
    read.shut_out = tx.list<ShutOut>(sql::user_edges::shut_out{
        .user_id = recipient, .limit = static_cast<std::int64_t>(kMostShutOut) + 1});
    return &copies.keep(recipient.view(), rows, std::move(read));
}

}  // namespace

std::vector<NoticeTerms> notice_terms(db::Write& tx, std::span<const UserId> recipients, const UserId& actor,
                                      Time now) {
    // Several in one statement, rather than each that is not kept in one of its own.
    const auto* kept = recipients.size() == 1 ? kept_terms(tx, recipients.front()) : nullptr;
    if (kept != nullptr && kept->is_kept_whole()) return {{kept->settings, kept->is_closed_to(actor, now)}};
    return notice_terms(static_cast<db::Read&>(tx), recipients, actor, now);
}

PrivacySettings privacy_settings(db::Read& tx, const UserId& user) {
    std::optional<PrivacySettings> out;
    tx.each(sql::user_settings::get_privacy_settings{.user_id = user}, [&](const db::Row& row) {
        auto& settings = out.emplace();
        int column = 0;
        const auto next = [&](bool& member) { member = row.get<bool>(column++); };
        const auto next_audience = [&](Audience& member) { member = enum_in<Audience>(row, column++); };
        next(settings.is_private);
        next_audience(settings.allow_messages);
        next_audience(settings.allow_tags);
        next_audience(settings.allow_mentions);
        next_audience(settings.allow_story_replies);
        next_audience(settings.allow_calls);
        next_audience(settings.allow_group_adds);
        next(settings.show_online);
        next(settings.show_read_receipts);
        next(settings.auto_archive);
        next(settings.discoverable);
        next(settings.show_in_leaderboards);
        next(settings.allow_analytics);
    });
    if (!out) throw user_not_found();
    return *out;
}

void update_notification_settings(db::Write& tx, const UserId& user,
                                  const NotificationSettingsUpdate& change) {
    std::optional<std::string> keywords;
    if (change.mute_keywords) keywords = wire::to_json(*change.mute_keywords);
    tx.exec(sql::user_settings::update_notification_settings{
        .notify_followers = change.notify_followers,
        .notify_likes = change.notify_likes,
        .notify_comments = change.notify_comments,
        .notify_messages = change.notify_messages,
        .notify_sales = change.notify_sales,
        .notify_mentions = change.notify_mentions,
        .notify_reposts = change.notify_reposts,
        .notify_super_chat = change.notify_super_chat,
        .notify_tips = change.notify_tips,
        .notify_stream_online = change.notify_stream_online,
        .email_enabled = change.email_enabled,
        .push_enabled = change.push_enabled,
        .mute_keywords = keywords,
        .email_frequency = name_of(change.email_frequency),
        .quiet_hours_enabled = change.quiet_hours_enabled,
        .quiet_hours_start = change.quiet_hours_start,
        .quiet_hours_end = change.quiet_hours_end,
        .timezone = change.timezone,
        .push_preview = change.push_preview,
        .muted_until = change.muted_until,
        .user_id = user,
    });
    touch_profile(tx, user);
}

void update_privacy_settings(db::Write& tx, const UserId& user, const PrivacyUpdate& change) {
    tx.exec(sql::user_settings::update_privacy_settings{
        .allow_messages = name_of(change.allow_messages),
        .allow_tags = name_of(change.allow_tags),
        .allow_mentions = name_of(change.allow_mentions),
        .allow_story_replies = name_of(change.allow_story_replies),
        .allow_calls = name_of(change.allow_calls),
        .allow_group_adds = name_of(change.allow_group_adds),
        .show_online = change.show_online,
        .show_read_receipts = change.show_read_receipts,
        .auto_archive = change.auto_archive,
        .show_in_leaderboards = change.show_in_leaderboards,
        .allow_analytics = change.allow_analytics,
        .user_id = user,
    });
}

}  // namespace grover::users::store
