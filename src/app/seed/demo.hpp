// A small lively community for a first look: a dozen people, two weeks, real pictures, one login.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domains/media/media.hpp"
#include "domains/posts/posts.hpp"
#include "domains/users/users.hpp"
#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::seed {

struct DemoLogin {
    std::string email;
    std::string password;
};

// What the demo stands on. It makes services of its own over the same store, since its clock starts two weeks ago; everything
// goes through their rules.
struct DemoGround {
    db::Database& db;
    const Clock& clock;          // the present, where the demo ends
    runtime::WorkerPool& files;  // for pictures
    users::Options users;
    media::Options media;
    // Profile pictures over the demo's own media.
    std::function<std::unique_ptr<users::PictureStore>(media::MediaService&)> make_picture_store;
    std::function<void(const UserId& user, const std::string& password)> set_password;
    posts::PostWatcher* watcher = nullptr;  // keeps the categories
    // See save_drawings().
    std::vector<std::string> save_drawings_command{"/proc/self/exe", "save-drawings"};
};

bool is_empty(db::Database& db);
// Precondition: the store is empty. The password is new every time. Throws std::runtime_error or Error; then the store holds a
// part of it.
DemoLogin seed_demo(const DemoGround& ground);

// Uploads a few drawn pictures as `owner`: for SeedPlugs::make_pictures.
std::vector<MediaId> upload_pictures(media::MediaService& media, const UserId& owner,
                                     const std::vector<std::string>& save_drawings_command = {
                                         "/proc/self/exe", "save-drawings"});

}  // namespace grover::seed
