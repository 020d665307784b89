#include "domains/posts/posts_views.hpp"

#include <algorithm>
#include <unordered_map>

#include "domains/posts/posts_marks.hpp"
#include "sql/posts_lists.hpp"

namespace grover::posts {
namespace {

// Of one post in an answer, seldom more: what outgrows it is copied.
constexpr std::size_t kPostBytes = 3'072;

// Most posts of a list are somebody else's and unmarked.
const std::string& plain_members() {
    static const std::string members = [] {
        std::string written = wire::to_json(PostViewer{});
        written.pop_back();
        return written.replace(0, 1, ",");
    }();
    return members;
}

// The author's own view names the medium's storage id; everybody else's says null at the same place.
std::string with_public_id(const std::string& content, const std::string& public_id) {
    constexpr std::string_view hidden = "\"public_id\":null";
    std::string out = content;
    if (const auto at = out.find(hidden); at != std::string::npos && !public_id.empty()) {
        std::string shown = "\"public_id\":";
        wire::append_string(shown, public_id);
        out.replace(at, hidden.size(), shown);
    }
    return out;
}

const CommunityView& view_of(const CommunityId& id, const auto& communities) {
    static const CommunityView kUnknown;
    for (const auto& [known, view] : communities) {
        if (known == id) return view;
    }
    return kUnknown;
}

}  // namespace

Sight sight_of(const users::Relations& viewer, const PostFacts& post, const AuthorState& author) {
    if (post.user_id == viewer.viewer()) return Sight::seen;
    return sight_of(post, author, viewer.is_cut_off_from(post.user_id),
                    [&] { return viewer.follows(post.user_id); });
}

void require_sight(const users::Relations& viewer, const PostFacts& post, const users::UserCard& author) {
    const auto sight = sight_of(viewer, post, {author.is_hidden, author.is_private});
    if (sight == Sight::hidden) throw not_found("Post not found");
    if (sight == Sight::followers_only) throw not_authorized();
}

PostViews::Communities PostViews::communities_of(db::Read& tx, const Caller& me,
                                                 const LoadedPage& page) const {
    std::vector<CommunityId> ids;
    const auto add = [&](const CardPtr& card) {
        if (card && card->facts.community_id) ids.push_back(*card->facts.community_id);
    };
    for (const auto& post : page.posts) {
        add(post.card);
        add(post.root);
    }
    return communities_of(tx, me, std::move(ids));
}

PostViews::Communities PostViews::communities_of(db::Read& tx, const Caller& me,
                                                 std::vector<CommunityId> ids) const {
    if (ids.empty()) return {};
    std::ranges::sort(ids);
    const auto rest = std::ranges::unique(ids);
    ids.erase(rest.begin(), rest.end());
    auto views = gate_.communities(tx, me.id, ids);
    Communities out;
    for (std::size_t i = 0; i < ids.size(); ++i) out.emplace_back(ids[i], std::move(views[i]));
    return out;
}

Sight PostViews::sight(const users::Relations& viewer, const PostFacts& post, const users::UserCard& author,
                       const Communities& communities) const {
    const auto& id = post.community_id;
    if (id && !view_of(*id, communities).may_read) return Sight::hidden;
    return sight_of(viewer, post, {author.is_hidden, author.is_private});
}

// Its root included; a repost without root shows its comment alone.
Sight PostViews::sight(const users::Relations& viewer, const LoadedPost& post,
                       const Communities& communities) const {
    if (!post.card) return Sight::hidden;
    const auto own = sight(viewer, post.card->facts, *post.author, communities);
    if (own != Sight::seen || !post.root) return own;
    return sight(viewer, post.root->facts, *post.root_author, communities);
}

bool PostViews::may_see(const users::Relations& viewer, const LoadedPost& post,
                        const Communities& communities, Muted muted) const {
    if (sight(viewer, post, communities) != Sight::seen) return false;
    const auto& author = post.card->facts.user_id;
    return muted == Muted::shown || author == viewer.viewer() || !viewer.mutes_posts_of(author);
}

std::shared_ptr<const users::Relations> PostViews::relations_of(db::Read& tx, const Caller& me,
                                                                const LoadedPage& page) const {
    return page.relations ? page.relations : users_.relations(tx, me.id);
}

void PostViews::find_marks(db::Read& tx, const Caller& me, LoadedPage& page, std::span<const PostId> ids) {
    if (!page.marks) {
        std::vector<PostId> all(ids.begin(), ids.end());
        for (const auto& post : page.posts) {
            if (post.root) all.push_back(post.root->facts.post_id);
        }
        page.marks = cards_.marks(tx, me.id, all);
    }
    const auto mark_of = [&](const PostCard& card) {
        const auto found = page.marks->find(card.facts.post_id);
        return found == page.marks->end() ? nullptr : &found->second;
    };
    // All of a page one after the other: what they look at comes from memory together.
    for (auto& post : page.posts) {
        if (post.card) post.mark = mark_of(*post.card);
        if (post.root) post.root_mark = mark_of(*post.root);
    }
}

// The members of PostViewer, behind others.
void PostViews::append_viewer(std::string& out, const Caller& me, const LoadedPost& post) const {
    const PostCard& content = post.root ? *post.root : *post.card;
    const Marks* const content_mark = post.root ? post.root_mark : post.mark;
    const bool is_owner = post.card->facts.user_id == me.id;
    const bool owns_content = content.facts.user_id == me.id;
    const bool is_poll_closed = content.poll_expires_at && clock_.now() >= *content.poll_expires_at;
    if (!post.mark && !content_mark && !is_owner && !owns_content && !is_poll_closed) {
        out += plain_members();
        return;
    }
    PostViewer viewer;
    viewer.is_owner = is_owner;
    if (owns_content && !content.public_id.empty()) viewer.media_public_id = content.public_id;
    viewer.poll_closed = is_poll_closed;
    if (const auto* mark = post.mark) {
        viewer.disliked = mark->stance == "-";
        if (!mark->stance.empty() && !viewer.disliked) viewer.user_reaction = mark->stance;
        viewer.liked = mark->stance == "like";
        viewer.saved = mark->saved;
    }
    if (content_mark) {
        viewer.poll_user_vote = content_mark->vote;
        viewer.reposted = content_mark->reposted;
    }
    wire::write_members(out, viewer);
}

void PostViews::append(std::string& out, const Caller& me, const LoadedPost& post,
                       const Communities& communities, bool nested) const {
    const PostCard& own = *post.card;
    const PostCard& content = post.root ? *post.root : own;
    out += '{';
    out += own.frame;
    out += ',';
    if (content.has_media && content.facts.user_id == me.id) {
        out += with_public_id(content.content, content.public_id);
    } else {
        out += content.content;
    }
    out += ',';
    out += post.author->as_author;
    append_viewer(out, me, post);
    out += ",\"community\":";
    out += own.facts.community_id ? std::string_view(view_of(*own.facts.community_id, communities).json)
                                  : "null";
    out += ",\"original_post\":";
    if (post.root && !nested) {
        append(out, me, {.card = post.root, .author = post.root_author, .mark = post.root_mark}, communities,
               true);
    } else {
        out += "null";
    }
    out += '}';
}

PostViews::Written PostViews::write(db::Read& tx, const Caller& me, std::span<const PostId> ids, Muted muted,
                                    int skip, int limit, std::string& out) {
    Written done;
    if (ids.empty()) return done;
    auto page = cards_.load(tx, me.id, ids, me.base_url);
    const auto relations = relations_of(tx, me, page);
    find_marks(tx, me, page, ids);
    const auto communities = communities_of(tx, me, page);
    out.reserve(out.size() + std::min(ids.size(), static_cast<std::size_t>(limit)) * kPostBytes);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!may_see(*relations, page.posts[i], communities, muted)) {
            done.left_out.push_back(i);
            continue;
        }
        if (done.skipped < skip) {
            ++done.skipped;
            continue;
        }
        if (done.count == limit) {
            done.more = true;
            break;
        }
        if (out.back() == '}') out += ',';
        append(out, me, page.posts[i], communities, false);
        ++done.count;
        done.last = i;
    }
    return done;
}

