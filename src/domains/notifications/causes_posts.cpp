// Posts and comments: contract/posts.md §5, comments.md.
#include "domains/comments/comments.hpp"
#include "domains/notifications/causes.hpp"
#include "domains/posts/posts.hpp"
#include "platform/jobs/events.hpp"

namespace grover::notifications {
namespace {

template <class Event>
Notice about_post(Type type, const Event& e, std::string words) {
    Notice notice{.type = type,
                  .actor = e.user_id,
                  .words = std::move(words),
                  .related_id = e.post_id.str(),
                  .post_id = e.post_id.str(),
                  .target_type = "post",
                  .target_id = e.post_id.str()};
    notice.set_community(e.community_id);
    return notice;
}

// For its author.
template <class Event>
Notice about_own_post(Type type, const Event& e, std::string words) {
    auto notice = about_post(type, e, std::move(words));
    notice.post_is_own = true;
    return notice;
}

std::string_view emoji_of(std::string_view reaction) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNamed{{{"like", "👍"},
                                                                                   {"love", "❤️"},
                                                                                   {"wow", "😮"},
                                                                                   {"sad", "😢"},
                                                                                   {"angry", "😠"},
                                                                                   {"care", "🤗"},
                                                                                   {"haha", "😂"},
                                                                                   {"heart", "❤️"}}};
    for (const auto& [name, emoji] : kNamed) {
        if (name == reaction) return emoji;
    }
    return reaction;
}

Notice reaction(const posts::PostReacted& e) {
    const auto type = e.added.value_or("like");
    auto notice =
        about_own_post(Type::reaction, e, "reacted " + std::string(emoji_of(type)) + " to your post");
    notice.data = texts({{"reaction_type", type}});
    return notice;
}

// A comment's own id never stands in related_id: clients open that as a post.
template <class Event>
Notice about_comment(Type type, const Event& e, std::string words) {
    auto notice = about_post(type, e, std::move(words));
    notice.comment_id = e.comment_id.str();
    notice.target_type = "comment";
    notice.target_id = e.comment_id.str();
    return notice;
}

}  // namespace

void Causes::listen_to_posts(jobs::Events& events) {
    events.on_publish<posts::PostCreated>([this](db::Write& tx, const posts::PostCreated& e) {
        auto notice = about_post(Type::mention, e, "tagged you in a post");
        notice.quoted = [this, id = e.post_id](db::Read& read) { return posts_.text_of(read, id); };
        if (!e.tagged_users.empty()) notices_.tell(tx, notice, e.tagged_users);
        notice.words = "mentioned you in a post";
        if (!e.mentioned_users.empty()) notices_.tell(tx, notice, e.mentioned_users);
    });
    events.on_publish<posts::PostUpdated>([this](db::Write& tx, const posts::PostUpdated& e) {
        if (e.newly_mentioned_users.empty()) return;
        auto notice = about_post(Type::mention, e, "mentioned you in a post");
        notice.quoted = [this, id = e.post_id](db::Read& read) { return posts_.text_of(read, id); };
        notices_.tell(tx, notice, e.newly_mentioned_users);
    });
    events.on_publish<posts::PostDeleted>([this](db::Write& tx, const posts::PostDeleted& e) {
        remove_all_of(tx, {.of = "post", .id = e.post_id.str(), .author_id = e.user_id.str()});
        if (!e.removed_by || !e.community_id) return;
        const auto community =
            facts_ != nullptr ? facts_->community_name(tx, *e.community_id) : std::string();
        notices_.tell(tx,
                      {.type = Type::post_removed,
                       .words = "A moderator removed your post from " + community,
                       .place_type = "community",
                       .place_id = e.community_id->str(),
                       .target_type = "post",
                       .target_id = e.post_id.str()},
                      e.user_id);
    });
    events.on_publish<posts::PostReacted>([this](db::Write& tx, const posts::PostReacted& e) {
        if (e.added && !e.author_lost_sight) notices_.tell(tx, reaction(e), e.author_id);
        if (e.removed) notices_.withdraw(tx, reaction(e), e.author_id);
    });
    events.on_publish<posts::PostShared>([this](db::Write& tx, const posts::PostShared& e) {
        if (e.author_lost_sight) return;
        notices_.tell(tx, about_own_post(Type::share, e, "shared your post"), e.author_id);
    });
    events.on_publish<posts::PostReposted>([this](db::Write& tx, const posts::PostReposted& e) {
        if (e.author_lost_sight) return;
        auto notice = about_own_post(Type::repost, e, "reposted your post");
        notice.related_id = e.repost_id.str();
        notices_.tell(tx, notice, e.author_id);
    });
}

void Causes::listen_to_comments(jobs::Events& events) {
    events.on_publish<comments::CommentCreated>([this](db::Write& tx, const comments::CommentCreated& e) {
        auto notice = about_comment(Type::comment, e, {});
        notice.quoted = [this, id = e.comment_id](db::Read& read) { return comments_.text_of(read, id); };
        notice.happens_once = true;
        if (e.replied_to) {
            notice.words = "replied to your comment";
            notices_.tell(tx, notice, *e.replied_to);
        }
        if (e.commented_to) {
            notice.words = "commented on your post";
            notice.post_is_own = true;
            notices_.tell(tx, notice, *e.commented_to);
            notice.post_is_own = false;
        }
        if (e.mentioned_users.empty()) return;
        notice.type = Type::mention;
        notice.words = "mentioned you in a comment";
        notice.happens_once = false;  // an edit may take the name away and bring it back
        notices_.tell(tx, notice, e.mentioned_users);
    });
    events.on_publish<comments::CommentUpdated>([this](db::Write& tx, const comments::CommentUpdated& e) {
        if (e.newly_mentioned_users.empty()) return;
        auto notice = about_comment(Type::mention, e, "mentioned you in a comment");
        notice.quoted = [this, id = e.comment_id](db::Read& read) { return comments_.text_of(read, id); };
        notices_.tell(tx, notice, e.newly_mentioned_users);
    });
    events.on_publish<comments::CommentDeleted>(
        [](db::Write& tx, const comments::CommentDeleted& e) { remove_of_comments(tx, e.comment_ids); });
    events.on_publish<comments::CommentErased>([](db::Write& tx, const comments::CommentErased& e) {
        remove_of_comments(tx, std::span(&e.comment_id, 1));
    });
    events.on_publish<comments::CommentLiked>([this](db::Write& tx, const comments::CommentLiked& e) {
        if (!e.author_id) return;
        const auto notice = about_comment(Type::comment_like, e, "liked your comment");
        if (e.liked) {
            notices_.tell(tx, notice, *e.author_id);
        } else {
            notices_.withdraw(tx, notice, *e.author_id);
        }
    });
}

}  // namespace grover::notifications
