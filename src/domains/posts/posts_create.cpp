#include <algorithm>

#include "domains/posts/posts_feed.hpp"
#include "domains/posts/posts_service.hpp"
#include "domains/posts/posts_text.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/utf8.hpp"
#include "sql/posts.hpp"
#include "sql/posts_marks.hpp"

namespace grover::posts {
namespace {

Error bad_body(std::string_view field, std::string msg, std::string type = "value_error") {
    return invalid_input({"body", std::string(field)}, std::move(msg), std::move(type));
}

// polls.md §1.
std::optional<PollDraft> poll_of(const PostCreate& in) {
    const auto question = clean_optional(in.poll_question);
    std::vector<std::string> options;
    for (const auto& option : in.poll_options.value_or(std::vector<std::string>{})) {
        auto clean = text::sanitize_string(option);
        if (!clean.empty()) options.push_back(std::move(clean));
    }
    if (!question && options.empty()) return std::nullopt;
    if (!question) throw bad_body("poll_question", "Field required", "missing");
    if (options.size() < 2 || options.size() > 10)
        throw bad_body("poll_options", "A poll needs 2 to 10 options");
    std::vector<std::string> folded;
    for (const auto& option : options) {
        if (text::count_code_points(option) > 100)
            throw bad_body("poll_options", "An option should have at most 100 characters", "string_too_long");
        folded.push_back(text::fold(option));
    }
    std::ranges::sort(folded);
    if (std::ranges::adjacent_find(folded) != folded.end())
        throw bad_body("poll_options", "Two options are equal");

    const auto hours = in.poll_duration_hours.value_or(LateNumber(24)).value;
    if (!hours) throw bad_body("poll_duration_hours", "Input should be a valid integer", "int_parsing");
    if (*hours < 1 || *hours > 720)
        throw bad_body("poll_duration_hours", "Input should be between 1 and 720");
    return PollDraft{*question, std::move(options), static_cast<int>(*hours)};
}

std::optional<std::string> category_of(const std::optional<std::string>& given, std::string_view place) {
    if (!given || given->empty()) return std::nullopt;
    if (!wire::enum_of<Category>(*given))
        throw invalid_input({std::string(place), "category"}, "Input should be one of the categories",
                            "enum");
    return given;
}

// Each name once, as it was written first: "@Bob" and "bob" are one.
std::vector<std::string> different_names(const std::vector<std::string>& given) {
    std::vector<std::string> out, seen;
    for (const auto& token : given) {
        auto name = text::lower_ascii(std::string_view(token).substr(token.starts_with('@') ? 1 : 0));
        if (name.empty() || std::ranges::find(seen, name) != seen.end()) continue;
        seen.push_back(std::move(name));
        out.push_back(token);
    }
    return out;
}

bool is_paid(const PostCreate& in) {
    return in.is_exclusive || in.access_type != AccessType::free ||
           (in.access_price && in.access_price->value > 0);
}

template <class T>
bool given(const std::optional<T>& value) {
    if constexpr (std::is_same_v<T, std::string>) return value && !value->empty();
    return value.has_value();
}

}  // namespace

FieldError price_below_nothing() {
    return {{"body", "access_price"}, "Input should be greater than or equal to 0", "greater_than_equal"};
}

media::Access media_access(Visibility visibility, bool in_community) {
    return visibility == Visibility::public_ && !in_community ? media::Access::account
                                                              : media::Access::signed_;
}

void touch_lists_of(db::Write& tx, const UserId& author) {
    tx.touch(author_posts_key(author));
    tx.touch(kAnyPostKey);
}

PostDraft PostWriter::check(const PostCreate& in) {
    PostDraft draft;
    draft.content = text::sanitize_string(in.content);
    draft.location = clean_optional(in.location);
    draft.poll = poll_of(in);
    draft.category = category_of(in.category, "body");
    draft.visibility = in.visibility;
    draft.tagged_users = different_names(in.tagged_users);
    if (draft.tagged_users.size() > kMaxNames)
        throw bad_body("tagged_users", "List should have at most 20 items", "too_long");
    if (in.tags && in.tags->size() > kMaxTags)
        throw bad_body("tags", "List should have at most 10 items", "too_long");
    draft.tags_are_explicit = in.tags.has_value();
    draft.tags =
        in.tags ? tags_from(*in.tags) : tags_in(draft.content, draft.poll ? draft.poll->question : "");

    const int sources = given(in.media) + given(in.media_text) + given(in.media_url) + given(in.media_id);
    if (sources > 1) throw bad_body("media", "Send one of media, media_url and media_id");
    if (draft.content.empty() && sources == 0 && !draft.poll)
        throw bad_body("content", "A post needs text, media or a poll", "missing");
    if (is_below_nothing(in.access_price)) throw invalid_input(price_below_nothing());
    if (is_paid(in))
        throw not_authorized(
            "You must enable monetization in your profile settings before creating paid content.");
    return draft;
}

void PostWriter::take_media(const Caller& me, PostCreate& in, PostDraft& draft) {
    draft.media_id = in.media_id;
    if (const auto taken = media_.take(me.id, in.media, in.media_text, media::kPostUse, "media"))
        draft.media_id = taken;
    if (given(in.media_url))
        draft.media_id = media_.take(me.id, *in.media_url, media::kPostUse, {"body", "media_url"});
    if (!draft.media_id) return;
    const auto medium = db_.read([&](db::Read& tx) { return media_.find(tx, *draft.media_id); });
    if (!medium || medium->owner_id != me.id) throw media::media_not_found();
    draft.media_type = std::string(wire::name_of(medium->kind));
}

PostWriter::Named PostWriter::publish(db::Write& tx, const UserId& author, const PostDraft& draft,
                                      const As& as) {
    Named named{.mentioned = mentioned_in(tx, users_, author, draft.content)};
    if (!draft.tagged_users.empty())
        named.tagged = users_.addressed(tx, author, draft.tagged_users, users::Address::tag);
    const auto& [tagged, mentioned] = named;
    const auto& media_id = draft.media_id;
    tx.exec_soon(sql::posts::insert_post{
        .post_id = as.id,
        .user_id = author,
        .content = draft.content,
        .media_id = media_id,
        .media_type = draft.media_type,
        .location = draft.location,
        .tags = wire::to_json(draft.tags),
        .tagged_users = wire::to_json(tagged),
        .mentioned_users = wire::to_json(mentioned),
        .category = draft.category,
        .visibility = static_cast<int>(draft.visibility),
        .tags_are_explicit = draft.tags_are_explicit,
        .has_poll = draft.poll.has_value(),
        .created_at = as.at,
        .community_id = as.community_id,
        .in_community = as.community_id.has_value(),
        .scheduled_for = as.scheduled_for,
    });
    if (media_id)
        media_.attach(tx, author, *media_id, {"post", as.id.view()},
                      media_access(draft.visibility, as.community_id.has_value()));
    for (const auto* list : {&tagged, &mentioned}) {
        for (const auto& user : *list)
            tx.exec_soon(sql::posts::insert_mention{.user_id = user, .post_id = as.id, .created_at = as.at});
    }
    if (draft.poll) {
        const Time expires_at = as.at + std::chrono::hours{draft.poll->duration_hours};
        tx.exec_soon(sql::posts_marks::insert_poll{.post_id = as.id,
                                                   .question = draft.poll->question,
                                                   .options = wire::to_json(draft.poll->options),
                                                   .expires_at = expires_at});
        for (std::size_t i = 0; i < draft.poll->options.size(); ++i)
            tx.exec_soon(sql::posts_marks::insert_poll_count{.post_id = as.id, .option_index = i});
        tx.enqueue(EndPoll{as.id}, expires_at);
    }
    if (!as.community_id) {
        users_.add_posts_count(tx, author, 1);
        touch_lists_of(tx, author);
        saved(tx, {as.id, author, draft.visibility, draft.category, draft.tags, as.at});
    }
    const PostFacts facts{
        .post_id = as.id, .user_id = author, .visibility = draft.visibility, .community_id = as.community_id};
    tx.publish(PostCreated{
        .post_id = as.id,
        .user_id = author,
        .post_type = draft.poll ? "poll"
                     : media_id ? *draft.media_type
                                : "standard",
        .tagged_users = who_may_hear(tx, tagged, facts),
        .mentioned_users = who_may_hear(tx, mentioned, facts),
        .created_at = as.at,
        .community_id = as.community_id,
    });
    return named;
}

std::vector<UserId> PostWriter::who_may_hear(db::Read& tx, const std::vector<UserId>& named,
                                             const PostFacts& post) const {
    auto readers = gate_.readers_of(tx, post, named);
    std::erase(readers, post.user_id);
    return readers;
}

bool PostWriter::exists(db::Read& tx, const PostId& post_id) const {
    return tx.exists(sql::posts::get_facts{.post_id = post_id});
}

PostCreateAnswer PostsService::create(const Caller& me, PostCreate& in) {
    auto draft = PostWriter::check(in);
    writer_.take_media(me, in, draft);
    PostWriter::As as;
    PostWriter::Named named;
    db_.write([&](db::Write& tx) {
        const auto now = clock_.now();
        as = {.id = IdSource::next_at<PostId>(now), .at = now};
        named = writer_.publish(tx, me.id, draft, as);
    });
    // Everything about it is known here: reading it again would cost more than writing it did.
    auto json = db_.read([&](db::Read& tx) { return views_.made(tx, me, {draft, as, named}); });
    return {.post_id = as.id, .post = {std::move(json)}};
}

}  // namespace grover::posts
