// Categories, and what readers say about recommendations.
#include <algorithm>

#include "domains/discovery/backfill.hpp"
#include "domains/discovery/discovery_parts.hpp"
#include "platform/api/inputs.hpp"
#include "platform/base/error.hpp"
#include "platform/base/stable_hash.hpp"
#include "sql/categories.hpp"
#include "sql/wishes.hpp"

namespace grover::discovery {
namespace {

constexpr std::string_view kCategoriesKey = "discovery:categories";
constexpr std::size_t kMostSeenAtOnce = 100;
constexpr std::chrono::hours kHiddenFor = kMonth;
constexpr std::chrono::hours kDismissedFor{90 * 24};
constexpr Time kForever{INT64_MAX};

CategorySet stored_categories(db::Read& tx, const PostId& post) {
    CategorySet out;
    tx.each(sql::categories::categories_of_post{.post_id = post}, [&](const db::Row& row) {
        if (const auto known = category_named(row.text(0))) out.set(*known);
    });
    return out;
}

}  // namespace

DiscoveryService::DiscoveryService(const Ground& ground, Options options)
    : parts_(std::make_unique<Parts>(ground, options)) {}
DiscoveryService::~DiscoveryService() = default;

void DiscoveryService::listen(jobs::Background& background) {
    parts_->ranks.listen(background.events());
    const auto show = [this](const UserId& user, bool is_shown) {
        parts_->ground.db.write([&](db::Write& tx) {
            tx.exec(sql::categories::show_author{.is_shown = is_shown, .user_id = user});
            tx.touch(kCategoriesKey);
            tx.touch(kRanksKey);
        });
    };
    constexpr std::string_view name = "discovery.authors";
    const auto is_open = [this](const UserId& user) {
        const auto account =
            parts_->ground.db.read([&](db::Read& tx) { return parts_->ground.users.account(tx, user); });
        return account.status == users::AccountStatus::active && !account.is_private;
    };
    background.events().on<users::PrivacyChanged>(
        name, [=](const users::PrivacyChanged& event) { show(event.user_id, is_open(event.user_id)); });
    background.events().on<users::AccountHidden>(
        name, [=](const users::AccountHidden& event) { show(event.user_id, is_open(event.user_id)); });
    background.events().on<users::AccountShown>(
        name, [=](const users::AccountShown& event) { show(event.user_id, is_open(event.user_id)); });
    background.jobs().on<Backfill>([this](const Backfill& job) { run_backfill(job, parts_->ground, *this); });
    background.jobs().every("discovery.ranks", std::chrono::seconds{60}, [this] { parts_->ranks.age(); });
    background.jobs().every("discovery.sweep", std::chrono::hours{1}, [this] {
        parts_->seen.sweep();
        parts_->ground.db.write([&](db::Write& tx) {
            tx.exec(sql::wishes::forget_past_wishes{.now = parts_->ground.clock.now()});
        });
    });
}

void DiscoveryService::post_saved(db::Write& tx, const posts::SavedPost& post) {
    const auto before = stored_categories(tx, post.post_id);
    const auto after = categories_of(post.category, post.tags);
    if (before.none() && after.none()) return;
    // Sums are of public posts: of the others they know nothing, so a change of visibility counts as well.
    const bool counts = post.visibility == posts::Visibility::public_;
    const auto account = parts_->ground.users.account(tx, post.user_id);
    const bool is_shown = account.status == users::AccountStatus::active && !account.is_private;
    for (std::size_t i = 0; i < kCategories; ++i) {
        if (!before[i] && !after[i]) continue;
        const auto category = discovery::categories()[i].id;
        bool counted = false;
        if (before[i])
            counted =
                tx.value<bool>(sql::categories::is_counted{.category = category, .post_id = post.post_id});
        if (before[i] && !after[i])
            tx.exec(sql::categories::take_out{.category = category, .post_id = post.post_id});
        if (after[i])
            tx.exec(sql::categories::put_in{.category = category,
                                            .post_id = post.post_id,
                                            .created_at = post.created_at,
                                            .is_counted = counts});
        const int delta = (after[i] && counts) - counted;
        if (delta == 0) continue;
        tx.exec(sql::categories::count_for_author{
            .user_id = post.user_id, .category = category, .delta = delta, .is_shown = is_shown});
    }
    tx.touch(kCategoriesKey);
}

void DiscoveryService::post_erased(db::Write& tx, const PostId& post, const UserId& author) {
    const auto stored = stored_categories(tx, post);
    for (std::size_t i = 0; i < kCategories; ++i) {
        if (!stored[i]) continue;
        const auto category = discovery::categories()[i].id;
        const bool counted =
            tx.value<bool>(sql::categories::is_counted{.category = category, .post_id = post});
        tx.exec(sql::categories::take_out{.category = category, .post_id = post});
        if (!counted) continue;
        tx.exec(sql::categories::count_for_author{
            .user_id = author, .category = category, .delta = -1, .is_shown = true});
    }
    if (stored.any()) tx.touch(kCategoriesKey);
}

void DiscoveryService::post_opened(const UserId& reader, const PostId& post) {
    const auto hash = stable_hash(post.view());
    parts_->seen.record(reader, std::span(&hash, 1));
}

std::string DiscoveryService::categories() {
    return parts_->ground.db.read([&](db::Read& tx) {
        return *parts_->category_sums.get(tx, [&] {
            std::array<std::int64_t, kCategories> sums{};
            tx.each(sql::categories::sums{}, [&](const db::Row& row) {
                if (const auto known = category_named(row.text(0))) sums[*known] = row.integer(1);
            });
            std::vector<CategoryItem> items;
            for (std::size_t i = 0; i < kCategories; ++i) {
                const auto& info = discovery::categories()[i];
                const std::string id(info.id);
                items.push_back({id, id, std::string(info.name), std::string(info.icon),
                                 std::string(info.color), std::string(info.emoji), sums[i]});
            }
            return wire::to_json(items);
        });
    });
}

posts::PostPage DiscoveryService::category_posts(const Caller& me, const CategoryPosts& in) {
    if (!category_named(in.category_id)) throw not_found("Category not found");
    return parts_->ground.db.read([&](db::Read& tx) {
        return parts_->ground.lists.page(
            tx, me, in.page, posts::Muted::left_out, [&](const posts::Position& after, int limit) {
                if (in.sort == CategorySort::popular) {
                    return tx.list<posts::Position>(sql::categories::popular{
                        .category = in.category_id, .at = after.at, .id = after.id, .limit = limit});
                }
                return tx.list<posts::Position>(sql::categories::newest{
                    .category = in.category_id, .at = after.at, .id = after.id, .limit = limit});
            });
    });
}

posts::PostPage DiscoveryService::for_you(const Caller& me, const PageRequest& page) {
    return parts_->recommended.page(me, page);
}

FeedbackAnswer DiscoveryService::feedback(const Caller& me, const Feedback& in) {
    if (in.post_id.has_value() == in.user_id.has_value())
        throw invalid_input({"body", "post_id"}, "Send one of post_id and user_id", "missing");
    parts_->ground.db.write([&](db::Write& tx) {
        auto author = in.user_id;
        if (in.post_id) {
            author = parts_->ground.gate.get_visible(tx, me, *in.post_id).user_id;
        } else {
            parts_->ground.users.require_sight(tx, me.id, *in.user_id);
        }
        const bool hides_post = in.action == FeedbackAction::not_interested && in.post_id;
        tx.exec(sql::wishes::wish{
            .user_id = me.id,
            .wish = in.action == FeedbackAction::more ? "more" : "hidden",
            .target = hides_post ? in.post_id->view() : author->view(),
            .until = hides_post ? kForever : parts_->ground.clock.now() + kHiddenFor,
        });
        tx.touch(wishes_key(me.id));
    });
    return {};
}

void DiscoveryService::dismiss(const Caller& me, const UserId& user) {
    parts_->ground.db.write([&](db::Write& tx) {
        parts_->ground.users.require_sight(tx, me.id, user);
        tx.exec(sql::wishes::wish{.user_id = me.id,
                                  .wish = "dismissed",
                                  .target = user,
                                  .until = parts_->ground.clock.now() + kDismissedFor});
        tx.touch(wishes_key(me.id));
    });
}

SeenAnswer DiscoveryService::seen(const Caller& me, const SeenReport& in) {
    if (in.post_ids.size() > kMostSeenAtOnce)
        throw invalid_input({"body", "post_ids"}, "List should have at most 100 items", "too_long");
    std::vector<PostId> ids;
    for (const auto& text : in.post_ids) {
        if (auto problem = api::id_problem(text, PostTag::kind)) throw validation_error(std::move(*problem));
        ids.emplace_back(text);
    }
    // Only what there is, and is theirs to see.
    const auto facts =
        parts_->ground.db.read([&](db::Read& tx) { return parts_->ground.views.visible_facts(tx, me, ids); });
    std::vector<std::uint64_t> hashes;
    for (const auto& post : facts) {
        if (post) hashes.push_back(stable_hash(post->content_id().view()));
    }
    parts_->seen.record(me.id, hashes);
    return {static_cast<std::int64_t>(hashes.size())};
}

}  // namespace grover::discovery
