#include "domains/discovery/search_index.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "domains/comments/comments.hpp"
#include "domains/discovery/search_documents.hpp"
#include "platform/observability/log.hpp"
#include "platform/observability/reports.hpp"
#include "platform/search/segment_builder.hpp"

namespace grover::discovery {
namespace {

constexpr std::size_t kRowsAtOnce = 256;
// No merge makes one larger than this, so that none takes long or needs much room.
constexpr std::size_t kMostInSegment = std::size_t{1} << 20;
// Segments below it are of one level.
constexpr std::size_t kSmall = 256;
// Merged at once while many documents are made.
constexpr std::size_t kManyMerged = 4;
constexpr std::size_t kManyMade = 256;  // in one round
// Larger merges run beside the keeper.
constexpr std::size_t kQuickMerge = 30'000;
// A document of a large segment that rose this far would keep readers from stopping early there: it moves to a new one.
constexpr double kMostGrowth = 1.25;
// Counting hashtags takes no more than a twentieth of the time, and is never older than this.
constexpr int kShareOfHashtags = 20;
constexpr std::chrono::seconds kHashtagsLast{20};
constexpr std::chrono::milliseconds kPause{250};
// The first change after a quiet time is taken at once; when there are many, each round takes those of so long.
constexpr std::chrono::milliseconds kBetweenRounds{100};
constexpr int kNiceness = 5;

template <class Id>
std::vector<Id> listed(const std::unordered_set<Id>& set) {
    return {set.begin(), set.end()};
}

// f(part) for parts of the list that one statement takes.
template <class Id, class F>
void in_parts(const std::vector<Id>& all, F&& f) {
    for (std::size_t start = 0; start < all.size(); start += kRowsAtOnce)
        f(std::span(all).subspan(start, std::min(kRowsAtOnce, all.size() - start)));
}

// Sizes of one level differ by less than `fan_in` times; all small ones are of the first.
std::size_t level_of(std::size_t size, std::size_t fan_in) {
    std::size_t level = 0;
    for (auto end = kSmall; size >= end; end *= fan_in) ++level;
    return level;
}

std::uint64_t next_number() {
    static std::atomic<std::uint64_t> made{0};
    return ++made;
}

}  // namespace

SearchIndex::SearchIndex(db::Database& db, const Clock& clock, Options options)
    : number_(next_number()),
      db_(db),
      clock_(clock),
      options_(std::move(options)),
      snapshot_(std::make_shared<SearchSnapshot>(
          SearchSnapshot{.hashtags = std::make_shared<const HashtagTable>()})),
      hashtags_(snapshot_->hashtags) {}

SearchIndex::~SearchIndex() { stop(); }

std::shared_ptr<const SearchSnapshot> SearchIndex::snapshot() const {
    struct Seen {
        std::uint64_t index = 0;
        std::uint64_t published = 0;
        std::shared_ptr<const SearchSnapshot> snapshot;
    };
    thread_local Seen seen;
    const auto published = published_.load(std::memory_order_acquire);
    if (seen.index != number_ || seen.published != published) {
        // Once for each change; the keeper holds this for the time of a pointer's copy.
        const std::lock_guard lock(snapshot_mutex_);
        seen = {number_, published, snapshot_};
    }
    return seen.snapshot;
}

void SearchIndex::publish() {
    auto next = std::make_shared<SearchSnapshot>();
    next->version = version_;
    next->posts.assign(posts_.segments.begin(), posts_.segments.end());
    next->users.assign(users_.segments.begin(), users_.segments.end());
    next->is_complete = is_loaded_ && oldest_ == kNoPostIsTooOld;
    next->hashtags = hashtags_;
    for (auto* list : {&next->posts, &next->users})
        std::ranges::sort(*list, std::greater<>(), [](const auto& segment) { return segment->size(); });
    {
        const std::lock_guard lock(snapshot_mutex_);
        snapshot_ = std::move(next);
    }
    published_.fetch_add(1, std::memory_order_release);
    ++version_;
    has_news_ = false;
}

// ---- what changed -------------------------------------------------------------------------------------------------

template <class Id>
void SearchIndex::mark(std::unordered_set<Id> Marks::*set, const Id& id) {
    bool is_first;
    {
        const std::lock_guard lock(marks_mutex_);
        is_first = marks_.empty();
        if (is_first) oldest_mark_ = std::chrono::steady_clock::now();
        (marks_.*set).insert(id);
    }
    // The keeper takes all marks at once: one call for each round, not one for each reaction.
    if (is_first) marked_.notify_one();
}

void SearchIndex::post_changed(const PostId& post) { mark(&Marks::posts, post); }
void SearchIndex::post_counted(const PostId& post) { mark(&Marks::counted_posts, post); }
void SearchIndex::user_changed(const UserId& user) { mark(&Marks::users, user); }
void SearchIndex::user_counted(const UserId& user) { mark(&Marks::counted_users, user); }

SearchIndex::Marks SearchIndex::take_marks(std::chrono::steady_clock::time_point& oldest) {
    const std::lock_guard lock(marks_mutex_);
    oldest = oldest_mark_;
    return std::exchange(marks_, {});
}

// ---- the keeper ---------------------------------------------------------------------------------------------------

void SearchIndex::start() {
    in_background_ = true;
    thread_ = std::thread([this] { keep(); });
}

void SearchIndex::stop() {
    {
        const std::lock_guard lock(marks_mutex_);
        stopping_ = true;
    }
    marked_.notify_one();
    if (thread_.joinable()) thread_.join();
    in_background_ = stopping_ = false;
}

void SearchIndex::keep() {
    // Requests come first; what is left of the machine is enough for this.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
    while (true) {
        {
            std::unique_lock lock(marks_mutex_);
            if (is_loaded_) marked_.wait_for(lock, kPause, [&] { return stopping_ || !marks_.empty(); });
            if (stopping_) return;
        }
        const auto next_round = std::chrono::steady_clock::now() + kBetweenRounds;
        try {
            catch_up();
        } catch (const std::exception& error) {
            log::warning("search.behind", {{"error", reports::cause_of(error)}});
            // The store is away: everything is read again when it is back. Marks of this round are lost with it.
            is_loaded_ = false;
            std::unique_lock lock(marks_mutex_);
            marked_.wait_for(lock, std::chrono::seconds{1}, [&] { return stopping_; });
        }
        std::unique_lock lock(marks_mutex_);
        marked_.wait_until(lock, next_round, [&] { return stopping_; });
    }
}

void SearchIndex::catch_up() {
    if (!is_loaded_) load();
    std::chrono::steady_clock::time_point oldest;
    const auto marks = take_marks(oldest);
    if (!marks.empty()) {
        refresh_users(listed(marks.users));
        count_users(listed(marks.counted_users));
        refresh_posts(listed(marks.posts));
        count_posts(listed(marks.counted_posts));
    }
    const auto fan_in = marks.posts.size() + marks.users.size() > kManyMade ? kManyMerged : kFewMerged;
    compact(users_, fan_in);
    compact(posts_, fan_in);
    trim();
    count_hashtags(!marks.empty());
    if (!marks.empty() || has_news_) publish();
    tell_metrics(marks.empty() ? std::chrono::steady_clock::duration{0}
                               : std::chrono::steady_clock::now() - oldest);
}

void SearchIndex::tell_metrics(std::chrono::steady_clock::duration lag) const {
    std::size_t documents = 0;
    for (const auto* kind : {&posts_, &users_}) {
        for (const auto& segment : kind->segments) documents += segment->size() - segment->dead();
    }
    lag_.set(std::chrono::duration<double>(lag).count());
    documents_.set(static_cast<double>(documents));
    bytes_.set(static_cast<double>(bytes()));
    is_complete_.set(snapshot()->is_complete ? 1 : 0);
}

void SearchIndex::count_hashtags(bool changed) {
    hashtags_changed_ = hashtags_changed_ || changed;
    const auto begin = std::chrono::steady_clock::now();
    if (in_background_ &&
        (begin < hashtags_due_ || (!hashtags_changed_ && begin < hashtags_due_ + kHashtagsLast)))
        return;
    hashtags_ = std::make_shared<const HashtagTable>(
        discovery::count_hashtags(posts_.segments, people_, options_.hashtags, clock_.now()));
    const auto end = std::chrono::steady_clock::now();
    hashtags_due_ = end + kShareOfHashtags * (end - begin);
    hashtags_changed_ = false;
    has_news_ = true;
}

std::optional<SearchIndex::Place> SearchIndex::find(const Kind& kind, std::string_view id) {
    for (auto segment = kind.segments.rbegin(); segment != kind.segments.rend(); ++segment) {
        const auto document = (*segment)->find(id);
        if (document && !(*segment)->is_dead(*document, UINT32_MAX)) return Place{segment->get(), *document};
    }
    return std::nullopt;
}

// At once, for readers of every snapshot.
void SearchIndex::remove(Kind& kind, std::string_view id) {
    if (const auto place = find(kind, id)) {
        place->segment->kill(place->document, 1);
        if (!kind.merging.empty()) kind.changed.emplace(id);
    }
}

// For readers of the snapshot that will hold the new document.
void SearchIndex::replace(Kind& kind, std::string_view id) {
    if (const auto place = find(kind, id)) {
        place->segment->kill(place->document, version_);
        if (!kind.merging.empty()) kind.changed.emplace(id);
    }
}

void SearchIndex::set_counts(Kind& kind, const Place& place, const search::Counts& counts) {
    place.segment->set_counts(place.document, counts);
    if (!kind.merging.empty()) kind.changed.emplace(place.segment->id(place.document));
}

void SearchIndex::add_post(search::SegmentBuilder& builder, const posts::IndexedPost& post) {
    auto group = group_of(post.community_id);
    if (post.root_id) {
        const auto root = roots_.number_of(*post.root_id);
        roots_.set(root, people_.number_of(*post.root_user_id), group_of(post.root_community_id),
                   post.root_visibility);
        group = root + 1;
    }
    add_document(builder, post, people_.number_of(post.user_id), group);
}

std::uint32_t SearchIndex::group_of(const std::optional<CommunityId>& community) {
    return community ? communities_.number_of(*community) + 1 : 0;
}

void SearchIndex::take(Kind& kind, search::SegmentBuilder& builder) {
    if (builder.size() > 0) kind.segments.push_back(builder.build(clock_.now()));
}

void SearchIndex::refresh_users(const std::vector<UserId>& users) {
    search::SegmentBuilder builder(users_.aging);
    in_parts(users, [&](std::span<const UserId> part) {
        const auto rows = db_.read([&](db::Read& tx) { return users::indexed_users(tx, part); });
        std::unordered_set<UserId> found;
        for (const auto& row : rows) {
            found.insert(row.user_id);
            const auto number = people_.number_of(row.user_id);
            people_.set(number, row.is_private, row.is_hidden);
            replace(users_, row.user_id.view());
            add_document(builder, row, number);
        }
        for (const auto& user : part) {
            if (found.contains(user)) continue;
            people_.set(people_.number_of(user), true, true);
            remove(users_, user.view());
        }
    });
    take(users_, builder);
}

void SearchIndex::count_users(const std::vector<UserId>& users) {
    in_parts(users, [&](std::span<const UserId> part) {
        for (const auto& row : db_.read([&](db::Read& tx) { return users::indexed_users(tx, part); })) {
            if (const auto place = find(users_, row.user_id.view()))
                set_counts(users_, *place, {static_cast<std::uint32_t>(row.followers_count), 0, 0});
        }
    });
}

void SearchIndex::refresh_posts(const std::vector<PostId>& posts) {
    search::SegmentBuilder builder(posts_.aging);
    in_parts(posts, [&](std::span<const PostId> part) {
        const auto rows = db_.read([&](db::Read& tx) { return posts::indexed_posts(tx, part); });
        std::unordered_set<PostId> found;
        std::unordered_set<PostId> living;
        for (const auto& row : rows) {
            living.insert(row.post_id);
            if (const auto root = roots_.find(row.post_id))
                roots_.set(*root, people_.number_of(row.user_id), group_of(row.community_id), row.visibility);
            if (!is_searched(row) || row.created_at < oldest_) continue;
            found.insert(row.post_id);
            replace(posts_, row.post_id.view());
            add_post(builder, row);
        }
        for (const auto& post : part) {
            if (!found.contains(post)) remove(posts_, post.view());
            if (const auto root = roots_.find(post); root && !living.contains(post)) roots_.set_gone(*root);
        }
    });
    take(posts_, builder);
}

void SearchIndex::count_posts(const std::vector<PostId>& posts) {
    std::vector<PostId> risen;
    in_parts(posts, [&](std::span<const PostId> part) {
        for (const auto& row : db_.read([&](db::Read& tx) { return posts::counted_posts(tx, part); })) {
            const auto place = find(posts_, row.post_id.view());
            if (!place) continue;
            const auto counts = counts_of(row);
            if (place->segment->size() > search::kWindow &&
                place->segment->growth_of(place->document, counts) > kMostGrowth) {
                risen.push_back(row.post_id);
            } else {
                set_counts(posts_, *place, counts);
            }
        }
    });
    refresh_posts(risen);
}

// ---- merging ------------------------------------------------------------------------------------------------------

// Segments of about the same size (a level) are merged when there are `fan_in` of them, together with all smaller ones: the
// more are merged at once, the fewer times a document is moved, and the more segments a search has to visit.
void SearchIndex::compact(Kind& kind, std::size_t fan_in) {
    install_merged(kind);
    if (!kind.merging.empty() || kind.segments.empty()) return;
    auto& segments = kind.segments;
    const auto living = [](const auto& segment) { return std::size_t{segment->size()} - segment->dead(); };
    std::ranges::stable_sort(segments, std::greater<>(), living);

    std::size_t sum = 0;
    std::size_t level = 0, in_level = 0;
    auto first = segments.end();
    for (auto segment = segments.end(); segment != segments.begin();) {
        const auto size = living(*--segment);
        sum += size;
        if (sum > kMostInSegment) break;
        const auto its_level = level_of(size, fan_in);
        in_level = its_level == level ? in_level + 1 : 1;
        level = its_level;
        if (in_level >= fan_in) first = segment;
    }
    std::vector<std::shared_ptr<search::Segment>> merging(first, segments.end());
    if (merging.size() < 2) {
        // One of which much is dead is worth a merge of its own; when memory is full, less is enough.
        const std::uint32_t share = is_full() ? kShareOfTrimmed : 3;
        const auto dying = std::ranges::find_if(
            segments, [&](const auto& segment) { return segment->dead() * share > segment->size(); });
        if (dying == segments.end()) return;
        merging = {*dying};
    }
    std::size_t documents = 0;
    for (const auto& segment : merging) documents += living(segment);
    kind.merging = std::move(merging);
    const auto run = [inputs = kind.merging, aging = kind.aging, now = clock_.now()] {
        return search::merge(inputs, aging, now);
    };
    kind.merged = std::async(
        in_background_ && documents > kQuickMerge ? std::launch::async : std::launch::deferred, run);
    if (!in_background_ || documents <= kQuickMerge) {
        kind.merged.wait();
        install_merged(kind);
    }
}

void SearchIndex::install_merged(Kind& kind) {
    if (!kind.merged.valid() || kind.merged.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
        return;
    const auto merged = kind.merged.get();
    for (const auto& id : kind.changed) {
        const auto document = merged->find(id);
        if (!document) continue;
        bool lives = false;
        for (const auto& source : kind.merging) {
            const auto old = source->find(id);
            if (!old || source->is_dead(*old, UINT32_MAX)) continue;
            merged->set_counts(*document, source->counts(*old));
            lives = true;
        }
        if (!lives) merged->kill(*document, 1);
    }
    std::erase_if(kind.segments, [&](const auto& segment) {
        return std::ranges::find(kind.merging, segment) != kind.merging.end();
    });
    if (merged->size() > 0) kind.segments.push_back(merged);
    kind.merging.clear();
    kind.changed.clear();
    has_news_ = true;
}

// ---- events -------------------------------------------------------------------------------------------------------

void SearchIndex::listen(jobs::Events& events) {
    constexpr std::string_view kName = "search";
    events.on_every_node<posts::PostCreated>(kName,
                                             [this](const auto& event) { post_changed(event.post_id); });
    events.on_every_node<posts::PostUpdated>(kName,
                                             [this](const auto& event) { post_changed(event.post_id); });
    events.on_every_node<posts::PostDeleted>(kName,
                                             [this](const auto& event) { post_changed(event.post_id); });
    events.on_every_node<posts::PostReacted>(kName,
                                             [this](const auto& event) { post_counted(event.post_id); });
    events.on_every_node<posts::PostReposted>(kName,
                                              [this](const auto& event) { post_counted(event.post_id); });
    events.on_every_node<comments::CommentCreated>(
        kName, [this](const auto& event) { post_counted(event.post_id); });
    events.on_every_node<comments::CommentDeleted>(
        kName, [this](const auto& event) { post_counted(event.post_id); });
    events.on_every_node<users::UserRegistered>(kName,
                                                [this](const auto& event) { user_changed(event.user_id); });
    events.on_every_node<users::ProfileUpdated>(kName,
                                                [this](const auto& event) { user_changed(event.user_id); });
    events.on_every_node<users::PrivacyChanged>(kName,
                                                [this](const auto& event) { user_changed(event.user_id); });
    events.on_every_node<users::AccountHidden>(kName,
                                               [this](const auto& event) { user_changed(event.user_id); });
    events.on_every_node<users::AccountShown>(kName,
                                              [this](const auto& event) { user_changed(event.user_id); });
    events.on_every_node<users::AccountDeleted>(kName,
                                                [this](const auto& event) { user_changed(event.user_id); });
    events.on_every_node<users::Followed>(kName,
                                          [this](const auto& event) { user_counted(event.following_id); });
    events.on_every_node<users::Unfollowed>(kName,
                                            [this](const auto& event) { user_counted(event.following_id); });
}

}  // namespace grover::discovery
