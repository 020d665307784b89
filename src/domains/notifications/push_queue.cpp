#include "domains/notifications/push_queue.hpp"

#include <algorithm>

#include "domains/notifications/deliveries.hpp"
#include "platform/base/timezone.hpp"
#include "platform/text/utf8.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/push.hpp"

namespace grover::notifications {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kMergeFor{30};
constexpr seconds kOncePer{60};        // of one type and target
constexpr seconds kMessageOncePer{5};  // of one conversation; later ones replace what waits
constexpr int kMostPerHour = 30;
constexpr int kMostMessagesPerHour = 120;
constexpr minutes kSummaryEvery{15};
constexpr int kMostMerged = 1'000;
constexpr int kMostDevices = 10;
constexpr std::size_t kMaxBody = 178;

enum class LogKind : std::uint8_t { other, message, summary };

minutes minutes_of(std::string_view time_of_day) {
    const auto digit = [&](std::size_t i) { return time_of_day[i] - '0'; };
    if (time_of_day.size() != 5) return minutes{0};
    return minutes{(digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4)};
}

std::string target_of(const NotificationRow& row) {
    // All that happens in one conversation or group is one target, and all that happens to one thing.
    if (row.type == facts_of(Type::message).name && row.place_id) return *row.place_id;
    return row.target_id.value_or("");
}

// Without the last, broken word.
std::string cut_at_word(std::string text) {
    if (text::count_code_points(text) <= kMaxBody) return text;
    std::size_t at = 0;
    std::size_t last_space = 0;
    for (std::size_t seen = 0; seen < kMaxBody && at < text.size(); ++seen) {
        if (text[at] == ' ') last_space = at;
        text::next_code_point(text, at);
    }
    text.resize(last_space > 0 ? last_space : at);
    return text;
}

// "reacted to your post" of many, whose reactions differ.
std::string words_of(const NotificationRow& row, const std::string& name) {
    if (row.type == facts_of(Type::reaction).name)
        return "reacted to your " + row.target_type.value_or("post");
    return row.content.starts_with(name + ' ') ? row.content.substr(name.size() + 1) : row.content;
}

std::string data_of(const NotificationRow& row) {
    std::string data = "{";
    const auto add = [&](std::string_view key, std::string_view value) {
        wire::append_key(data, key);
        wire::append_string(data, value);
    };
    add("type", row.type);
    if (row.related_id) add("related_id", *row.related_id);
    add("notification_id", row.notification_id.view());
    if (row.actor_id) add("actor_id", row.actor_id->view());
    if (row.post_id) add("post_id", *row.post_id);
    if (row.target_type) add("target_type", *row.target_type);
    if (row.target_id) add("target_id", *row.target_id);
    return data += '}';
}

struct Device {
    std::string device_id;
    std::string provider;
    Time paused_until;
    static constexpr auto columns = Pack{
        db::column("device_id", &Device::device_id),
        db::column("provider", &Device::provider),
        db::column("paused_until", &Device::paused_until),
    };
};

}  // namespace

Time end_of_quiet_hours(const users::NotificationSettings& settings, Time now) {
    if (!settings.quiet_hours_enabled) return now;
    const auto start = minutes_of(settings.quiet_hours_start), end = minutes_of(settings.quiet_hours_end);
    const auto& zone = TimeZone::find_or_utc(settings.timezone);
    const auto at = zone.local(now).of_day;
    const bool is_quiet = start == end  ? true
                          : start < end ? at >= start && at < end
                                        : at >= start || at < end;
    return is_quiet ? zone.next(now, end) : now;
}

PushText push_text(const NotificationRow& newest, std::size_t others, const users::UserCard* actor,
                   bool may_quote) {
    if (!may_quote || (newest.actor_id && (actor == nullptr || actor->is_hidden)))
        return {std::string(unnamed_text(newest.type).value_or("Grover")), "New notification"};
    const std::string name = actor != nullptr ? actor->summary.name : std::string();
    PushText text{.title = name.empty() ? "Grover" : name, .body = newest.content};
    if (newest.type == facts_of(Type::scheduled_post_published).name) text.title = "Post Published";
    if (!name.empty()) {
        if (text.body.starts_with(name + ' ')) text.body.erase(0, name.size() + 1);
        if (others > 0) {
            text.body = "and " + std::to_string(others) + (others == 1 ? " other " : " others ") +
                        words_of(newest, name);
        }
    }
    text.body = cut_at_word(std::move(text.body));
    return text;
}

