// The search index of this process: all posts and users in memory, following the committed events. The tables are the
// truth; this is a copy that can be made again at any time, and is, at every start.
//
// Events only note which post or user changed. One thread, the keeper, reads the present rows of those and replaces their
// documents, so that hearing of a change twice, late or in another order gives the same index. Readers take a snapshot,
// which never changes; they are never waited for and never wait.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "domains/discovery/hashtag_table.hpp"
#include "domains/discovery/search_people.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/jobs/events.hpp"
#include "platform/observability/metrics.hpp"
#include "platform/search/segment.hpp"

namespace grover::search {
class SegmentBuilder;
}

namespace grover::discovery {

struct SearchSnapshot {
    std::uint32_t version = 0;
    std::vector<std::shared_ptr<const search::Segment>> posts;  // the largest first
    std::vector<std::shared_ptr<const search::Segment>> users;
    bool is_complete = false;  // no post is missing: all are loaded, and there is room for all
    std::shared_ptr<const HashtagTable> hashtags;
};

class SearchIndex {
public:
    struct Options {
        HashtagRules hashtags;
        // Above it the oldest posts are left out, and every answer says that it is partial. 0: no bound.
        std::size_t max_bytes = 0;
    };

    // References outlive the index.
    SearchIndex(db::Database& db, const Clock& clock, Options options);
    ~SearchIndex();

    // Before events are told.
    void listen(jobs::Events& events);
    // Begins to load and then to follow, on a thread of its own.
    void start();
    void stop();
    // The same on the caller's thread, as far as there is something to do. Not together with start().
    void catch_up();

    // Any thread. Never null.
    std::shared_ptr<const SearchSnapshot> snapshot() const;
    const People& people() const { return people_; }
    const Communities& communities() const { return communities_; }
    const Roots& roots() const { return roots_; }

    void post_changed(const PostId& post);
    void post_counted(const PostId& post);  // likes, comments, reposts
    void user_changed(const UserId& user);
    void user_counted(const UserId& user);  // followers

private:
    struct Marks {
        std::unordered_set<PostId> posts, counted_posts;
        std::unordered_set<UserId> users, counted_users;
        bool empty() const {
            return posts.empty() && counted_posts.empty() && users.empty() && counted_users.empty();
        }
    };
    static constexpr std::size_t kFewMerged = 2;  // at once, in a quiet time
    struct Kind {                                 // posts or users
        search::Aging aging;
        std::vector<std::shared_ptr<search::Segment>> segments;
        // A merge of large segments goes on meanwhile; what changed in these since then is applied to the result.
        std::vector<std::shared_ptr<search::Segment>> merging;
        std::future<std::shared_ptr<search::Segment>> merged;
        std::unordered_set<std::string> changed;
    };
    struct Place {
        search::Segment* segment;
        std::uint32_t document;
    };

    template <class Id>
    void mark(std::unordered_set<Id> Marks::*set, const Id& id);
    void keep();
    Marks take_marks(std::chrono::steady_clock::time_point& oldest);
    std::size_t bytes() const;
    bool is_full() const { return options_.max_bytes > 0 && bytes() > options_.max_bytes; }
    void trim();
    void load();
    void load_users();
    void load_posts();
    void refresh_users(const std::vector<UserId>& users);
    void refresh_posts(const std::vector<PostId>& posts);
    void count_users(const std::vector<UserId>& users);
    void count_posts(const std::vector<PostId>& posts);
    void set_counts(Kind& kind, const Place& place, const search::Counts& counts);
    static std::optional<Place> find(const Kind& kind, std::string_view id);
    void remove(Kind& kind, std::string_view id);
    void replace(Kind& kind, std::string_view id);
    void add_post(search::SegmentBuilder& builder, const posts::IndexedPost& post);
    std::uint32_t group_of(const std::optional<CommunityId>& community);
    void take(Kind& kind, search::SegmentBuilder& builder);
    void compact(Kind& kind, std::size_t fan_in = kFewMerged);
    void install_merged(Kind& kind);
    void count_hashtags(bool changed);
    void tell_metrics(std::chrono::steady_clock::duration lag) const;
    void tell_loaded(std::string_view event, std::chrono::steady_clock::duration took) const;
    void publish();

    const std::uint64_t number_;  // of this index among those of the process
    db::Database& db_;
    const Clock& clock_;
    Options options_;
    People people_;
    Communities communities_;
    Roots roots_;

    // Shared with those who note changes.
    std::mutex marks_mutex_;
    std::condition_variable marked_;
    Marks marks_;
    std::chrono::steady_clock::time_point oldest_mark_{};
    bool stopping_ = false;

    // Shared with readers.
    mutable std::mutex snapshot_mutex_;
    std::shared_ptr<const SearchSnapshot> snapshot_;
    std::atomic<std::uint64_t> published_{1};

    // The keeper's.
    static constexpr Time kNoPostIsTooOld{INT64_MIN};
    static constexpr std::uint32_t kShareOfTrimmed = 16;  // when more of a full segment is dead, it is merged
    bool is_loaded_ = false;
    Time oldest_ = kNoPostIsTooOld;  // posts made before are left out
    bool in_background_ = false;
    bool has_news_ = false;  // something to publish
    std::uint32_t version_ = 1;
    Kind posts_{search::Aging::halves, {}, {}, {}, {}};
    Kind users_{search::Aging::none, {}, {}, {}, {}};
    std::shared_ptr<const HashtagTable> hashtags_;
    bool hashtags_changed_ = true;
    std::chrono::steady_clock::time_point hashtags_due_{};
    std::thread thread_;

    metrics::Gauge lag_ =
        metrics::gauge("grover_search_index_lag_seconds", "Time from a change to its being found.");
    metrics::Gauge documents_ =
        metrics::gauge("grover_search_documents", "Posts and users in the search index.");
    metrics::Gauge bytes_ = metrics::gauge("grover_search_index_bytes", "Memory of the search index.");
    metrics::Gauge is_complete_ =
        metrics::gauge("grover_search_index_complete",
                       "1 when every post is in the search index: loaded, and none left out.");
};

}  // namespace grover::discovery
