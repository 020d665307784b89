// A chronicle of posts and of what became of them.
#include "app/seed/posts.hpp"

#include <algorithm>
#include <chrono>

#include "app/seed/words.hpp"
#include "domains/posts/posts_counts.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::seed {
namespace {

// Shares of all posts.
constexpr double kReposts = 0.02;
constexpr double kPolls = 0.02;
constexpr double kWithPicture = 0.10;
constexpr double kWithTags = 0.25;
constexpr double kWithMention = 0.03;
constexpr double kWithPlace = 0.05;
constexpr double kForFollowers = 0.02;
constexpr double kForNobody = 0.005;
constexpr double kReactedTo = 0.10;
constexpr double kCommentedOn = 0.05;
constexpr double kSaved = 0.02;
constexpr double kShared = 0.02;

constexpr std::size_t kRootsKept = 20'000;
constexpr int kDepthKept = 20;

// Repeated by how often they are chosen.
constexpr std::array<std::string_view, 20> kReactions = {
    "like", "like", "like", "like", "like", "like",  "like", "like", "like",  "like",
    "like", "love", "love", "haha", "wow",  "heart", "care", "sad",  "angry", "🔥"};
constexpr std::string_view kDislike = "-";

}  // namespace

Chronicle::Chronicle(const SeedOptions& options, const Community& community,
                     const std::vector<Moment>& moments, const std::vector<MediaId>& pictures)
    : community_(community),
      moments_(moments),
      pictures_(pictures),
      random_(options.random_seed, "posts"),
      by_activity_(community.activity),
      totals_(community.members.size()),
      reader_mark_(community.members.size(), 0) {}

Chunk Chronicle::next(std::size_t posts) {
    Chunk chunk;
    chunk.posts.reserve(posts);
    for (; told_ < moments_.size() && chunk.posts.size() < posts; ++told_) write_post(chunk, moments_[told_]);
    return chunk;
}

void Chronicle::write_post(Chunk& chunk, const Moment& moment) {
    SeedPost post;
    post.id = IdSource::next_at<PostId>(moment.at);
    post.author = moment.author;
    post.at = moment.at;
    if (!(random_.chance(kReposts) && write_repost(chunk, post))) write_text(chunk, post);

    ++totals_[post.author].posts;
    if (random_.chance(kReactedTo)) react(chunk, post);
    if (random_.chance(kCommentedOn)) comment(chunk, post);
    if (random_.chance(kSaved)) save(chunk, post);
    if (random_.chance(kShared)) post.shares = crowd(0.5, 50);

    const bool may_be_reposted = !post.original && post.visibility == 0 && !member(post.author).is_private;
    if (may_be_reposted) {
        if (roots_.size() < kRootsKept) {
            roots_.push_back({post.id, post.author, told_});
        } else {
            roots_[next_root_++ % kRootsKept] = {post.id, post.author, told_};
        }
    }
    chunk.posts.push_back(std::move(post));
}

bool Chronicle::write_repost(Chunk& chunk, SeedPost& post) {
    if (roots_.empty()) return false;
    const auto& root = random_.one_of(roots_);
    if (root.author == post.author) return false;
    if (!reposted_.insert(std::uint64_t{post.author} << 40 | root.number).second) return false;
    post.original = root.id;
    if (random_.chance(0.5)) post.repost_comment = make_comment(random_, topics()[member(post.author).topic]);

    const auto first_here = told_ - chunk.posts.size();
    if (root.number >= first_here) {
        ++chunk.posts[root.number - first_here].reposts;
    } else if (const auto known = std::ranges::find(chunk.reposts, root.number, &SeedReposts::number);
               known != chunk.reposts.end()) {
        ++known->count;
    } else {
        chunk.reposts.push_back({.root = root.id, .number = root.number, .count = 1});
    }
    return true;
}

void Chronicle::write_text(Chunk& chunk, SeedPost& post) {
    const auto& author = member(post.author);
    const auto& topic = random_.chance(0.7) ? topics()[author.topic] : random_.one_of(topics());
    post.content = make_text(random_, topic);
    if (random_.chance(kWithMention)) {
        const auto whom = by_activity_.draw(random_);
        post.content.append(" @").append(member(whom).username);
        post.mentioned_users = "[\"" + member(whom).id.str() + "\"]";
        chunk.mentions.push_back({.post = post.id, .member = whom, .at = post.at});
    }
    if (random_.chance(kWithTags)) {
        std::vector<std::string_view> tags;
        for (int i = random_.between(1, 3); i > 0; --i) {
            const auto tag = random_.favourite_of(topic.tags);
            if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
        }
        for (const auto tag : tags) post.content.append(" #").append(tag);
        post.tags = wire::to_json(tags);
    }
    if (random_.chance(kWithPlace)) post.location = make_place(random_);
    if (random_.chance(0.1)) post.category = topic.category;
    if (!pictures_.empty() && random_.chance(kWithPicture)) post.picture = &random_.one_of(pictures_);
    if (random_.chance(kForFollowers)) post.visibility = 1;
    if (random_.chance(kForNobody)) post.visibility = 2;
    if (random_.chance(kPolls)) write_poll(chunk, post);
}