struct PushQueue::Waiting {
    NotificationId notification_id;
    UserId user_id;
    std::string type;
    std::string target;
    Time due_at;
    Time expires_at;

    static constexpr auto columns = Pack{
        db::column("notification_id", &Waiting::notification_id),
        db::column("user_id", &Waiting::user_id),
        db::column("type", &Waiting::type),
        db::column("target", &Waiting::target),
        db::column("due_at", &Waiting::due_at),
        db::column("expires_at", &Waiting::expires_at),
    };
};

PushQueue::PushQueue(db::Database& db, users::UsersService& users, const Clock& clock)
    : db_(db), users_(users), clock_(clock) {}

void PushQueue::add(db::Write& tx, const NotificationRow& row, const users::NotificationSettings& settings,
                    std::optional<Time> expires_at) {
    const auto type = type_named(row.type);
    if (!type || (!settings.push_enabled && *type != Type::security)) return;
    if (!tx.exists(sql::push::has_devices{.user_id = row.user_id})) return;
    const auto& facts = facts_of(*type);
    const Time now = clock_.now();
    const Time due = facts.merges ? now + kMergeFor : now;
    const auto target = target_of(row);
    // The order of the first one takes all that came to wait beside it.
    const bool is_ordered = facts.merges && tx.exists(sql::push::waits{
                                                .user_id = row.user_id, .type = row.type, .target = target});
    tx.exec(sql::push::queue_push{.notification_id = row.notification_id,
                                  .user_id = row.user_id,
                                  .type = row.type,
                                  .target = target,
                                  .due_at = due,
                                  .expires_at = expires_at.value_or(now + facts.expires_after)});
    if (!is_ordered) tx.enqueue(PreparePush{row.notification_id}, due);
}

void PushQueue::run(const PreparePush& job) {
    db_.write([&](db::Write& tx) {
        const auto first = tx.find<Waiting>(sql::push::find_queued{.notification_id = job.notification_id});
        if (first && first->due_at <= clock_.now()) prepare(tx, *first);
    });
}

void PushQueue::prepare(db::Write& tx, const Waiting& first) {
    const Time now = clock_.now();
    const auto& facts = facts_of(type_named(first.type).value_or(Type::system));
    auto waiting =
        facts.merges
            ? tx.list<Waiting>(sql::push::queued_together{
                  .user_id = first.user_id, .type = first.type, .target = first.target, .limit = kMostMerged})
            : std::vector{first};
    const auto ids = db::ids_of(waiting, &Waiting::notification_id);
    const auto terms = users_.notice_terms(tx, {&first.user_id, 1}, UserId{});
    const auto rows = tx.list<NotificationRow>(sql::push::unread_of{.notification_ids = ids});
    const bool expired =
        std::ranges::all_of(waiting, [&](const Waiting& one) { return one.expires_at <= now; });
    const bool dropped =
        terms.empty() || rows.empty() || expired || is_paused(terms.front().settings, first.type, now);
    if (dropped) {
        tx.exec(sql::push::unqueue{.notification_ids = ids});
        return;
    }
    const auto& settings = terms.front().settings;
    if (!facts.is_urgent) {
        if (const auto end = end_of_quiet_hours(settings, now); end > now) return hold(tx, waiting, end);
        if (const auto until = throttled_until(tx, first, now)) {
            if (first.type != facts_of(Type::message).name || *until > now + kMessageOncePer)
                return hold(tx, waiting, *until);
            tx.exec(sql::push::postpone{.due_at = *until, .notification_ids = ids});
            tx.enqueue(PreparePush{first.notification_id}, *until);
            return;
        }
    }
    tx.exec(sql::push::unqueue{.notification_ids = ids});

    const auto& newest = rows.back();
    const auto actor = newest.actor_id ? users_.card(tx, *newest.actor_id, "") : nullptr;
    auto text = push_text(newest, rows.size() - 1, actor.get(), settings.push_preview);
    const auto push_id = newest.notification_id.str() + '@' + std::to_string(newest.created_at.us);
    tx.exec(sql::push::log_push{.user_id = first.user_id,
                                .now = now,
                                .push_id = push_id,
                                .type = first.type,
                                .target = first.target});
    send(tx, first.user_id,
         {.push_id = push_id,
          .notification_id = newest.notification_id,
          .type = first.type,
          .text = std::move(text),
          .data = data_of(newest),
          .topic = topic_of(first.type, first.target),
          .expires_at = waiting.back().expires_at});
}

