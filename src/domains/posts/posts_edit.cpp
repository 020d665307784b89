#include <algorithm>

#include "domains/posts/posts_service.hpp"
#include "domains/posts/posts_text.hpp"
#include "platform/text/sanitize.hpp"
#include "sql/posts.hpp"
#include "sql/posts_marks.hpp"

namespace grover::posts {
namespace {

constexpr std::int64_t kMaxPinned = 3;

// The columns that an edit may change, as they are and as they will be.
struct Editable {
    std::string content;
    std::optional<std::string> location, category;
    Visibility visibility = Visibility::public_;
    bool is_pinned = false;
    std::string tags;
    bool tags_are_explicit = false;
    std::string tagged_users, mentioned_users;
    std::optional<std::string> repost_comment;

    bool operator==(const Editable&) const = default;
    // Whether somebody who reads the post finds no difference: where its tags come from is not shown.
    bool reads_as(const Editable& other) const {
        auto same = *this;
        same.tags_are_explicit = other.tags_are_explicit;
        return same == other;
    }

    static constexpr auto columns = Pack{
        db::column("content", &Editable::content),
        db::column("location", &Editable::location),
        db::column("category", &Editable::category),
        db::column("visibility", &Editable::visibility),
        db::column("is_pinned", &Editable::is_pinned),
        db::column("tags", &Editable::tags),
        db::column("tags_are_explicit", &Editable::tags_are_explicit),
        db::column("tagged_users", &Editable::tagged_users),
        db::column("mentioned_users", &Editable::mentioned_users),
        db::column("repost_comment", &Editable::repost_comment),
    };
};

bool asks_for_more_than_the_comment(const PostUpdate& in) {
    PostUpdate rest = in;
    rest.repost_comment.reset();
    return !rest.asks_for_nothing();
}

bool contains(std::string_view json_ids, const UserId& user) {
    return json_ids.find('"' + user.str() + '"') != std::string_view::npos;
}

std::string question_of(db::Read& tx, const PostFacts& post) {
    if (!post.has_poll) return {};
    std::string question;
    tx.each(sql::posts_marks::get_poll{.post_id = post.post_id},
            [&](const db::Row& row) { question = row.get<std::string>(0); });
    return question;
}

}  // namespace

bool PostUpdate::asks_for_nothing() const {
    return !content && !location && !visibility && !is_pinned && !tags && !category && !repost_comment &&
           !is_exclusive && !access_price && !free_preview_duration_minutes;
}

std::optional<FieldError> PostUpdate::misfit() const {
    if (asks_for_nothing()) return FieldError{{"body"}, "Nothing to change", "missing"};
    if (category && !category->empty() && !wire::enum_of<Category>(*category))
        return FieldError{{"body", "category"}, "Input should be one of the categories", "enum"};
    if (is_below_nothing(access_price)) return price_below_nothing();
    return std::nullopt;
}

PostUpdateAnswer PostsService::update(const Caller& me, const PostUpdate& in) {
    const auto content = in.content ? std::optional(text::sanitize_string(*in.content)) : std::nullopt;
    const auto tags = in.tags ? std::optional(tags_from(*in.tags)) : std::nullopt;

    db_.write([&](db::Write& tx) {
        const auto post = gate_.get_visible(tx, me, in.post_id);
        if (post.user_id != me.id) throw not_authorized();
        if (content && content->empty() && !post.media_type && !post.has_poll && !post.is_repost) {
            throw invalid_input({"body", "content"}, "A post needs text, media or a poll", "missing");
        }
        std::optional<Visibility> visibility;
        if (in.visibility) {
            visibility = wire::enum_of<Visibility>(*in.visibility);
            if (!visibility)
                throw validation_error("Invalid visibility. Must be: public, followers, or private");
        }
        const bool is_shown_otherwise = (visibility && *visibility != post.visibility) ||
                                        (in.is_pinned && *in.is_pinned != post.is_pinned);
        if (post.community_id && is_shown_otherwise)
            throw validation_error("A community decides who sees its posts and which are pinned");
        if (post.is_repost && asks_for_more_than_the_comment(in))
            throw validation_error("Only the comment of a repost can change");
        if (!post.is_repost && in.repost_comment) throw validation_error("This post is not a repost");
        if (in.is_exclusive.value_or(false) || (in.access_price && in.access_price->value > 0)) {
            throw not_authorized(
                "You must enable monetization in your profile settings before creating paid content.");
        }

        const auto before = *tx.find<Editable>(sql::posts::get_editable{.post_id = post.post_id});
        auto after = before;
        std::vector<UserId> newly_mentioned;
        if (content && *content != before.content) {
            after.content = *content;
            const auto mentioned = mentioned_in(tx, users_, me.id, *content);
            after.mentioned_users = wire::to_json(mentioned);
            if (!before.tags_are_explicit)
                after.tags = wire::to_json(tags_in(*content, question_of(tx, post)));
            tx.exec(sql::posts::delete_mentions{.post_id = post.post_id});
            auto named = wire::read<std::vector<UserId>>(before.tagged_users);
            named.insert(named.end(), mentioned.begin(), mentioned.end());
            for (const auto& user : named)
                tx.exec(sql::posts::insert_mention{
                    .user_id = user, .post_id = post.post_id, .created_at = post.created_at});
            std::ranges::copy_if(mentioned, std::back_inserter(newly_mentioned), [&](const UserId& user) {
                return !contains(before.mentioned_users, user) && !contains(before.tagged_users, user);
            });
        }
        if (in.location) after.location = clean_optional(in.location);
        if (in.category) after.category = in.category->empty() ? std::nullopt : in.category;
        if (visibility) after.visibility = *visibility;
        if (tags) after.tags = wire::to_json(*tags), after.tags_are_explicit = true;
        if (in.repost_comment) after.repost_comment = clean_optional(in.repost_comment);
        if (in.is_pinned) {
            after.is_pinned = *in.is_pinned;
            const bool pins = after.is_pinned && !before.is_pinned;
            if (pins) users_.take_turn(tx, me.id);
            if (pins && tx.value<std::int64_t>(sql::posts::count_pinned{.user_id = me.id}) >= kMaxPinned)
                throw validation_error("At most 3 posts can be pinned");
        }
        if (after.reads_as(before)) {
            if (after.tags_are_explicit != before.tags_are_explicit)
                tx.exec(sql::posts::keep_tags{.post_id = post.post_id});
            return;
        }
        const auto now = clock_.now();
        tx.exec(sql::posts::update_post{
            .content = after.content,
            .location = after.location,
            .category = after.category,
            .visibility = static_cast<int>(after.visibility),
            .is_pinned = after.is_pinned,
            .tags = after.tags,
            .tags_are_explicit = after.tags_are_explicit,
            .mentioned_users = after.mentioned_users,
            .repost_comment = after.repost_comment,
            .now = now,
            .post_id = post.post_id,
        });
        touch_facts(tx, post.post_id);
        if (!post.is_repost && !post.community_id) {
            const auto all_tags = wire::read<std::vector<std::string>>(after.tags);
            writer_.saved(tx, {post.post_id, post.user_id, after.visibility, after.category, all_tags,
                               post.created_at});
        }
        if (after.visibility != before.visibility) {
            touch_lists_of(tx, me.id);
            media_.set_access(tx, {"post", post.post_id.view()}, media_access(after.visibility, false));
        }
        auto facts = post;
        facts.visibility = after.visibility;
        tx.publish(PostUpdated{.post_id = post.post_id,
                               .user_id = me.id,
                               .newly_mentioned_users = writer_.who_may_hear(tx, newly_mentioned, facts),
                               .updated_at = now,
                               .community_id = post.community_id});
    });
    return {.post = {view(me, in.post_id)}};
}

}  // namespace grover::posts
