// The demo community: every rule it went through was a service's, so only what it promises is left to check.
#include "app/seed/demo.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/seed/demo_chats.hpp"
#include "app/seed/demo_script.hpp"
#include "app/seed/drawing.hpp"
#include "platform/base/error.hpp"
#include "testing/database.hpp"

using namespace grover;
using namespace grover::seed;

namespace {

// Children of this program: it starts itself with one test selected.
std::vector<std::string> child(const std::string& test_case) {
    return {"/proc/self/exe", "--no-skip", "--no-intro", "--test-case=" + test_case};
}

std::string last_argument() {
    std::ifstream in("/proc/self/cmdline");
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    const auto start = all.rfind('\0', all.size() - 2) + 1;
    return all.substr(start, all.size() - start - 1);
}

// Stores the URL path of the medium as the server does.
class Pictures final : public users::PictureStore {
public:
    explicit Pictures(media::MediaService& media) : media_(media) {}
    std::string store(const UserId& owner, http::UploadedFile& file) override {
        return media_.upload(owner, file, {.folder = media::Folder::profiles}).str();
    }
    std::string store_text(const UserId& owner, std::string_view text) override {
        return media_.take(owner, text, {.folder = media::Folder::profiles}, {"picture"}).str();
    }
    std::optional<std::string> key_of(db::Read&, const UserId&, std::string_view) override {
        return std::nullopt;
    }
    void keep(db::Write& tx, const UserId& owner, std::string_view key) override {
        media_.attach(tx, owner, MediaId(key), {"profile", owner.view()}, media::Access::open);
    }
    void release(db::Write&, const UserId&, std::string_view) override {}
    std::string url(std::string_view key, std::string_view base_url) const override {
        return std::string(base_url) + '/' + std::string(key);
    }

private:
    media::MediaService& media_;
};

struct Played {
    SystemClock clock;
    std::filesystem::path directory =
        std::filesystem::temp_directory_path() / ("demo_test." + std::to_string(::getpid()));
    runtime::WorkerPool files{2, 64};
    std::unique_ptr<db::Database> db = testing::fresh_database({.clock = &clock});
    std::string password;
    UserId login;
    DemoLogin answer;

    Played() {
        REQUIRE(is_empty(*db));
        answer =
            seed_demo({.db = *db,
                       .clock = clock,
                       .files = files,
                       .users = {.data_dir = directory.string(), .link_secret = "a secret of sixteen bytes"},
                       .media = {.root = directory / "media",
                                 .url_secret = "another secret of sixteen",
                                 .image_workers = 2,
                                 .image_worker_command = child("image worker process")},
                       .make_picture_store =
                           [](media::MediaService& media) { return std::make_unique<Pictures>(media); },
                       .set_password =
                           [this](const UserId& user, const std::string& text) {
                               login = user;
                               password = text;
                           },
                       .save_drawings_command = child("save drawings process")});
    }
    ~Played() { std::filesystem::remove_all(directory); }

    std::int64_t number(const std::string& sql) { return testing::query_number(*db, sql); }
};

}  // namespace

TEST_CASE("image worker process" * doctest::skip()) { ::_exit(media::image_worker_main()); }
TEST_CASE("save drawings process" * doctest::skip()) { ::_exit(save_drawings_main(last_argument())); }