void Chronicle::write_poll(Chunk& chunk, SeedPost& post) {
    const auto options = make_options(random_, topics()[member(post.author).topic]);
    const auto expires_at = post.at + std::chrono::hours(random_.chance(0.7) ? 24 : random_.between(1, 168));
    post.has_poll = true;
    chunk.polls.push_back({.post = post.id,
                           .question = make_question(random_),
                           .options = wire::to_json(options),
                           .expires_at = expires_at});
    std::vector<int> votes(options.size(), 0);
    for (const auto reader : readers(post, crowd(0.7, 200))) {
        const auto at = later(post.at, 5);
        if (at >= expires_at) continue;
        const auto option = static_cast<int>(random_.below(static_cast<std::uint32_t>(options.size())));
        ++votes[static_cast<std::size_t>(option)];
        chunk.votes.push_back({.post = post.id, .member = reader, .at = at, .what = {}, .option = option});
    }
    for (std::size_t i = 0; i < votes.size(); ++i) {
        chunk.poll_counts.push_back({.post = post.id, .option = static_cast<int>(i), .count = votes[i]});
    }
}

void Chronicle::react(Chunk& chunk, SeedPost& post) {
    posts::Counts counts;
    for (const auto reader : readers(post, crowd(0.65, 300))) {
        const auto stance = random_.chance(0.04) ? kDislike : random_.one_of(kReactions);
        chunk.stances.push_back({.post = post.id, .member = reader, .at = later(post.at, 6), .what = stance});
        if (stance == kDislike) {
            ++post.dislikes;
            continue;
        }
        ++counts[std::string(stance)];
        ++post.reactions;
        if (stance == "like") {
            ++post.likes;
            ++totals_[post.author].likes;
        }
    }
    post.reaction_counts = posts::counts_text(counts);
}

void Chronicle::comment(Chunk& chunk, SeedPost& post) {
    const auto first = chunk.comments.size();
    const auto& topic = topics()[member(post.author).topic];
    auto at = post.at;
    for (int i = crowd(0.6, 60); i > 0; --i) {
        const auto who = readers(post, 1);
        if (who.empty()) return;
        at = later(at, 2);
        SeedComment comment{.id = IdSource::next_at<CommentId>(at),
                            .post = post.id,
                            .author = who.front(),
                            .at = at,
                            .content = make_comment(random_, topic),
                            .parent = {},
                            .root = {}};
        const auto before = chunk.comments.size() - first;
        if (before > 0 && random_.chance(0.35)) {
            auto& parent = chunk.comments[first + random_.below(static_cast<std::uint32_t>(before))];
            if (parent.depth < kDepthKept) {
                comment.parent = parent.id;
                comment.root = parent.root ? parent.root : parent.id;
                comment.depth = parent.depth + 1;
                ++parent.replies;
            }
        }
        if (random_.chance(0.15)) {
            for (const auto reader : readers(post, random_.between(1, 3))) {
                chunk.comment_likes.push_back({comment.id, reader, later(at, 3)});
                ++comment.likes;
            }
        }
        if (comment.depth == 0) ++post.comments;
        ++post.all_comments;
        chunk.comments.push_back(std::move(comment));
    }
}

void Chronicle::save(Chunk& chunk, const SeedPost& post) {
    for (const auto reader : readers(post, random_.between(1, 3))) {
        chunk.saves.push_back({.post = post.id, .member = reader, .at = later(post.at, 12)});
    }
}

std::span<const MemberIndex> Chronicle::readers(const SeedPost& post, int count) {
    readers_.clear();
    if (post.visibility == 2) return readers_;
    const auto followers = community_.followers.of(post.author);
    const bool is_open = post.visibility == 0 && !member(post.author).is_private;
    ++mark_;
    reader_mark_[post.author] = mark_;
    for (int tries = 2 * count; tries > 0 && static_cast<int>(readers_.size()) < count; --tries) {
        const bool is_follower = !followers.empty() && (!is_open || random_.chance(0.7));
        if (!is_follower && !is_open) break;
        const auto reader = is_follower ? random_.one_of(followers) : by_activity_.draw(random_);
        if (reader_mark_[reader] == mark_) continue;
        reader_mark_[reader] = mark_;
        readers_.push_back(reader);
    }
    return readers_;
}

int Chronicle::crowd(double exponent, int most) {
    return std::min(most, static_cast<int>(std::pow(1.0 - random_.fraction(), -exponent)));
}

Time Chronicle::later(Time at, double mean_hours) {
    const auto wait = static_cast<std::int64_t>(random_.around(mean_hours) * 3.6e9) + 1;
    if (at.us + wait < community_.now.us) return Time{at.us + wait};
    return Time{at.us + static_cast<std::int64_t>(random_.fraction() *
                                                  static_cast<double>(community_.now.us - at.us))};
}

}  // namespace grover::seed
