// Profile pictures for users, kept by media.
#pragma once

#include "domains/media/media.hpp"
#include "domains/users/users.hpp"

namespace grover::app {

class PictureStore final : public users::PictureStore {
public:
    explicit PictureStore(db::Database& db, media::MediaService& media) : db_(db), media_(media) {}

    std::string store(const UserId& owner, http::UploadedFile& file) override;
    std::string store_text(const UserId& owner, std::string_view text) override;
    std::optional<std::string> key_of(db::Read& tx, const UserId& owner, std::string_view url) override;
    void keep(db::Write& tx, const UserId& owner, std::string_view key) override;
    void release(db::Write& tx, const UserId& owner, std::string_view key) override;
    std::string url(std::string_view key, std::string_view base_url) const override;

private:
    std::string key_of(const MediaId& id);

    db::Database& db_;
    media::MediaService& media_;
};

}  // namespace grover::app
