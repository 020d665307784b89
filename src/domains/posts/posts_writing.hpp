// Writing posts: what is asked for, checked, and made a post now or later; and taking posts away (posts.md §4.1, §4.3).
// Included through posts.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domains/media/media.hpp"
#include "domains/posts/posts_gate.hpp"
#include "domains/posts/posts_objects.hpp"
#include "domains/posts/posts_watch.hpp"
#include "platform/api/api.hpp"

namespace grover::posts {

using api::RateClass;
using api::Route;
using http::Method;
using wire::in_body;
using wire::in_path;
using wire::in_query;

enum class Category : std::uint8_t {
    music,
    art,
    tech,
    fashion,
    food,
    fitness,
    gaming,
    education,
    business,
    entertainment
};
constexpr std::array<std::string_view, 10> enum_names(Category) {
    return {"music",   "art",    "tech",      "fashion",  "food",
            "fitness", "gaming", "education", "business", "entertainment"};
}

// A whole number that counts only beside something else: when that is missing, nobody minds what this is.
struct LateNumber {
    using described = std::int64_t;

    LateNumber() = default;
    LateNumber(std::int64_t number) : value(number) {}

    std::optional<std::int64_t> value;  // nothing: what came is none
};
inline bool convert(const api::Found& in, const wire::FieldRules& rules, LateNumber& out, api::Issue& issue) {
    std::int64_t number = 0;
    if (api::convert(in, rules, number, issue)) out.value = number;
    return true;
}

// POST /posts, and the first fields of every request that makes a post of its own.
struct PostCreate {
    std::string content;
    std::optional<http::UploadedFile> media;
    std::optional<std::string> media_text;  // base64 where a file belongs
    std::optional<std::string> media_url;
    std::optional<MediaId> media_id;
    std::vector<std::string> tagged_users;
    std::optional<std::string> location;
    std::optional<std::string> poll_question;
    std::optional<std::vector<std::string>> poll_options;
    std::optional<LateNumber> poll_duration_hours;  // ignored without a poll
    std::optional<std::vector<std::string>> tags;
    Visibility visibility = Visibility::public_;
    std::optional<std::string> category;
    bool is_exclusive = false;
    std::optional<Cents> access_price;
    AccessType access_type = AccessType::free;
    std::optional<int> free_preview_duration_minutes;
    std::optional<std::string> preview_content;