TEST_CASE("the demo is a whole community with one login") {
    Played demo;
    CHECK_FALSE(is_empty(*demo.db));
    CHECK(demo.answer.email == "demo@grover.app");
    CHECK(demo.answer.password == demo.password);
    CHECK(demo.password.size() == 19);
    CHECK(demo.number("SELECT count(*) FROM users WHERE email = 'demo@grover.app' AND has_password = 1 AND "
                      "user_id = '" +
                      demo.login.str() + "'") == 1);

    CHECK(demo.number("SELECT count(*) FROM users") == static_cast<std::int64_t>(demo_people().size()));
    CHECK(demo.number("SELECT count(*) FROM users WHERE picture IS NOT NULL") ==
          static_cast<std::int64_t>(demo_people().size()));
    CHECK(demo.number("SELECT count(*) FROM posts WHERE is_repost = 0 AND community_id IS NULL") ==
          static_cast<std::int64_t>(demo_posts().size()));
    CHECK(demo.number("SELECT count(*) FROM posts WHERE is_repost = 1") ==
          static_cast<std::int64_t>(demo_reposts().size()));
    std::size_t comments = 0;
    for (const auto& post : demo_posts()) comments += post.comments.size();
    CHECK(demo.number("SELECT count(*) FROM comments") == static_cast<std::int64_t>(comments));
    CHECK(demo.number("SELECT count(*) FROM comments WHERE depth > 0") > 10);
    for (const auto* table :
         {"follows", "post_stances", "post_saves", "poll_votes", "comment_likes", "post_mentions"}) {
        INFO(table);
        CHECK(testing::count_rows(*demo.db, table) >= 5);
    }
    // The private account has followers, and the login still waits.
    CHECK(demo.number("SELECT count(*) FROM follows f JOIN users u ON u.user_id = f.following_id WHERE "
                      "u.is_private = 1") == 4);
    CHECK(demo.number("SELECT count(*) FROM follow_requests WHERE requester_id = '" + demo.login.str() +
                      "'") == 1);

    // People talk, and the login has something to read.
    std::size_t lines = 0;
    for (const auto& chat : demo_chats()) lines += chat.lines.size();
    CHECK(demo.number("SELECT count(*) FROM messages WHERE type = 0") == static_cast<std::int64_t>(lines));
    CHECK(demo.number("SELECT count(*) FROM chat_groups") == 1);
    CHECK(demo.number("SELECT sum(unread_count) FROM chat_members WHERE user_id = '" + demo.login.str() +
                      "'") == 4);
    CHECK(demo.number("SELECT max(created_at) FROM messages") <= demo.clock.now().us);

    // Every picture has its renditions, in the formats of real uploads, and is in use.
    const auto pictures = demo.number("SELECT count(*) FROM posts WHERE media_id IS NOT NULL");
    CHECK(pictures > 20);
    CHECK(demo.number("SELECT count(*) FROM media") ==
          pictures + static_cast<std::int64_t>(demo_people().size()));
    CHECK(demo.number("SELECT count(*) FROM media WHERE status <> 0 OR attached_at IS NULL OR renditions NOT "
                      "LIKE '%thumb%'") == 0);

    // All of it lies in the last 15 days, and something happened today.
    const auto now = demo.clock.now();
    CHECK(demo.number("SELECT min(created_at) FROM users") > (now - std::chrono::days(16)).us);
    CHECK(demo.number("SELECT max(created_at) FROM posts") > (now - std::chrono::hours(3)).us);
    CHECK(demo.number("SELECT max(created_at) FROM comments") <= now.us);
    CHECK(demo.number("SELECT count(*) FROM posts r JOIN posts p ON p.post_id = r.original_post_id WHERE "
                      "r.created_at < p.created_at") == 0);
    CHECK(std::filesystem::is_empty(demo.directory / "media") == false);
}

TEST_CASE("the script names only people who are there, and answers only what was said before") {
    const auto is_known = [](std::string_view name) {
        return std::ranges::any_of(demo_people(),
                                   [&](const DemoPerson& person) { return person.username == name; });
    };
    for (const auto& post : demo_posts()) {
        INFO(post.text);
        CHECK(is_known(post.by));
        CHECK(post.days_ago < 14);
        CHECK(post.options.size() != 1);
        for (std::size_t i = 0; i < post.comments.size(); ++i) {
            CHECK(is_known(post.comments[i].by));
            CHECK(post.comments[i].answers < static_cast<int>(i));
        }
    }
    for (const auto& chat : demo_chats()) {
        for (const auto person : chat.people) CHECK(is_known(person));
        for (const auto& line : chat.lines) {
            CHECK(std::ranges::find(chat.people, line.by) != chat.people.end());
            if (!line.reaction.empty())
                CHECK(std::ranges::find(chat.people, line.reaction_by) != chat.people.end());
        }
    }
    const auto drawings = post_drawings();
    for (const auto& post : demo_posts()) {
        if (post.picture.empty()) continue;
        CHECK(std::ranges::any_of(drawings,
                                  [&](const Drawing& drawing) { return drawing.file == post.picture; }));
    }
}
