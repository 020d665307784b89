#include <algorithm>
#include <charconv>

#include "domains/posts/posts_service.hpp"
#include "domains/posts/posts_text.hpp"
#include "platform/text/sanitize.hpp"
#include "platform/text/utf8.hpp"
#include "sql/posts.hpp"
#include "sql/posts_marks.hpp"

namespace grover::posts {
namespace {

struct PollDraft {
    std::string question;
    std::vector<std::string> options;
    std::chrono::hours duration;
};

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

    int hours = 24;
    if (in.poll_duration_hours && !in.poll_duration_hours->empty()) {
        const auto& text = *in.poll_duration_hours;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), hours);
        if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size())
            throw bad_body("poll_duration_hours", "Input should be a valid integer", "int_parsing");
        if (hours < 1 || hours > 720)
            throw bad_body("poll_duration_hours", "Input should be between 1 and 720");
    }
    return PollDraft{*question, std::move(options), std::chrono::hours{hours}};
}

std::optional<std::string> category_of(const std::optional<std::string>& given, std::string_view place) {
    if (!given || given->empty()) return std::nullopt;
    if (!wire::enum_of<Category>(*given))
        throw invalid_input({std::string(place), "category"}, "Input should be one of the categories",
                            "enum");
    return given;
}

std::vector<std::string> unique_tokens(const std::vector<std::string>& given) {
    std::vector<std::string> out;
    for (const auto& token : given) {
        if (!token.empty() && std::ranges::find(out, token) == out.end()) out.push_back(token);
    }
    return out;
}

bool is_paid(const PostCreate& in) {
    return in.is_exclusive || in.access_type != AccessType::free ||
           (in.access_price && in.access_price->value > 0);
}

std::vector<UserId> others(const std::vector<UserId>& users, const UserId& author) {
    std::vector<UserId> out;
    std::ranges::copy_if(users, std::back_inserter(out), [&](const UserId& user) { return user != author; });
    return out;
}

template <class T>
bool given(const std::optional<T>& value) {
    if constexpr (std::is_same_v<T, std::string>) return value && !value->empty();
    return value.has_value();
}

}  // namespace

media::Access media_access(Visibility visibility) {
    return visibility == Visibility::public_ ? media::Access::account : media::Access::signed_;
}

struct PostsService::Attachment {
    MediaId media_id;
    std::string media_type;
};

std::optional<PostsService::Attachment> PostsService::take_media(const Caller& me, PostCreate& in) {
    std::optional<MediaId> id = in.media_id;
    if (in.media) id = media_.upload(me.id, *in.media, media::kPostUse);
    if (given(in.media_text)) id = media_.take(me.id, *in.media_text, media::kPostUse, {"body", "media"});
    if (given(in.media_url)) id = media_.take(me.id, *in.media_url, media::kPostUse, {"body", "media_url"});
    if (!id) return std::nullopt;
    const auto medium = db_.read([&](db::Read& tx) { return media_.find(tx, *id); });
    if (!medium || medium->owner_id != me.id) throw not_found("Media not found");
    return Attachment{*id, std::string(wire::name_of(medium->kind))};
}

PostCreateAnswer PostsService::create(const Caller& me, PostCreate& in) {
    const auto content = text::sanitize_string(in.content);
    const auto location = clean_optional(in.location);
    const auto poll = poll_of(in);
    const auto category = category_of(in.category, "body");
    const auto tokens = unique_tokens(in.tagged_users);
    if (tokens.size() > kMaxNames)
        throw bad_body("tagged_users", "List should have at most 20 items", "too_long");
    if (in.tags && in.tags->size() > kMaxTags)
        throw bad_body("tags", "List should have at most 10 items", "too_long");
    const auto tags = in.tags ? tags_from(*in.tags) : tags_in(content);

    const int sources = given(in.media) + given(in.media_text) + given(in.media_url) + given(in.media_id);
    if (sources > 1) throw bad_body("media", "Send one of media, media_url and media_id");
    if (content.empty() && sources == 0 && !poll)
        throw bad_body("content", "A post needs text, media or a poll", "missing");
    if (is_paid(in))
        throw not_authorized(
            "You must enable monetization in your profile settings before creating paid content.");

    const auto media = take_media(me, in);
    const auto post_id = db_.write([&](db::Write& tx) {
        const auto now = clock_.now();
        const auto id = IdSource::next_at<PostId>(now);
        const auto tagged =
            tokens.empty() ? std::vector<UserId>{} : users_.addressed(tx, me.id, tokens, users::Address::tag);
        const auto mentioned = mentioned_in(tx, users_, me.id, content);
        tx.exec(sql::posts::insert_post{
            .post_id = id,
            .user_id = me.id,
            .content = content,
            .media_id = media ? db::Arg(media->media_id) : db::Arg(nullptr),
            .media_type = media ? db::Arg(media->media_type) : db::Arg(nullptr),
            .location = location,
            .tags = wire::to_json(tags),
            .tagged_users = wire::to_json(tagged),
            .mentioned_users = wire::to_json(mentioned),
            .category = category,
            .visibility = static_cast<int>(in.visibility),
            .tags_are_explicit = in.tags.has_value(),
            .is_repost = false,
            .original_post_id = nullptr,
            .repost_comment = nullptr,
            .has_poll = poll.has_value(),
            .created_at = now,
        });
        if (media)
            media_.attach(tx, me.id, media->media_id, {"post", id.view()}, media_access(in.visibility));
        for (const auto* named : {&tagged, &mentioned}) {
            for (const auto& user : *named)
                tx.exec(sql::posts::insert_mention{.user_id = user, .post_id = id, .created_at = now});
        }
        if (poll) {
            tx.exec(sql::posts_marks::insert_poll{.post_id = id,
                                                  .question = poll->question,
                                                  .options = wire::to_json(poll->options),
                                                  .expires_at = now + poll->duration});
            for (std::size_t i = 0; i < poll->options.size(); ++i)
                tx.exec(sql::posts_marks::insert_poll_count{.post_id = id, .option_index = i});
        }
        users_.add_posts_count(tx, me.id, 1);
        touch_lists_of(tx, me.id);
        const bool tells = in.visibility != Visibility::private_;
        tx.publish(PostCreated{
            .post_id = id,
            .user_id = me.id,
            .post_type = poll    ? "poll"
                         : media ? media->media_type
                                 : "standard",
            .tagged_users = tells ? others(tagged, me.id) : std::vector<UserId>{},
            .mentioned_users = tells ? others(mentioned, me.id) : std::vector<UserId>{},
            .created_at = now,
        });
        return id;
    });
    return {.post_id = post_id, .post = {view(me, post_id)}};
}

}  // namespace grover::posts
