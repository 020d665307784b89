// Discovery without search: categories, what is trending, recommendations. contract/discovery.md §3 to §5; docs/discovery.md says
// what each score is and how it is kept. Search and hashtags have headers of their own.
#pragma once

#include <memory>
#include <string>

#include "domains/comments/comments.hpp"
#include "domains/discovery/hashtags.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/api/api.hpp"
#include "platform/jobs/background.hpp"

namespace grover::discovery {

struct CategoryPosts;  // all requests and answers: discovery_api.hpp
struct Feedback;
struct FeedbackAnswer;
struct SeenAnswer;
struct SeenReport;
struct SuggestedUser;
struct TrendingCreator;

struct Options {
    bool keeps_copies = true;  // in memory, of what is the same for all readers
};

// Any thread. Errors are those of the contract.
class DiscoveryService final : public posts::PostWatcher {
public:
    struct Ground {
        db::Database& db;
        const Clock& clock;
        users::UsersService& users;
        users::EngagementSource& engagement;
        posts::PostViews& views;
        posts::PostLists& lists;
        posts::PostFeed& feed;
        const posts::PostGate& gate;
        const HashtagsService* hashtags = nullptr;  // null: nothing is trending
    };
    // What it refers to outlives the service.
    DiscoveryService(const Ground& ground, Options options);
    ~DiscoveryService() override;

    // Before the first event: keeps the ranks, and who is shown.
    void listen(jobs::Background& background);

    std::string categories();  // JSON
    posts::PostPage category_posts(const Caller& me, const CategoryPosts& in);

    std::string trending(const Caller& me);  // JSON
    // Whether what is trending lacks hashtags, because the index is still being read.
    bool is_trending_partial() const;
    api::RawPage<TrendingCreator> creators(const Caller& me, const PageRequest& page);
    posts::PostPage for_you(const Caller& me, const PageRequest& page);
    api::RawPage<SuggestedUser> suggested_users(const Caller& me, const PageRequest& page);

    FeedbackAnswer feedback(const Caller& me, const Feedback& in);
    void dismiss(const Caller& me, const UserId& user);
    SeenAnswer seen(const Caller& me, const SeenReport& in);
    posts::PostPage similar(const Caller& me, const PostId& post, const PageRequest& page);

    // --- For posts ---
    void post_saved(db::Write& tx, const posts::SavedPost& post) override;
    void post_erased(db::Write& tx, const PostId& post, const UserId& author) override;
    void post_opened(const UserId& reader, const PostId& post) override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

void add_discovery_api(api::Api& api, DiscoveryService& discovery);

}  // namespace grover::discovery
