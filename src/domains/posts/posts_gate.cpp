#include "domains/posts/posts_gate.hpp"

#include <algorithm>

#include "domains/posts/posts_views.hpp"
#include "platform/db/row_cache.hpp"
#include "sql/posts.hpp"
#include "sql/posts_lists.hpp"

namespace grover::posts {
namespace {

// One author and one viewer, without loading all that the viewer follows: for writes, where nothing is cached.
Sight sight_in_store(db::Read& tx, users::UsersService& users, const UserId& viewer, const PostFacts& post) {
    if (post.user_id == viewer) return Sight::seen;
    auto account = users::Sight::nothing;
    try {
        account = users.require_sight(tx, viewer, post.user_id);
    } catch (const Error& error) {
        if (error.kind != ErrorKind::not_found) throw;
    }
    if (account == users::Sight::nothing || account == users::Sight::blocked) return Sight::hidden;
    // The community says who sees it, not the author's privacy.
    if (post.community_id) return Sight::seen;
    if (post.visibility == Visibility::private_) return Sight::hidden;
    if (account == users::Sight::private_account) return Sight::followers_only;
    if (post.visibility == Visibility::public_) return Sight::seen;
    return users.relations(tx, viewer)->follows(post.user_id) ? Sight::seen : Sight::followers_only;
}

db::RowCache<PostFacts>& facts_cache() {
    thread_local db::RowCache<PostFacts> cache{"post_facts"};
    return cache;
}

std::optional<PostFacts> find_facts(db::Read& tx, const PostId& post_id) {
    const auto key = facts_key(post_id);
    if (const auto* known = facts_cache().find(tx, key)) return *known;
    auto facts = tx.find<PostFacts>(sql::posts::get_facts{.post_id = post_id});
    if (facts) facts_cache().put(key, *facts, 0, tx.snapshot());
    return facts;
}

std::function<void(const db::Row&)> add_to(std::vector<PostFacts>& posts) {
    return [&posts](const db::Row& row) { posts.push_back(db::read_row<PostFacts>(row)); };
}

}  // namespace

// The post by itself, without its root.
Sight PostGate::own_sight(db::Read& tx, const UserId& viewer, const PostFacts& post) const {
    auto sight = Sight::hidden;
    if (tx.snapshot() == 0) {
        sight = sight_in_store(tx, users_, viewer, post);
    } else {
        const auto author = users_.cached_account(tx, post.user_id);
        sight = posts::sight_of(
            *users_.relations(tx, viewer), post,
            {.is_hidden = author->status != users::AccountStatus::active, .is_private = author->is_private});
    }
    if (sight == Sight::seen && post.community_id && !community(tx, viewer, *post.community_id).may_read)
        return Sight::hidden;
    return sight;
}

Sight PostGate::sight_of(db::Read& tx, const UserId& viewer, const PostFacts& post) const {
    const auto own = own_sight(tx, viewer, post);
    if (own != Sight::seen || !post.original_post_id) return own;
    const auto root = find_facts(tx, *post.original_post_id);
    return root ? own_sight(tx, viewer, *root) : Sight::hidden;
}

std::vector<UserId> PostGate::own_readers(db::Read& tx, const PostFacts& post,
                                          std::span<const UserId> among) const {
    std::vector<UserId> out;
    if (among.empty()) return out;
    const AuthorState author{.is_hidden = false,
                             .is_private = users_.cached_account(tx, post.user_id)->is_private};
    std::vector<users::Pair> pairs;
    pairs.reserve(among.size());
    for (const auto& reader : among) pairs.push_back({reader, post.user_id});
    const auto reaches = users_.reach(tx, pairs);
    for (std::size_t i = 0; i < among.size(); ++i) {
        const auto& reach = reaches[i];
        const bool is_cut = !reach || reach->is_hidden || reach->is_cut();
        if (among[i] == post.user_id ||
            posts::sight_of(post, author, is_cut, [&] { return reach->is_following; }) == Sight::seen)
            out.push_back(among[i]);
    }
    if (!post.community_id) return out;
    if (communities_ == nullptr) return {};
    return communities_->readers_of(tx, *post.community_id, out);
}

std::vector<UserId> PostGate::readers_of(db::Read& tx, const PostFacts& post,
                                         std::span<const UserId> among) const {
    auto readers = own_readers(tx, post, among);
    if (!post.original_post_id || readers.empty()) return readers;
    const auto root = find_facts(tx, *post.original_post_id);
    return root ? own_readers(tx, *root, readers) : std::vector<UserId>{};
}

bool PostGate::author_sees(db::Read& tx, const PostFacts& post) const {
    const bool may_be_hidden = post.community_id || post.original_post_id;
    return !may_be_hidden || sight_of(tx, post.user_id, post) == Sight::seen;
}

std::optional<PostFacts> PostGate::find(db::Read& tx, const PostId& post_id) const {
    return find_facts(tx, post_id);
}

PostFacts PostGate::get_visible(db::Read& tx, const Caller& me, const PostId& post_id,
                                std::string_view not_found_text) const {
    const auto post = find_facts(tx, post_id);
    const auto sight = post ? sight_of(tx, me.id, *post) : Sight::hidden;
    if (sight == Sight::hidden) throw not_found(std::string(not_found_text));
    if (sight == Sight::followers_only) throw not_authorized();
    return *post;
}

PostGate::Admission PostGate::admit(db::Database& db, const Caller& me, const PostId& post_id) const {
    Admission admission(post_id);
    if (db.engine() != db::Engine::sqlite) return admission;
    db.read([&](db::Read& tx) {
        if (tx.snapshot() == 0) return;
        auto post = find_facts(tx, post_id);
        // These depend on more rows.
        if (!post || post->original_post_id || post->community_id) return;
        if (own_sight(tx, me.id, *post) != Sight::seen) return;
        admission.rows_ = db::Unchanged(tx);
        admission.rows_.add(facts_key(post_id));
        users_.add_rows_of_sight(admission.rows_, me.id, post->user_id);
        admission.seen_ = std::move(post);
    });
    return admission;
}

PostFacts PostGate::get_visible(db::Write& tx, const Caller& me, const Admission& admission) const {
    if (admission.rows_.in(tx)) return *admission.seen_;
    return get_visible(tx, me, admission.post_id_);
}

PostGate::Opened PostGate::open(db::Read& tx, const Caller& me, const PostId& post_id) const {
    if (tx.snapshot() != 0) return {get_visible(tx, me, post_id), users_.relations(tx, me.id)};
    db::Together one;
    Asked asked;
    const std::vector<std::string_view> id{post_id.view()};
    ask(tx, one, asked, me, id);
    one.run(tx);
    return take(tx, asked, me, post_id);
}

std::size_t PostGate::ask(db::Read& tx, db::Together& ask, Asked& out, const Caller& me,
                          db::Together::Column post) const {
    return ask_who(tx, ask, out, me,
                   ask.add(sql::posts_lists::facts_of{.ids = nullptr}, post, add_to(out.posts)));
}

std::size_t PostGate::ask(db::Read& tx, db::Together& ask, Asked& out, const Caller& me,
                          const std::vector<std::string_view>& post) const {
    return ask_who(tx, ask, out, me, ask.add(sql::posts_lists::facts_of{.ids = post}, add_to(out.posts)));
}

std::size_t PostGate::ask_who(db::Read& tx, db::Together& ask, Asked& out, const Caller& me,
                              std::size_t posts) const {
    users_.ask_cards(tx, ask, out.authors, {posts, "user_id"}, me.base_url);
    users_.ask_relations(ask, out.reader, me.id);
    return posts;
}

PostGate::Opened PostGate::take(db::Read& tx, Asked& asked, const Caller& me, const PostId& post_id) const {
    const auto reader = asked.reader.take();
    const auto find = [&](const PostId& id) {
        return std::ranges::find(asked.posts, id, &PostFacts::post_id);
    };
    const auto sight_of_one = [&](const PostFacts& post) {
        const auto author = asked.authors.card(post.user_id);
        const auto sight = posts::sight_of(
            *reader, post, {.is_hidden = author->is_hidden, .is_private = author->is_private});
        const bool is_closed =
            sight == Sight::seen && post.community_id && !community(tx, me.id, *post.community_id).may_read;
        return is_closed ? Sight::hidden : sight;
    };
    const auto post = find(post_id);
    auto sight = post == asked.posts.end() ? Sight::hidden : sight_of_one(*post);
    if (sight == Sight::seen && post->original_post_id) {
        const auto root = find(*post->original_post_id);
        sight = root == asked.posts.end() ? Sight::hidden : sight_of_one(*root);
    }
    if (sight == Sight::hidden) throw not_found("Post not found");
    if (sight == Sight::followers_only) throw not_authorized();
    return {*post, reader};
}

std::vector<CommunityView> PostGate::communities(db::Read& tx, const UserId& viewer,
                                                 std::span<const CommunityId> ids) const {
    if (communities_ == nullptr || ids.empty()) return std::vector<CommunityView>(ids.size());
    return communities_->views(tx, viewer, ids);
}

CommunityView PostGate::community(db::Read& tx, const UserId& viewer, const CommunityId& community) const {
    return std::move(communities(tx, viewer, std::span(&community, 1)).front());
}

bool PostGate::may_moderate(db::Read& tx, const UserId& viewer, const PostFacts& post) const {
    if (post.user_id == viewer) return true;
    return post.community_id && community(tx, viewer, *post.community_id).may_moderate;
}

void PostGate::posts_removed(db::Write& tx, const CommunityId& community, std::int64_t count) const {
    if (communities_ != nullptr) communities_->posts_removed(tx, community, count);
}

std::int64_t PostGate::change_comment_counts(db::Write& tx, const PostId& post_id, int top_level,
                                             int total) const {
    const auto count = tx.find<std::int64_t>(
        sql::posts::add_comment_counts{.top_level = top_level, .total = total, .post_id = post_id});
    if (!count) throw not_found("Post not found");
    tx.touch(post_id);
    return *count;
}

void PostGate::change_collection_counts(db::Write& tx, std::span<const PostId> posts, int delta) const {
    if (posts.empty()) return;
    const auto ids = db::ids_of(posts);
    tx.exists(sql::posts::lock_posts{.ids = ids});
    tx.exec(sql::posts::add_collection_counts{.delta = delta, .ids = ids});
    for (const auto& post : posts) tx.touch(post);
}

std::string PostGate::text_of(db::Read& tx, const PostId& post_id) const {
    return tx.find<std::string>(sql::posts::get_text{.post_id = post_id}).value_or("");
}

std::int64_t PostGate::comments_count(db::Read& tx, const PostId& post_id) const {
    return comment_counts(tx, post_id).top_level;
}

PostGate::CommentCounts PostGate::comment_counts(db::Read& tx, const PostId& post_id) const {
    CommentCounts counts;
    tx.each(sql::posts::get_comment_counts{.post_id = post_id}, [&](const db::Row& row) {
        counts = {row.integer(0), row.integer(1)};
    });
    return counts;
}

}  // namespace grover::posts
