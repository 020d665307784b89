// Votes and results: polls.md §3. A repost shows its root's poll, and voting on either counts for the root.
#include <cmath>

#include "domains/posts/posts_service.hpp"
#include "sql/posts_marks.hpp"

namespace grover::posts {
namespace {

namespace marks = sql::posts_marks;

struct PollRow {
    std::string question;
    std::string options;
    Time expires_at;
    static constexpr auto columns = Pack{
        db::column("question", &PollRow::question),
        db::column("options", &PollRow::options),
        db::column("expires_at", &PollRow::expires_at),
    };
};

double percentage(std::int64_t votes, std::int64_t total) {
    return total == 0 ? 0.0
                      : std::round(1000.0 * static_cast<double>(votes) / static_cast<double>(total)) / 10.0;
}

}  // namespace

void PostsService::run(const EndPoll& job) {
    db_.write([&](db::Write& tx) {
        const auto now = clock_.now();
        // Deleted, or told already.
        const auto author = tx.find<UserId>(marks::end_poll{.now = now, .post_id = job.post_id});
        if (author) tx.publish(PollEnded{.post_id = job.post_id, .user_id = *author, .ended_at = now});
    });
}

std::vector<UserId> PostWriter::voters_after(db::Read& tx, const PostId& post, const UserId& after,
                                             int limit) const {
    return tx.list<UserId>(marks::voters_after{.post_id = post, .after = after, .limit = limit});
}

PollResults PostsService::results_of(db::Read& tx, const Caller& me, const PostFacts& post) {
    const auto id = post.content_id();
    const auto poll = tx.find<PollRow>(marks::get_poll{.post_id = id});
    if (!poll) throw not_found("Poll not found");
    const auto options = wire::read<std::vector<std::string>>(poll->options);
    const auto votes = tx.list<std::int64_t>(marks::poll_counts{.post_id = id});
    PollResults out{.post_id = post.post_id,
                    .question = poll->question,
                    .expires_at = poll->expires_at,
                    .is_expired = clock_.now() >= poll->expires_at};
    for (const auto count : votes) out.total_votes += count;
    for (std::size_t i = 0; i < options.size(); ++i) {
        out.results.push_back(
            {options[i], static_cast<int>(i), votes[i], percentage(votes[i], out.total_votes)});
    }
    out.user_vote_index = tx.find<int>(marks::get_vote{.user_id = me.id, .post_id = id});
    out.user_voted = out.user_vote_index.has_value();
    return out;
}

PollResults PostsService::poll_results(const Caller& me, const PostId& post_id) {
    return db_.read([&](db::Read& tx) { return results_of(tx, me, gate_.get_visible(tx, me, post_id)); });
}

wire::Raw<VoteAnswer> PostsService::vote(const Caller& me, const PostVote& in) {
    auto results = change_vote(me, in.post_id, [&](db::Write& tx, const PostId& poll, Time now) {
        const auto options = tx.list<std::int64_t>(marks::poll_counts{.post_id = poll});
        if (in.option_index < 0 || static_cast<std::size_t>(in.option_index) >= options.size())
            throw validation_error("Invalid option index");
        const auto before = tx.find<int>(marks::get_vote{.user_id = me.id, .post_id = poll});
        if (before == in.option_index) return false;
        tx.exec(
            marks::set_vote{.user_id = me.id, .post_id = poll, .option_index = in.option_index, .now = now});
        if (before) tx.exec(marks::add_votes{.delta = -1, .post_id = poll, .option_index = *before});
        tx.exec(marks::add_votes{.delta = 1, .post_id = poll, .option_index = in.option_index});
        return true;
    });
    return vote_answer(me, in.post_id, "Vote recorded", std::move(results));
}

wire::Raw<VoteAnswer> PostsService::withdraw_vote(const Caller& me, const PostId& post_id) {
    auto results = change_vote(me, post_id, [&](db::Write& tx, const PostId& poll, Time) {
        const auto before = tx.find<int>(marks::remove_vote{.user_id = me.id, .post_id = poll});
        if (before) tx.exec(marks::add_votes{.delta = -1, .post_id = poll, .option_index = *before});
        return before.has_value();
    });
    return vote_answer(me, post_id, "Vote withdrawn", std::move(results));
}

// `change` of the poll of this post says whether anything became different.
PollResults PostsService::change_vote(const Caller& me, const PostId& post_id,
                                      FunctionRef<bool(db::Write&, const PostId& poll, Time now)> change) {
    return db_.write([&](db::Write& tx) {
        const auto post = gate_.get_visible(tx, me, post_id);
        const auto id = post.content_id();
        if (tx.engine() == db::Engine::postgres) tx.exists(marks::lock_post{.post_id = id});
        const auto poll = tx.find<PollRow>(marks::get_poll{.post_id = id});
        if (!poll) throw validation_error("Post does not have a poll");
        const auto now = clock_.now();
        if (now >= poll->expires_at) throw validation_error("Poll has expired");
        if (change(tx, id, now)) {
            tx.touch(id);
            tx.touch(post.post_id);
            tx.touch(marks_key(me.id));
            tx.publish(PollVoted{.post_id = id});
        }
        return results_of(tx, me, post);
    });
}

// The whole Post, as the feed shows it, with the results beside its fields.
wire::Raw<VoteAnswer> PostsService::vote_answer(const Caller& me, const PostId& post_id,
                                                std::string_view message, PollResults results) {
    std::string answer = view(me, post_id);
    answer.pop_back();
    wire::write_members(answer, VoteSummary{.message = std::string(message),
                                            .results = std::move(results.results),
                                            .total_votes = results.total_votes,
                                            .user_voted = results.user_voted,
                                            .user_vote_index = results.user_vote_index});
    answer += '}';
    return {std::move(answer)};
}

PollResults PostsService::close_poll(const Caller& me, const PostId& post_id) {
    return db_.write([&](db::Write& tx) {
        const auto post = gate_.get_visible(tx, me, post_id);
        const auto id = post.content_id();
        const auto root = post.is_repost ? gate_.find(tx, id) : post;
        if (!root || !root->has_poll) throw not_found("Poll not found");
        if (root->user_id != me.id) throw not_authorized();
        if (tx.engine() == db::Engine::postgres) tx.exists(marks::lock_post{.post_id = id});
        const auto now = clock_.now();
        if (tx.exec(marks::close_poll{.now = now, .post_id = id}) > 0) {
            tx.touch(id);
            tx.publish(PollVoted{.post_id = id});
            tx.enqueue(EndPoll{id}, now);
        }
        return results_of(tx, me, post);
    });
}

}  // namespace grover::posts
