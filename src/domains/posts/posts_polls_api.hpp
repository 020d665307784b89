// The endpoints of polls.md §3: a vote answers with the whole post.
#pragma once

#include "domains/posts/posts_api.hpp"

namespace grover::posts {

struct PollResult {
    std::string option;
    int index = 0;
    std::int64_t votes = 0;
    double percentage = 0;
    static constexpr auto fields = Pack{
        field("option", &PollResult::option),
        field("index", &PollResult::index),
        field("votes", &PollResult::votes),
        field("percentage", &PollResult::percentage),
    };
};

// What a vote adds to the Post that it answers with.
struct VoteSummary {
    std::string message = "Vote recorded";
    std::vector<PollResult> results;
    std::int64_t total_votes = 0;
    bool user_voted = true;
    std::optional<int> user_vote_index;
    static constexpr auto fields = Pack{
        field("message", &VoteSummary::message),
        field("results", &VoteSummary::results),
        field("total_votes", &VoteSummary::total_votes),
        field("user_voted", &VoteSummary::user_voted),
        field("user_vote_index", &VoteSummary::user_vote_index),
    };
};

struct VoteAnswer : Post, VoteSummary {
    static constexpr auto fields = join(Post::fields, VoteSummary::fields);
};

inline constexpr api::RouteError kVoteErrors[] = {{404, "Post not found"},
                                                  {403, "Not authorized"},
                                                  {400, "Post does not have a poll"},
                                                  {400, "Poll has expired"}};

struct PostVote {
    PostId post_id;
    int option_index = 0;
    static constexpr auto errors = api::join(kVoteErrors, {{400, "Invalid option index"}});
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/{post_id}/vote",
                                 .summary = "Vote in a post's poll, or move one's vote.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{
        field("post_id", &PostVote::post_id, in_path),
        // Any whole number is one; what is beyond every poll's options is refused by the poll (400).
        field("option_index", &PostVote::option_index, in_body | in_query, wire::clamped(-1, 1'000)),
    };
};

struct VoteWithdraw {
    PostId post_id;
    static constexpr auto& errors = kVoteErrors;
    static constexpr Route route{.method = Method::delete_,
                                 .path = "/posts/{post_id}/vote",
                                 .summary = "Take back one's vote, as long as the poll runs.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &VoteWithdraw::post_id, in_path)};
};

struct PollClose {
    PostId post_id;
    static constexpr api::RouteError errors[] = {{404, "Poll not found"}, {403, "Not authorized"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts/{post_id}/poll/close",
                                 .summary = "End one's own poll now.",
                                 .limit = RateClass::write};
    static constexpr auto fields = Pack{field("post_id", &PollClose::post_id, in_path)};
};

struct PollResults {
    PostId post_id;
    std::string question;
    std::vector<PollResult> results;
    std::int64_t total_votes = 0;
    bool user_voted = false;
    std::optional<int> user_vote_index;
    Time expires_at;
    bool is_expired = false;
    static constexpr auto fields = Pack{
        field("post_id", &PollResults::post_id),
        field("question", &PollResults::question),
        field("results", &PollResults::results),
        field("total_votes", &PollResults::total_votes),
        field("user_voted", &PollResults::user_voted),
        field("user_vote_index", &PollResults::user_vote_index),
        field("expires_at", &PollResults::expires_at),
        field("is_expired", &PollResults::is_expired),
    };
};

struct PollResultsGet {
    PostId post_id;
    static constexpr api::RouteError errors[] = {
        {404, "Post not found"}, {403, "Not authorized"}, {404, "Poll not found"}};
    static constexpr Route route{.method = Method::get,
                                 .path = "/posts/{post_id}/poll-results",
                                 .summary = "Results of a post's poll."};
    static constexpr auto fields = Pack{field("post_id", &PollResultsGet::post_id, in_path)};
};

}  // namespace grover::posts
