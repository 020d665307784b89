// The demo from its first day to the present: people sign up, meet, and do what the script says.
#include "app/seed/demo.hpp"

#include <atomic>
#include <future>

#include "app/seed/demo_stage.hpp"
#include "app/seed/drawing.hpp"
#include "platform/http/multipart.hpp"
#include "sql/seed.hpp"

namespace grover::seed {
namespace {

constexpr std::string_view kEmail = "demo@grover.app";

http::UploadedFile uploaded(const std::filesystem::path& path) {
    http::UploadedFile file;
    file.part_name = "media";
    file.file_name = path.filename().string();
    file.path = path.string();
    file.size = std::filesystem::file_size(path);
    return file;
}

// Four groups of four letters and digits: 80 bits.
std::string make_password() {
    const auto letters = IdSource::unguessable<MediaId>().str().substr(6, 16);
    std::string password;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (i > 0 && i % 4 == 0) password += '-';
        password += letters[i];
    }
    return password;
}

}  // namespace

Demo::Demo(const DemoGround& ground)
    : ground_(ground),
      clock_(ground.clock.now() - std::chrono::days(15)),
      ids_(clock_),
      users_(ground.db, clock_, ids_, ground.users),
      media_(ground.db, users_, clock_, ground.files, ground.media),
      posts_(ground.db, clock_, users_, media_),
      comments_(ground.db, clock_, users_, posts_.gate()),
      scheduled_posts_(ground.db, clock_, users_, media_, posts_.writer(), posts_),
      communities_(ground.db, clock_, users_, media_, posts_.writer(), posts_.views(), posts_.lists()),
      collections_(ground.db, clock_, users_, posts_.gate(), posts_.views(), posts_.lists()),
      messages_(ground.db, clock_, users_, media_, posts_.gate(), posts_, {}),
      groups_(ground.db, clock_, users_, media_, messages_.group_chats()),
      picture_store_(ground.make_picture_store(media_)),
      scratch_(media_.upload_directory()) {
    users_.plug({.pictures = picture_store_.get(), .engagement = &posts_});
    posts_.gate().plug(communities_);
    messages_.plug({.groups = &groups_});
    if (ground.watcher) posts_.writer().plug(*ground.watcher);
}

DemoLogin Demo::run() {
    auto drawings = post_drawings();
    for (const auto& person : demo_people())
        drawings.push_back(avatar_drawing(person.username, person.name, person.hue));
    // Drawn while people sign up.
    auto drawn = std::async(std::launch::async,
                            [&] { save_drawings(drawings, scratch_.path, ground_.save_drawings_command); });
    for (const auto& person : demo_people()) join(person);
    drawn.get();
    upload_everything();

    meet();
    for (const auto& post : demo_posts()) plan_post(post);
    for (const auto& repost : demo_reposts()) plan_repost(repost);
    for (const auto& community : demo_communities()) plan_community(community);
    for (const auto& chat : demo_chats()) plan_chat(chat);
    for (const auto& collection : demo_collections()) plan_collection(collection);
    play();
    schedule();

    DemoLogin login{std::string(kEmail), make_password()};
    ground_.set_password(caller(demo_people().front().username).id, login.password);
    return login;
}

void Demo::join(const DemoPerson& person) {
    const bool is_login = &person == &demo_people().front();
    Caller made;
    made.id = ground_.db.write([&](db::Write& tx) {
        return users_.create(
            tx, {.email = is_login ? std::string(kEmail) : std::string(person.username) + "@demo.invalid",
                 .email_verified = true,
                 .name = std::string(person.name),
                 .username = std::string(person.username),
                 .has_password = is_login});
    });
    made.base_url = "http://localhost";
    callers_[std::string(person.username)] = made;
    pass(std::chrono::minutes(7));

    users::UserUpdate profile;
    profile.bio = person.bio;
    if (person.is_private) profile.is_private = true;
    if (!person.website.empty()) profile.website = person.website;
    users_.parts().profiles.update(made, profile);
    pass(std::chrono::minutes(5));
}

void Demo::upload_everything() {
    std::vector<std::function<void()>> uploads;
    for (const auto& person : demo_people()) {
        uploads.emplace_back([this, &person] {
            users::PictureUpload in;
            in.profile_picture =
                uploaded(scratch_.path / ("avatar-" + std::string(person.username) + ".jpg"));
            users_.parts().profiles.set_picture(caller(person.username), in);
        });
    }
    for (const auto& post : demo_posts()) {
        if (post.picture.empty()) continue;
        auto& medium = media_of_[&post];
        uploads.emplace_back([this, &post, &medium] {
            // Two posts may show the same picture: each uploads a file of its own.
            const auto copy =
                scratch_.path / (IdSource::unguessable<MediaId>().str() + "-" + std::string(post.picture));
            std::filesystem::copy_file(scratch_.path / post.picture, copy);
            auto file = uploaded(copy);
            medium = media_.upload(caller(post.by).id, file, media::kPostUse);
        });
    }
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (auto i = next++; i < uploads.size(); i = next++) uploads[i]();
    };
    auto other = std::async(std::launch::async, work);
    work();
    other.get();
}

void Demo::meet() {
    const auto people = demo_people();
    const auto first_day = ground_.clock.now() - std::chrono::days(14);
    for (const auto& who : people) {
        for (const auto& whom : people) {
            if (&who == &whom) continue;
            const bool is_login = &who == &people.front();
            if (whom.is_private ? !is_friend(who) && !is_login : !random_.chance(is_login ? 0.8 : 0.65))
                continue;
            plan(first_day + std::chrono::seconds(random_.below(4 * 3600)), [this, &who, &whom] {
                users_.parts().follows.set(caller(who.username), caller(whom.username).id);
            });
        }
        if (who.is_private) {
            plan(first_day + std::chrono::hours(4), [this, &who] {
                for (const auto& other : demo_people()) {
                    if (is_friend(other))
                        users_.parts().follows.accept(caller(who.username), caller(other.username).id);
                }
            });
        }
    }
}

bool Demo::is_friend(const DemoPerson& person) {
    return person.username == "jonas_plants" || person.username == "amina_sews" ||
           person.username == "mara_l" || person.username == "yuki_runs";
}

Time Demo::moment(double days_ago) const {
    return ground_.clock.now() - std::chrono::microseconds(static_cast<std::int64_t>(days_ago * 86'400e6));
}

void Demo::play() {
    std::ranges::stable_sort(actions_, {}, &Action::at);
    for (const auto& action : actions_) {
        clock_.set(action.at);
        action.run();
    }
}

bool is_empty(db::Database& db) {
    return db.read(
        [](db::Read& tx) { return tx.value<std::int64_t>(sql::seed::count_users{.limit = 1}) == 0; });
}

DemoLogin seed_demo(const DemoGround& ground) { return Demo(ground).run(); }

std::vector<MediaId> upload_pictures(media::MediaService& media, const UserId& owner,
                                     const std::vector<std::string>& save_drawings_command) {
    constexpr std::size_t kPictures = 8;
    auto drawings = post_drawings();
    drawings.resize(kPictures);
    const Scratch scratch(media.upload_directory());
    save_drawings(drawings, scratch.path, save_drawings_command);
    std::vector<MediaId> out;
    for (const auto& drawing : drawings) {
        auto file = uploaded(scratch.path / drawing.file);
        out.push_back(media.upload(owner, file, media::kPostUse));
    }
    return out;
}

}  // namespace grover::seed
