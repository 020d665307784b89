// Filling the search index at the start, and what is left out of it when its memory is full.
#include <algorithm>

#include "domains/discovery/search_documents.hpp"
#include "domains/discovery/search_index.hpp"
#include "platform/observability/log.hpp"
#include "platform/search/segment_builder.hpp"

namespace grover::discovery {
namespace {

constexpr int kPageOfRows = 1'000;
// Segments that loading makes, before they are merged.
constexpr std::size_t kFirstSegment = 65'536;
// The part of the posts that leaves a full index at once.
constexpr std::size_t kTrimmed = 8;

}  // namespace

void SearchIndex::load() {
    for (auto* kind : {&posts_, &users_}) {
        if (kind->merged.valid()) kind->merged.wait();
        kind->segments.clear();
        kind->merging.clear();
        kind->changed.clear();
        kind->merged = {};
    }
    oldest_ = kNoPostIsTooOld;
    const auto begin = std::chrono::steady_clock::now();
    load_users();
    load_posts();
    is_loaded_ = true;
    tell_loaded("search.loaded", std::chrono::steady_clock::now() - begin);
    hashtags_changed_ = true;
}

void SearchIndex::tell_loaded(std::string_view event, std::chrono::steady_clock::duration took) const {
    std::size_t posts = 0;
    for (const auto& segment : posts_.segments) posts += segment->size();
    log::info(event, {{"posts", posts},
                      {"users", people_.size()},
                      {"seconds", std::chrono::duration<double>(took).count()}});
}

void SearchIndex::load_users() {
    search::SegmentBuilder builder(users_.aging);
    UserId after;
    while (true) {
        const auto rows =
            db_.read([&](db::Read& tx) { return users::indexed_users_after(tx, after, kPageOfRows); });
        for (const auto& row : rows) {
            const auto number = people_.number_of(row.user_id);
            people_.set(number, row.is_private, row.is_hidden);
            add_document(builder, row, number);
        }
        const bool is_last = rows.size() < kPageOfRows;
        if (builder.size() >= kFirstSegment || is_last) take(users_, builder);
        if (is_last) return;
        after = rows.back().user_id;
    }
}

// The newest first: they are found while the rest is loaded.
void SearchIndex::load_posts() {
    const auto begin = std::chrono::steady_clock::now();
    search::SegmentBuilder builder(posts_.aging);
    PostId before;
    while (true) {
        const auto rows =
            db_.read([&](db::Read& tx) { return posts::indexed_posts_before(tx, before, kPageOfRows); });
        for (const auto& row : rows) {
            if (is_searched(row)) add_post(builder, row);
        }
        const bool is_last = rows.size() < kPageOfRows;
        if (builder.size() >= kFirstSegment || is_last) {
            take(posts_, builder);
            compact(posts_);
            count_hashtags(true);
            publish();
            tell_metrics({});
            if (!is_last) tell_loaded("search.loading", std::chrono::steady_clock::now() - begin);
        }
        if (is_last) return;
        if (is_full()) {
            oldest_ = rows.back().created_at;
            tell_loaded("search.full", std::chrono::steady_clock::now() - begin);
            return;
        }
        before = rows.back().post_id;
        const std::lock_guard lock(marks_mutex_);
        if (stopping_) return;
    }
}

std::size_t SearchIndex::bytes() const {
    std::size_t bytes = 0;
    for (const auto* kind : {&posts_, &users_}) {
        for (const auto& segment : kind->segments) bytes += segment->bytes();
    }
    return bytes;
}

// The oldest posts leave a full index. Merges give their memory back; until these are done there is no more to do.
void SearchIndex::trim() {
    const auto is_dying = [](const auto& segment) {
        return segment->dead() * kShareOfTrimmed > segment->size();
    };
    if (!is_full() || !posts_.merging.empty() || std::ranges::any_of(posts_.segments, is_dying)) return;
    std::vector<std::int64_t> times;
    for (const auto& segment : posts_.segments) {
        for (std::uint32_t i = 0; i < segment->size(); ++i) {
            if (!segment->is_dead(i, UINT32_MAX)) times.push_back(segment->created_at(i));
        }
    }
    const auto last = times.begin() + static_cast<std::ptrdiff_t>(times.size() / kTrimmed);
    if (last == times.end()) return;
    std::ranges::nth_element(times, last);
    oldest_ = std::max(oldest_, Time{*last});
    for (const auto& segment : posts_.segments) {
        for (std::uint32_t i = 0; i < segment->size(); ++i) {
            if (segment->created_at(i) < oldest_.us && !segment->is_dead(i, UINT32_MAX))
                segment->kill(i, version_);
        }
    }
    has_news_ = true;
    log::warning("search.full", {{"bytes", bytes()}, {"oldest", oldest_.us}});
}

}  // namespace grover::discovery