std::vector<std::string> PostViews::each(db::Read& tx, const Caller& me, std::span<const PostId> ids) {
    std::vector<std::string> out(ids.size());
    if (ids.empty()) return out;
    auto page = cards_.load(tx, me.id, ids, me.base_url);
    const auto relations = relations_of(tx, me, page);
    const auto communities = communities_of(tx, me, page);
    find_marks(tx, me, page, ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (may_see(*relations, page.posts[i], communities, Muted::shown))
            append(out[i], me, page.posts[i], communities, false);
    }
    return out;
}

std::vector<CardPtr> PostViews::visible(db::Read& tx, const Caller& me, std::span<const PostId> ids,
                                        Muted muted) {
    std::vector<CardPtr> out(ids.size());
    if (ids.empty()) return out;
    const auto page = cards_.load(tx, me.id, ids, me.base_url);
    const auto relations = relations_of(tx, me, page);
    const auto communities = communities_of(tx, me, page);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (may_see(*relations, page.posts[i], communities, muted)) out[i] = page.posts[i].card;
    }
    return out;
}

std::vector<std::optional<PostFacts>> PostViews::visible_facts(db::Read& tx, const Caller& me,
                                                               std::span<const PostId> ids) {
    std::vector<std::optional<PostFacts>> out(ids.size());
    if (ids.empty()) return out;
    // The posts, and behind them the roots of reposts.
    const auto texts = db::ids_of(ids);
    const auto rows = tx.list<PostFacts>(sql::posts_lists::facts_of{.ids = texts});
    std::unordered_map<PostId, std::size_t> place;
    std::vector<UserId> author_ids;
    std::vector<CommunityId> community_ids;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        place.emplace(rows[i].post_id, i);
        author_ids.push_back(rows[i].user_id);
        if (rows[i].community_id) community_ids.push_back(*rows[i].community_id);
    }
    const auto authors = users_.cards(tx, author_ids, me.base_url);
    const auto relations = users_.relations(tx, me.id);
    const auto communities = communities_of(tx, me, std::move(community_ids));
    const auto is_seen = [&](const PostId& id) {
        const auto found = place.find(id);
        return found != place.end() &&
               sight(*relations, rows[found->second], *authors[found->second], communities) == Sight::seen;
    };
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!is_seen(ids[i])) continue;
        const auto& facts = rows[place.at(ids[i])];
        if (!facts.original_post_id || is_seen(*facts.original_post_id)) out[i] = facts;
    }
    return out;
}

std::string PostViews::one(db::Read& tx, const Caller& me, const PostId& id,
                           std::string_view not_found_text) {
    auto page = cards_.load(tx, me.id, std::span(&id, 1), me.base_url);
    const auto& post = page.posts.front();
    const auto relations = relations_of(tx, me, page);
    const auto communities = communities_of(tx, me, page);
    const auto sight = this->sight(*relations, post, communities);
    if (sight == Sight::hidden) throw not_found(std::string(not_found_text));
    if (sight == Sight::followers_only) throw not_authorized();
    std::string out;
    find_marks(tx, me, page, std::span(&id, 1));
    append(out, me, post, communities, false);
    return out;
}

std::string PostViews::made(db::Read& tx, const Caller& me, const MadePost& post) {
    const auto loaded = cards_.made(tx, me.id, post, me.base_url);
    std::vector<CommunityId> community;
    if (post.as.community_id) community.push_back(*post.as.community_id);
    std::string out;
    append(out, me, loaded, communities_of(tx, me, std::move(community)), false);
    return out;
}

}  // namespace grover::posts
