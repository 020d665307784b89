// Ids: a kind prefix and 128 bits as 26 characters of lower-case Crockford base 32, so that the text sorts as the bits do.
// The first 56 bits are microseconds since the epoch: ids of one kind sort by creation, and one index serves both.
// Ids that came from elsewhere (an import) may be any text of contract/README.md's pattern, so an Id holds text.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "platform/base/clock.hpp"

namespace grover {

inline constexpr std::size_t kMaxIdLength = 50;

// True for 1..50 characters of [a-zA-Z0-9_-].
bool is_well_formed_id(std::string_view text);

// A value type without allocation. `Tag` has `static constexpr std::string_view prefix` ("post_") and `kind`
// ("post_id", the word in "Invalid post_id format"). An empty Id names nothing.
template <class Tag>
class Id {
public:
    using tag = Tag;

    constexpr Id() = default;
    // Precondition: at most 50 characters; what the wire sends is checked before (wire/fields.hpp).
    constexpr explicit Id(std::string_view text)
        : size_(static_cast<std::uint8_t>(text.size() > kMaxIdLength ? kMaxIdLength : text.size())) {
        for (std::size_t i = 0; i < size_; ++i) text_[i] = text[i];
    }

    constexpr std::string_view view() const { return {text_.data(), size_}; }
    std::string str() const { return std::string(view()); }
    constexpr bool empty() const { return size_ == 0; }

    friend bool operator==(const Id& a, const Id& b) { return a.view() == b.view(); }
    friend std::strong_ordering operator<=>(const Id& a, const Id& b) { return a.view() <=> b.view(); }

private:
    std::array<char, kMaxIdLength> text_{};
    std::uint8_t size_ = 0;
};

// Makes ids. Any thread; the random part comes from the operating system through a buffer of each thread.
class IdSource {
public:
    explicit IdSource(const Clock& clock) : clock_(clock) {}

    // Time-ordered; two calls in one microsecond differ in 72 random bits.
    template <class IdType>
    IdType next() const {
        return next_at<IdType>(clock_.now());
    }

    // For a row whose created_at is already read: both sort alike.
    template <class IdType>
    static IdType next_at(Time created_at) {
        return make<IdType>(ordered(created_at));
    }

    // 128 random bits: for ids that are a capability (media).
    template <class IdType>
    static IdType unguessable() {
        return make<IdType>(random());
    }

private:
    using Text = std::array<char, 26>;
    static Text ordered(Time at);
    static Text random();

    template <class IdType>
    static IdType make(const Text& text) {
        constexpr auto prefix = IdType::tag::prefix;
        std::array<char, kMaxIdLength> whole{};
        std::memcpy(whole.data(), prefix.data(), prefix.size());
        std::memcpy(whole.data() + prefix.size(), text.data(), text.size());
        return IdType(std::string_view(whole.data(), prefix.size() + text.size()));
    }

    const Clock& clock_;
};

// Bytes nobody can guess (libsodium). Any thread.
void fill_random(void* out, std::size_t size);

struct UserTag {
    static constexpr std::string_view prefix = "user_", kind = "user_id";
};
struct PostTag {
    static constexpr std::string_view prefix = "post_", kind = "post_id";
};
struct MediaTag {
    static constexpr std::string_view prefix = "media_", kind = "media_id";
};
struct CommentTag {
    static constexpr std::string_view prefix = "comment_", kind = "comment_id";
};
struct CommunityTag {
    static constexpr std::string_view prefix = "community_", kind = "community_id";
};
struct SessionTag {
    static constexpr std::string_view prefix = "sess_", kind = "session_id";
};
using UserId = Id<UserTag>;
using PostId = Id<PostTag>;
using MediaId = Id<MediaTag>;
using CommentId = Id<CommentTag>;
using CommunityId = Id<CommunityTag>;
using SessionId = Id<SessionTag>;

}  // namespace grover

template <class Tag>
struct std::hash<grover::Id<Tag>> {
    std::size_t operator()(const grover::Id<Tag>& id) const noexcept {
        return std::hash<std::string_view>{}(id.view());
    }
};
