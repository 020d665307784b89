// What media do when an account leaves or is exported. Included through media.hpp.
#pragma once

#include "domains/users/users.hpp"

namespace grover::media {

class MediaService;

// Uploads that nothing refers to; the other domains release what their objects show.
class MediaEraser final : public users::AccountEraser {
public:
    MediaEraser(MediaService& media) : media_(media) {}

    std::string_view name() const override { return "media"; }
    bool erase_some(db::Write& tx, const UserId& user, int batch) override;

private:
    MediaService& media_;
};

// The files themselves, in their best rendition: "media/<media_id>.<extension>".
class MediaExport final : public users::ExportContributor {
public:
    MediaExport(MediaService& media) : media_(media) {}

    void contribute(const UserId& user, users::ExportWriter& out) override;

private:
    MediaService& media_;
};

}  // namespace grover::media
