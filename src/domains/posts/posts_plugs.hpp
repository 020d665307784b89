// What posts need from beside, declared here and plugged in by app.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/media/media_info.hpp"
#include "platform/api/caller.hpp"
#include "platform/db/db.hpp"
#include "platform/http/multipart.hpp"

namespace grover::posts {

using media::MediaInfo;

// Media as posts use them. media implements it.
class PostMedia {
public:
    virtual ~PostMedia() = default;

    struct Accepted {
        MediaId media_id;
        std::string media_type;  // image, video or audio: from the bytes
    };
    // What came with a create call: at most one of the three is set.
    struct Source {
        std::optional<http::UploadedFile>* file = nullptr;
        std::optional<std::string> text;  // `media_url`, or a text part where the file belongs: data URI, base64, own URL
        std::string_view text_name = "media_url";
        std::optional<MediaId> media_id;
    };
    // Validates, processes and stores; nothing when the source is empty. Not in a transaction. 400 and 422 as media.md §3, §4.
    virtual std::optional<Accepted> accept(const Caller& me, Source& source) = 0;

    // A post refers to the medium now / no more. In the transaction of the post.
    virtual void attach(db::Write& tx, const MediaId& media_id) = 0;
    virtual void release(db::Write& tx, const MediaId& media_id) = 0;

    struct Wanted {
        MediaId media_id;
        bool signed_links;  // media.md §6: the post is not open to everybody
    };
    struct Shown {
        MediaInfo info;  // public_id unset
        std::string public_id;
        Time links_until;  // INT64_MAX for links that do not expire
    };
    // One for each wanted medium, in order; nothing for one that is gone. At most one statement.
    virtual std::vector<std::optional<Shown>> show(db::Read& tx, const std::vector<Wanted>& wanted, std::string_view base_url) = 0;
};

}  // namespace grover::posts