    static constexpr auto errors = api::join(
        media::kUploadErrors,
        {{413, "Storage limit reached"}, {403, "Not authorized"}, {400, "Invalid media_id format"}});
    static constexpr Route route{.method = Method::post,
                                 .path = "/posts",
                                 .summary = "Publish a post.",
                                 .limit = RateClass::write,
                                 .takes_base64 = true};
    static constexpr auto fields = Pack{
        field("content", &PostCreate::content, in_body, wire::or_default, wire::trimmed_length(0, 5'000)),
        api::file("media", &PostCreate::media, "file", "media_url"),
        field("media", &PostCreate::media_text, in_body, wire::also("file")),
        field("media_url", &PostCreate::media_url, in_body),
        field("media_id", &PostCreate::media_id, in_body),
        field("tagged_users", &PostCreate::tagged_users, in_body, wire::comma_list),
        field("location", &PostCreate::location, in_body, wire::trimmed_length(0, 200)),
        field("poll_question", &PostCreate::poll_question, in_body, wire::trimmed_length(0, 500)),
        field("poll_options", &PostCreate::poll_options, in_body, wire::json_text),
        field("poll_duration_hours", &PostCreate::poll_duration_hours, in_body),
        field("tags", &PostCreate::tags, in_body, wire::comma_list),
        field("visibility", &PostCreate::visibility, in_body, wire::or_default),
        field("category", &PostCreate::category, in_body),
        field("is_exclusive", &PostCreate::is_exclusive, in_body, wire::or_default, wire::also("is_paid")),
        field("access_price", &PostCreate::access_price, in_body, wire::also("price")),
        field("access_type", &PostCreate::access_type, in_body, wire::or_default),
        field("free_preview_duration_minutes", &PostCreate::free_preview_duration_minutes, in_body,
              wire::also("free_preview_duration"), wire::range(0, 60)),
        field("preview_content", &PostCreate::preview_content, in_body, wire::trimmed_length(0, 500)),
    };
};

struct PollDraft {
    std::string question;
    std::vector<std::string> options;
    int duration_hours = 24;
    static constexpr auto fields = Pack{
        field("question", &PollDraft::question),
        field("options", &PollDraft::options),
        field("duration_hours", &PollDraft::duration_hours),
    };
};

// What may be published: cleaned, checked, its file stored. It can be kept as JSON until its time comes.
struct PostDraft {
    std::string content;
    std::optional<std::string> location;
    std::optional<std::string> category;
    Visibility visibility = Visibility::public_;
    std::vector<std::string> tags;
    bool tags_are_explicit = false;
    std::vector<std::string> tagged_users;  // as they were named; resolved when it is published
    std::optional<PollDraft> poll;
    std::optional<MediaId> media_id;
    std::optional<std::string> media_type;
    static constexpr auto fields = Pack{
        field("content", &PostDraft::content),
        field("location", &PostDraft::location),
        field("category", &PostDraft::category),
        field("visibility", &PostDraft::visibility),
        field("tags", &PostDraft::tags),
        field("tags_are_explicit", &PostDraft::tags_are_explicit),
        field("tagged_users", &PostDraft::tagged_users),
        field("poll", &PostDraft::poll),
        field("media_id", &PostDraft::media_id),
        field("media_type", &PostDraft::media_type),
    };
};

// Job: the poll of a post is over.
struct EndPoll {
    PostId post_id;
    static constexpr std::string_view name = "posts.end_poll";
    static constexpr auto fields = Pack{field("post_id", &EndPoll::post_id)};
};

class PostWriter {
public:
    // References outlive the writer.
    PostWriter(db::Database& db, users::UsersService& users, media::MediaService& media, const PostGate& gate)
        : db_(db), users_(users), media_(media), gate_(gate) {}

    // Before the first request. They outlive the writer.
    void plug(PostWatcher& watcher) { watcher_ = &watcher; }
    void plug(PostHolder& holder) { holder_ = &holder; }
    void opened(const UserId& reader, const PostId& post) const {
        if (watcher_) watcher_->post_opened(reader, post);
    }
    void saved(db::Write& tx, const SavedPost& post) const {
        if (watcher_) watcher_->post_saved(tx, post);
    }

    // What the request says, cleaned and checked, without its file. Throws as POST /posts does; no I/O.
    static PostDraft check(const PostCreate& in);
    // Stores the file of the request for the draft. Outside transactions; what is never published needs no cleaning up.
    void take_media(const Caller& me, PostCreate& in, PostDraft& draft);

    struct As {
        PostId id;
        Time at;
        std::optional<CommunityId> community_id{};
        std::optional<Time> scheduled_for{};
    };
    // Who was named in it, of those who may be addressed.
    struct Named {
        std::vector<UserId> tagged, mentioned;
    };
    // The post with everything that belongs to it. Throws db::AlreadyExists for a known id, 404 "Media not found" when the
    // file is gone.
    Named publish(db::Write& tx, const UserId& author, const PostDraft& draft, const As& as);
    bool exists(db::Read& tx, const PostId& post_id) const;
    // Those of the named who are to be told: they see the post, and are not its author.
    std::vector<UserId> who_may_hear(db::Read& tx, const std::vector<UserId>& named,
                                     const PostFacts& post) const;

    // The post with everything on it; what counts elsewhere follows. 404 when it is gone.
    void erase(db::Write& tx, const PostFacts& post, const std::optional<UserId>& removed_by = {});
    // Up to `batch` posts of a community; true when none is left.
    bool erase_some_of(db::Write& tx, const CommunityId& community, int batch);

    // Who voted in the poll of a post, by id, at most `limit` of them: to be told of its end, and shown to nobody.
    std::vector<UserId> voters_after(db::Read& tx, const PostId& post, const UserId& after, int limit) const;

    // In its community. False: no such post there.
    bool set_pinned(db::Write& tx, const CommunityId& community, const PostId& post, bool is_pinned);
    std::vector<PostId> pinned_of(db::Read& tx, const CommunityId& community) const;

private:
    db::Database& db_;
    users::UsersService& users_;
    media::MediaService& media_;
    const PostGate& gate_;
    PostWatcher* watcher_ = nullptr;
    PostHolder* holder_ = nullptr;
};

// What no price can be, whoever may ask for one.
inline bool is_below_nothing(const std::optional<Cents>& price) { return price && price->value < 0; }
FieldError price_below_nothing();

// How a post's files may be read.
media::Access media_access(Visibility visibility, bool in_community);
void touch_lists_of(db::Write& tx, const UserId& author);

}  // namespace grover::posts