bool PushQueue::is_paused(const users::NotificationSettings& settings, std::string_view type, Time now) {
    if (settings.muted_until && *settings.muted_until > now) return true;
    return !settings.push_enabled && type != facts_of(Type::security).name;
}

std::optional<Time> PushQueue::throttled_until(db::Read& tx, const Waiting& push, Time now) const {
    const bool is_message = push.type == facts_of(Type::message).name;
    const Time summary{(now.us / summary_us() + 1) * summary_us()};
    const auto this_hour = tx.value<std::int64_t>(
        sql::push::pushes_since{.user_id = push.user_id,
                                .since = now - hours{1},
                                .kind = static_cast<int>(is_message ? LogKind::message : LogKind::other)});
    if (this_hour >= (is_message ? kMostMessagesPerHour : kMostPerHour)) return summary;
    const auto once_per = is_message ? kMessageOncePer : kOncePer;
    const auto last = tx.find<Time>(sql::push::last_push{
        .user_id = push.user_id, .since = now - once_per, .type = push.type, .target = push.target});
    if (!last) return std::nullopt;
    return is_message ? *last + once_per : summary;
}

std::int64_t PushQueue::summary_us() { return std::chrono::microseconds{kSummaryEvery}.count(); }

void PushQueue::hold(db::Write& tx, const std::vector<Waiting>& waiting, Time until) {
    tx.exec(
        sql::push::hold{.due_at = until, .notification_ids = db::ids_of(waiting, &Waiting::notification_id)});
    const auto& user = waiting.front().user_id;
    tx.enqueue_once(user.str() + '|' + std::to_string(until.us), PushSummary{user}, until);
}

void PushQueue::run(const PushSummary& job) {
    db_.write([&](db::Write& tx) {
        const Time now = clock_.now();
        const auto held = tx.list<Waiting>(sql::push::held_of{.user_id = job.user_id, .limit = kMostMerged});
        const auto terms = users_.notice_terms(tx, {&job.user_id, 1}, UserId{});
        if (held.empty() || terms.empty()) return;
        const auto& settings = terms.front().settings;
        if (const auto end = end_of_quiet_hours(settings, now); end > now) return hold(tx, held, end);
        tx.exec(sql::push::unqueue{.notification_ids = db::ids_of(held, &Waiting::notification_id)});
        if (is_paused(settings, "summary", now)) return;
        std::vector<NotificationId> fresh;
        for (const auto& one : held) {
            if (one.expires_at > now) fresh.push_back(one.notification_id);
        }
        const auto rows =
            tx.list<NotificationRow>(sql::push::unread_of{.notification_ids = db::ids_of(fresh)});
        if (rows.empty()) return;
        send(tx, job.user_id,
             {.push_id = "summary@" + std::to_string(now.us),
              .notification_id = std::nullopt,
              .type = "summary",
              .text = {"Grover", "You have " + std::to_string(rows.size()) +
                                     (rows.size() == 1 ? " new notification" : " new notifications")},
              .data = R"({"type":"summary"})",
              .topic = topic_of("summary", ""),
              .expires_at = now + hours{24}});
    });
}

void PushQueue::send(db::Write& tx, const UserId& user, const Push& push) {
    const Time now = clock_.now();
    const auto badge = unread_of(tx, user);
    auto devices = tx.list<Device>(sql::push::devices_of{.user_id = user});
    if (devices.size() > kMostDevices) devices.resize(kMostDevices);
    for (const auto& device : devices) {
        const Time due = std::max(now, device.paused_until);
        tx.exec(sql::push::add_delivery{.delivery_id = IdSource::next_at<DeliveryId>(now),
                                        .push_id = push.push_id,
                                        .device_id = device.device_id,
                                        .notification_id = push.notification_id,
                                        .provider = device.provider,
                                        .type = push.type,
                                        .title = push.text.title,
                                        .body = push.text.body,
                                        .data = push.data,
                                        .topic = push.topic,
                                        .badge = badge,
                                        .due_at = due,
                                        .expires_at = push.expires_at,
                                        .created_at = now});
        order_sending(tx, device.provider, due, now);
    }
}  // namespace

void PushQueue::sweep() {
    constexpr int kAtOnce = 500;
    const Time now = clock_.now();
    db_.write([&](db::Write& tx) {
        for (const auto& id :
             tx.list<NotificationId>(sql::push::overdue{.before = now - minutes{1}, .limit = kAtOnce}))
            tx.enqueue_once(id.view(), PreparePush{id}, now);
        tx.exec(sql::push::forget_log{.before = now - hours{1}, .limit = kAtOnce * 10});
    });
}

}  // namespace grover::notifications
