// The rows of a chronicle.
#include "app/seed/bulk.hpp"
#include "app/seed/posts.hpp"
#include "sql/seed.hpp"

namespace grover::seed {
namespace {

db::Arg or_null(std::string_view text) { return text.empty() ? db::Arg(nullptr) : db::Arg(text); }

void write_posts(db::Write& tx, const Community& community, const Chunk& chunk) {
    write_rows(tx, chunk.posts, [&](const SeedPost& p) {
        return sql::seed::insert_posts{
            .post_id = p.id,
            .user_id = community.members[p.author].id,
            .content = p.content,
            .media_id = p.picture != nullptr ? db::Arg(*p.picture) : db::Arg(nullptr),
            .media_type = p.picture != nullptr ? db::Arg("image") : db::Arg(nullptr),
            .location = or_null(p.location),
            .tags = p.tags,
            .mentioned_users = p.mentioned_users,
            .category = or_null(p.category),
            .visibility = p.visibility,
            .is_repost = p.original.has_value(),
            .original_post_id = p.original,
            .repost_comment = or_null(p.repost_comment),
            .has_poll = p.has_poll,
            .likes_count = p.likes,
            .dislikes_count = p.dislikes,
            .shares_count = p.shares,
            .repost_count = p.reposts,
            .comments_count = p.comments,
            .comments_total_count = p.all_comments,
            .reaction_counts = p.reaction_counts,
            .reactions_count = p.reactions,
            .created_at = p.at,
        };
    });
    write_rows(tx, chunk.reposts, [](const SeedReposts& r) {
        return sql::seed::add_reposts{.reposts = r.count, .post_id = r.root};
    });
    std::vector<const SeedPost*> with_picture;
    for (const auto& post : chunk.posts) {
        if (post.picture != nullptr) with_picture.push_back(&post);
    }
    write_rows(tx, with_picture, [](const SeedPost* p) {
        return sql::seed::insert_media_references{
            .media_id = *p->picture, .kind = "post", .reference_id = p->id, .access = 1, .created_at = p->at};
    });
}

}  // namespace

void write_chunk(db::Write& tx, const Community& community, const Chunk& chunk) {
    const auto id_of = [&](MemberIndex member) -> const UserId& { return community.members[member].id; };
    write_posts(tx, community, chunk);
    write_rows(tx, chunk.mentions, [&](const SeedMark& m) {
        return sql::seed::insert_post_mentions{
            .user_id = id_of(m.member), .post_id = m.post, .created_at = m.at};
    });
    write_rows(tx, chunk.stances, [&](const SeedMark& m) {
        return sql::seed::insert_post_stances{
            .user_id = id_of(m.member), .post_id = m.post, .stance = m.what, .created_at = m.at};
    });
    write_rows(tx, chunk.saves, [&](const SeedMark& m) {
        return sql::seed::insert_post_saves{
            .user_id = id_of(m.member), .post_id = m.post, .created_at = m.at};
    });
    write_rows(tx, chunk.polls, [](const SeedPoll& p) {
        return sql::seed::insert_polls{
            .post_id = p.post, .question = p.question, .options = p.options, .expires_at = p.expires_at};
    });
    write_rows(tx, chunk.poll_counts, [](const SeedCount& c) {
        return sql::seed::insert_poll_counts{.post_id = c.post, .option_index = c.option, .votes = c.count};
    });
    write_rows(tx, chunk.votes, [&](const SeedMark& m) {
        return sql::seed::insert_poll_votes{
            .user_id = id_of(m.member), .post_id = m.post, .option_index = m.option, .created_at = m.at};
    });
    write_rows(tx, chunk.comments, [&](const SeedComment& c) {
        return sql::seed::insert_comments{.comment_id = c.id,
                                          .post_id = c.post,
                                          .user_id = id_of(c.author),
                                          .content = c.content,
                                          .parent_comment_id = c.parent,
                                          .root_comment_id = c.root,
                                          .depth = c.depth,
                                          .likes_count = c.likes,
                                          .replies_count = c.replies,
                                          .created_at = c.at};
    });
    write_rows(tx, chunk.comment_likes, [&](const SeedCommentLike& l) {
        return sql::seed::insert_comment_likes{
            .user_id = id_of(l.member), .comment_id = l.comment, .created_at = l.at};
    });
}

void write_totals(db::Database& db, const Community& community,
                  const std::vector<Chronicle::Totals>& totals) {
    struct Row {
        const UserId& user;
        const Chronicle::Totals& total;
    };
    std::vector<Row> rows;
    for (std::size_t i = 0; i < totals.size(); ++i) rows.push_back({community.members[i].id, totals[i]});
    db.write([&](db::Write& tx) {
        write_rows(tx, rows, [](const Row& r) {
            return sql::seed::update_user_counts{
                .posts_count = r.total.posts, .likes_count = r.total.likes, .user_id = r.user};
        });
    });
}

}  // namespace grover::seed
