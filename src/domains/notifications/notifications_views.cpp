#include "domains/notifications/notifications_views.hpp"

#include <algorithm>
#include <array>

#include "platform/db/row_cache.hpp"

namespace grover::notifications {
namespace {

using PagePtr = std::shared_ptr<const RenderedPage>;

// The two pages that the clients of one user ask for in turn.
using KeptPages = std::array<PagePtr, 2>;

auto& page_cache() {
    thread_local db::RowCache<KeptPages> cache{"notifications"};
    return cache;
}

std::size_t bytes_of(const PagePtr& page) {
    return page ? page->body.size() + page->type_filter.size() + sizeof(RenderedPage) +
                      page->actors.size() * (sizeof(UserId) + 16)
                : 0;
}

bool is_first(const NotificationList& in) { return in.page.after.empty() && in.page.skip == 0; }

bool answers(const RenderedPage& page, const Caller& me, const NotificationList& in) {
    return page.limit == in.page.limit && page.unread_only == in.unread_only &&
           page.type_filter == in.type_filter && page.base_url == me.base_url;
}

// The id that stands beside post_id and comment_id, in the member of its own.
void put_place(Notification& out, const NotificationRow& row) {
    if (!row.place_type) return;
    struct Place {
        std::string_view type;
        std::optional<std::string> Notification::*member;
    };
    static constexpr std::array kPlaces = {
        Place{"story", &Notification::story_id},
        Place{"stream", &Notification::stream_id},
        Place{"product", &Notification::product_id},
        Place{"conversation", &Notification::conversation_id},
        Place{"group", &Notification::group_id},
        Place{"community", &Notification::community_id},
        Place{"collection", &Notification::collection_id},
    };
    const auto place = std::ranges::find(kPlaces, *row.place_type, &Place::type);
    if (place != kPlaces.end()) out.*place->member = row.place_id;
}

Notification view_of(const NotificationRow& row) {
    Notification out;
    out.notification_id = row.notification_id;
    out.user_id = row.user_id;
    out.type = row.type;
    const auto type = type_named(row.type);
    out.category = type ? facts_of(*type).category : Category::other;
    out.content = row.content;
    out.read = row.read_at.has_value();
    out.created_at = row.created_at;
    out.read_at = row.read_at;
    out.related_id = row.related_id;
    out.post_id = row.post_id;
    out.comment_id = row.comment_id;
    put_place(out, row);
    out.target_type = row.target_type;
    out.target_id = row.target_id;
    out.actor_id = row.actor_id;
    out.data.json = row.data;
    return out;
}

std::vector<UserId> actors_of(std::span<const NotificationRow> rows) {
    std::vector<UserId> actors;
    for (const auto& row : rows) {
        if (row.actor_id) actors.push_back(*row.actor_id);
    }
    return actors;
}

// `cards` are those of the rows with an actor, in order.
std::vector<Notification> views_of(std::span<const NotificationRow> rows,
                                   std::span<const std::shared_ptr<const users::UserCard>> cards) {
    std::vector<Notification> out;
    out.reserve(rows.size());
    std::size_t next = 0;
    for (const auto& row : rows) {
        auto& view = out.emplace_back(view_of(row));
        if (!row.actor_id) continue;
        const auto& card = cards[next++];
        // Who is hidden or gone is "Deleted user", also by id, and the words of the event begin with a name.
        if (card->is_hidden) view.content = unnamed_text(row.type).value_or("New notification");
        view.actor_id = card->summary.user_id;
        view.actor.emplace().json = card->json;
    }
    return out;
}

}  // namespace

std::vector<Notification> Views::of(db::Read& tx, std::span<const NotificationRow> rows,
                                    std::string_view base_url) const {
    return views_of(rows, users_.cards(tx, actors_of(rows), base_url));
}

std::shared_ptr<const RenderedPage> Views::page(db::Read& tx, const Caller& me,
                                                const NotificationList& in) const {
    if (!is_first(in)) return render(tx, me, in);
    const auto key = stamp_of(me.id);
    const auto* found = page_cache().find(tx, key);
    const auto kept = found ? *found : KeptPages{};
    for (const auto& page : kept) {
        if (page && answers(*page, me, in) && users_.cards(tx, page->actors, me.base_url) == page->cards)
            return page;
    }
    auto page = render(tx, me, in);
    const auto other = kept[0] && answers(*kept[0], me, in) ? kept[1] : kept[0];
    page_cache().put(key, {page, other}, bytes_of(page) + bytes_of(other), tx.snapshot());
    return page;
}

std::shared_ptr<const RenderedPage> Views::render(db::Read& tx, const Caller& me,
                                                  const NotificationList& in) const {
    auto page = std::make_shared<RenderedPage>();
    page->limit = in.page.limit;
    page->unread_only = in.unread_only;
    page->type_filter = in.type_filter;
    page->base_url = me.base_url;

    const auto types = types_selected_by(in.type_filter);
    NotificationListAnswer answer;
    for (const auto& count : counts_of(tx, me.id)) {
        answer.unread_count += count.unread;
        if (types && std::ranges::find(*types, count.type) == types->end()) continue;
        answer.total += in.unread_only ? count.unread : count.total;
    }
    // One more than a page holds: whether there is a next one is known without counting.
    auto rows = list_rows(tx, me.id,
                          {.types = types ? &*types : nullptr,
                           .unread_only = in.unread_only,
                           .after = position_after(in.page.after),
                           .limit = in.page.limit + 1,
                           .skip = in.page.after.empty() ? std::min(in.page.skip, kMaxSkip) : 0});
    answer.has_more = rows.size() > static_cast<std::size_t>(in.page.limit);
    if (answer.has_more) {
        rows.pop_back();
        page->next = to_text(rows.back().created_at, rows.back().notification_id.view());
    }
    page->actors = actors_of(rows);
    page->cards = users_.cards(tx, page->actors, me.base_url);
    answer.notifications = views_of(rows, page->cards);
    wire::write(page->body, answer);
    constexpr std::string_view kWithoutCursor = "null}";
    page->body.resize(page->body.size() - kWithoutCursor.size());
    char hex[17];
    std::snprintf(hex, sizeof hex, "%016zx", std::hash<std::string>{}(page->body));
    page->etag = "W/\"" + std::string(hex) + '"';
    return page;
}

}  // namespace grover::notifications
