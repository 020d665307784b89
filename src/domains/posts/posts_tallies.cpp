#include "domains/posts/posts_tallies.hpp"

#include "platform/wire/json_in.hpp"
#include "sql/posts_tallies.hpp"

namespace grover::posts {
namespace {

namespace tallies = sql::posts_tallies;

// From two columns.
PostSubjects subjects_in(const db::Row& row, int first) {
    PostSubjects subjects;
    // Most have none, and parsing is what costs here.
    if (row.text(first) != "[]")
        subjects.tags = wire::read<std::vector<std::string>>(row.get<std::string>(first));
    subjects.category = row.get<std::optional<std::string>>(first + 1);
    return subjects;
}

PostTopics topics_in(const db::Row& row) {
    PostTopics post{subjects_in(row, 3)};
    post.post_id = row.get<PostId>(0);
    post.user_id = row.get<UserId>(1);
    post.original_post_id = row.get<std::optional<PostId>>(2);
    post.created_at = row.get<Time>(5);
    return post;
}

template <class Statement>
std::vector<PostTopics> topics(db::Read& tx, const Statement& statement) {
    std::vector<PostTopics> out;
    tx.each(statement, [&](const db::Row& row) { out.push_back(topics_in(row)); });
    return out;
}

}  // namespace

std::vector<PostTally> tallies_of(db::Read& tx, std::span<const PostId> posts) {
    if (posts.empty()) return {};
    const auto ids = db::ids_of(posts);
    return tx.list<PostTally>(tallies::tallies_of{.ids = ids});
}

AuthorTally tally_of_author(db::Read& tx, const UserId& author, Time since, int most) {
    return tx.value<AuthorTally>(tallies::tally_of_author{.user_id = author, .since = since, .limit = most});
}

std::vector<PostTopics> newest_topics(db::Read& tx, const Position& after, int limit) {
    return topics(tx, tallies::newest_topics_after{.at = after.at, .id = after.id, .limit = limit});
}

std::vector<PostTopics> topics_of(db::Read& tx, std::span<const PostId> posts) {
    if (posts.empty()) return {};
    const auto ids = db::ids_of(posts);
    return topics(tx, tallies::topics_of{.ids = ids});
}

std::function<void(const db::Row&)> AskedTopics::add() {
    return [this](const db::Row& row) { topics.push_back(topics_in(row)); };
}

void AskedTopics::newest(db::Together& ask, int limit) {
    ask.add(tallies::newest_topics{.limit = limit}, add());
}

void AskedTopics::of(db::Together& ask, std::vector<PostId> posts) {
    if (posts.empty()) return;
    posts_ = std::move(posts);
    ids_ = db::ids_of(posts_);
    ask.add(tallies::topics_of{.ids = ids_}, add());
}

void AskedTopics::of(db::Together& ask, db::Together::Column posts) {
    ask.add(tallies::topics_of{.ids = nullptr}, posts, add());
}

void AskedTopics::also_liked(db::Together& ask, const PostId& post, Time since, int readers, int limit) {
    posts_ = {post};
    low_ = IdSource::next_at<PostId>(since);
    ask.add(tallies::also_liked{.post_id = posts_.front(), .readers = readers, .low = low_, .limit = limit},
            add());
}

std::function<void(const db::Row&)> AskedSubjects::add() {
    return [this](const db::Row& row) { subjects.push_back(subjects_in(row, 0)); };
}

void AskedSubjects::of(db::Together& ask, std::vector<PostId> posts) {
    if (posts.empty()) return;
    posts_ = std::move(posts);
    ids_ = db::ids_of(posts_);
    ask.add(tallies::subjects_of{.ids = ids_}, add());
}

void AskedSubjects::marked(db::Together& ask, const UserId& reader, Time since, int limit) {
    reader_ = reader;
    low_ = IdSource::next_at<PostId>(since);
    ask.add(tallies::marked_subjects{.reader = reader_, .low = low_, .since = since, .limit = limit}, add());
}

}  // namespace grover::posts
