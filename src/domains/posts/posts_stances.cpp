// Reactions, dislikes, saves, shares: posts.md §4.4, §4.5, §4.7. A user has at most one stance on a post.
#include "domains/posts/posts_service.hpp"
#include "platform/text/emoji.hpp"
#include "sql/posts.hpp"
#include "sql/posts_marks.hpp"

#include <algorithm>

namespace grover::posts {
namespace {

namespace marks = sql::posts_marks;

constexpr std::string_view kDislike = "-";
constexpr std::int64_t kMaxReactionTypes = 50;
constexpr std::array<std::string_view, 8> kNamedReactions{"like",  "love", "wow",  "sad",
                                                          "angry", "care", "haha", "heart"};

bool is_reaction(std::string_view type) {
    return std::ranges::find(kNamedReactions, type) != kNamedReactions.end() || text::is_single_emoji(type);
}

bool is_reaction_stance(const std::string& stance) { return !stance.empty() && stance != kDislike; }

// On PostgreSQL two transactions of one post follow each other from here on; SQLite has one writer.
void lock(db::Write& tx, const PostId& post) {
    if (tx.engine() == db::Engine::postgres) tx.exec_soon(marks::lock_post{.post_id = post});
}

}  // namespace

PostsService::Standing PostsService::standing(db::Write& tx, const UserId& user, const PostId& post) {
    lock(tx, post);
    Standing found;
    tx.each(marks::get_standing{.user_id = user, .post_id = post}, [&](const db::Row& row) {
        found.likes_count = row.integer(0);
        found.dislikes_count = row.integer(1);
        found.reaction_counts = counts_in(row.text(2));
        if (!row.is_null(3)) found.stance = row.text(3);
    });
    return found;
}

StanceAnswer PostsService::change_stance(db::Write& tx, const Caller& me, const PostFacts& post,
                                         Standing standing, const std::string& after, std::string message) {
    const auto& before = standing.stance;
    auto& counts = standing.reaction_counts;
    if (before != after) {
        // The types this call touched are shown even at 0.
        if (is_reaction_stance(before)) --counts[before];
        if (is_reaction_stance(after)) ++counts[after];
        if (std::ranges::count_if(counts, [](const auto& type) { return type.second > 0; }) >
            kMaxReactionTypes)
            throw validation_error("This post has too many different reactions");
        if (after.empty()) {
            tx.exec_soon(marks::remove_stance{.user_id = me.id, .post_id = post.post_id});
        } else {
            tx.exec_soon(marks::set_stance{
                .user_id = me.id, .post_id = post.post_id, .stance = after, .now = clock_.now()});
        }
        const int likes = (after == "like") - (before == "like");
        const int dislikes = (after == kDislike) - (before == kDislike);
        standing.likes_count += likes;
        standing.dislikes_count += dislikes;
        tx.exec_soon(marks::change_counts{.likes = likes,
                                          .dislikes = dislikes,
                                          .reactions = is_reaction_stance(after) - is_reaction_stance(before),
                                          .by_type = counts_text(counts),
                                          .post_id = post.post_id});
        if (likes != 0) users_.add_likes_received(tx, post.user_id, likes);
        tx.touch(post.post_id);
        tx.touch(marks_key(me.id));
        PostReacted event{.post_id = post.post_id, .author_id = post.user_id, .user_id = me.id};
        if (is_reaction_stance(after) && !is_reaction_stance(before)) {
            event.added = after;
            event.author_lost_sight = !gate_.author_sees(tx, post);
        }
        event.community_id = post.community_id;
        event.removed = is_reaction_stance(before) && !is_reaction_stance(after);
        tx.publish(event);
    }
    StanceAnswer answer{.message = std::move(message)};
    answer.likes_count = standing.likes_count;
    answer.dislikes_count = standing.dislikes_count;
    answer.reactions_count = total_of(counts);
    answer.reaction_counts = std::move(counts);
    answer.reacted = is_reaction_stance(after);
    if (answer.reacted) answer.reaction_type = after;
    answer.liked = after == "like";
    answer.disliked = after == kDislike;
    return answer;
}

StanceAnswer PostsService::react(const Caller& me, const PostId& post_id, std::string_view reaction_type) {
    if (!is_reaction(reaction_type)) throw validation_error("Invalid reaction type");
    const std::string wanted(reaction_type);
    const auto admission = gate_.admit(db_, me, post_id);
    return db_.write([&](db::Write& tx) {
        const auto post = gate_.get_visible(tx, me, admission);
        auto before = standing(tx, me.id, post_id);
        const bool removes = before.stance == wanted;
        const auto message = removes                             ? "Reaction removed"
                             : is_reaction_stance(before.stance) ? "Reaction changed"
                                                                 : "Reaction added";
        return change_stance(tx, me, post, std::move(before), removes ? "" : wanted, message);
    });
}

StanceAnswer PostsService::unlike(const Caller& me, const PostId& post_id) {
    const auto admission = gate_.admit(db_, me, post_id);
    return db_.write([&](db::Write& tx) {
        const auto post = gate_.get_visible(tx, me, admission);
        auto before = standing(tx, me.id, post_id);
        const bool removes = is_reaction_stance(before.stance);
        const auto after = removes ? "" : before.stance;
        return change_stance(tx, me, post, std::move(before), after,
                             removes ? "Like removed" : "No like to remove");
    });
}

StanceAnswer PostsService::dislike(const Caller& me, const PostId& post_id) {
    const auto admission = gate_.admit(db_, me, post_id);
    return db_.write([&](db::Write& tx) {
        const auto post = gate_.get_visible(tx, me, admission);
        auto before = standing(tx, me.id, post_id);
        const bool removes = before.stance == kDislike;
        return change_stance(tx, me, post, std::move(before), removes ? "" : std::string(kDislike),
                             removes ? "Dislike removed" : "Disliked");
    });
}

SaveAnswer PostsService::save(const Caller& me, const PostId& post_id) {
    const auto admission = gate_.admit(db_, me, post_id);
    return db_.write([&](db::Write& tx) -> SaveAnswer {
        gate_.get_visible(tx, me, admission);
        lock(tx, post_id);
        tx.touch(marks_key(me.id));
        if (tx.exec(marks::delete_save{.user_id = me.id, .post_id = post_id}) > 0)
            return {"Post unsaved", false};
        tx.exists(marks::insert_save{.user_id = me.id, .post_id = post_id, .now = clock_.now()});
        return {"Post saved", true};
    });
}

ShareAnswer PostsService::share(const Caller& me, const PostId& post_id) {
    const auto admission = gate_.admit(db_, me, post_id);
    return db_.write([&](db::Write& tx) {
        const auto post = gate_.get_visible(tx, me, admission);
        const auto count = tx.value<std::int64_t>(sql::posts::add_share{.post_id = post_id});
        tx.touch(post_id);
        tx.publish(PostShared{.post_id = post_id,
                              .author_id = post.user_id,
                              .user_id = me.id,
                              .author_lost_sight = !gate_.author_sees(tx, post),
                              .community_id = post.community_id});
        return ShareAnswer{.shares_count = count};
    });
}

ReactionsAnswer PostsService::reactions(const Caller& me, const PostReactions& in) {
    if (in.type && !is_reaction(*in.type)) throw validation_error("Invalid reaction type");
    return db_.read([&](db::Read& tx) {
        gate_.get_visible(tx, me, in.post_id);
        const auto relations = users_.relations(tx, me.id);
        struct Entry {
            UserId user;
            std::string type;
            Time at;
        };
        std::vector<Entry> entries;
        std::int64_t skip = in.page.after.empty() ? in.page.skip : 0;
        auto after = in.page.after.empty() ? Position{} : position_of(in.page.after);
        // One more than the page, to know whether another follows.
        const auto wanted = static_cast<std::size_t>(in.page.limit) + 1;
        while (entries.size() < wanted && skip <= kMaxSkip) {
            constexpr int kBatch = 200;
            int rows = 0;
            tx.each(
                marks::list_reactions{.post_id = in.post_id, .at = after.at, .id = after.id, .limit = kBatch},
                [&](const db::Row& row) {
                    ++rows;
                    Entry entry{row.get<UserId>(0), row.get<std::string>(1), row.get<Time>(2)};
                    after = {entry.at, PostId(entry.user.view())};
                    if (relations->is_cut_off_from(entry.user) || (in.type && entry.type != *in.type)) return;
                    if (skip-- > 0 || entries.size() == wanted) return;
                    entries.push_back(std::move(entry));
                });
            if (rows < kBatch) break;
        }
        ReactionsAnswer answer;
        if (entries.size() == wanted) {
            entries.pop_back();
            answer.next = to_text({entries.back().at, PostId(entries.back().user.view())});
        }
        std::vector<UserId> users;
        for (const auto& entry : entries) users.push_back(entry.user);
        const auto cards = users_.cards(tx, users, me.base_url);
        ReactionsAnswer::described by_type;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            by_type[entries[i].type].push_back(
                {{cards[i]->json}, cards[i]->summary.user_id, entries[i].type, entries[i].at});
        }
        answer.json = wire::to_json(by_type);
        return answer;
    });
}

}  // namespace grover::posts
