#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;
using namespace std::chrono_literals;

namespace {

// One file of a ZIP as Python reads it.
std::string unzipped(const std::string& zip, const std::string& name) {
    const std::string command =
        "python3 -c \"import zipfile,sys; "
        "sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())\" " +
        zip + " " + name + " 2>&1";
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    char buffer[4096];
    while (const auto got = std::fread(buffer, 1, sizeof(buffer), pipe)) out.append(buffer, got);
    ::pclose(pipe);
    return out;
}

void build(World& w, const Caller& user, const Export& made) {
    w.users().run(BuildExport{user.id, made.export_id.str()});
}

std::string token_of(const Export& made) { return made.url->substr(made.url->find("token=") + 6); }

// "<status> <bytes>" or the refusal.
std::string download(World& w, const Caller& user, const ExportId& id, const std::string& token) {
    http::Response response;
    const http::RequestHead head;
    api::Reply reply(response, head);
    const auto refused =
        refusal([&] { w.parts().exports.download(user, {.export_id = id, .token = token}, reply); });
    return refused.empty() ? std::to_string(response.status) + ' ' + std::to_string(response.file->length)
                           : refused;
}

}  // namespace

TEST_CASE("an export holds the own profile, settings, follows and blocks, and what others contribute") {
    struct Posts final : ExportContributor {
        void contribute(const UserId&, ExportWriter& out) override {
            out.begin("posts.json");
            out.text("[1,");
            out.text("2]");
            out.file("media/gone.jpg", "/nowhere/gone.jpg");
        }
    } posts;
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    auto plugs = w.plugs();
    plugs.contributors = {&posts};
    w.users().plug(plugs);
    w.follow(ada, bob);
    w.follow(bob, ada);
    w.block(ada, eve);
    w.parts().blocks.mute(ada, {.user_id = bob.id, .scope = MuteScope::stories});
    PictureUpload upload{.text = "media_1"};
    w.parts().profiles.set_picture(ada, upload);
    w.forget_effects();

    const auto made = w.parts().exports.create(ada);
    CHECK(made.export_id.view().starts_with("export_"));
    CHECK(made.status == ExportStatus::queued);
    CHECK(made.url == std::nullopt);
    CHECK(w.effects() == "users.build_export");
    build(w, ada, made);
    const auto ready = w.parts().exports.get(ada, made.export_id);
    CHECK(ready.status == ExportStatus::ready);
    CHECK(ready.ready_at == w.clock.now());
    CHECK(ready.expires_at == w.clock.now() + 7 * 24h);
    CHECK(has(w.payload("user.export_ready"), made.export_id.view()));

    const auto zip = (w.data_dir / "exports" / (made.export_id.str() + ".zip")).string();
    CHECK(ready.size_bytes == static_cast<std::int64_t>(std::filesystem::file_size(zip)));
    CHECK(has(unzipped(zip, "profile.json"), R"("email":"ada@example.com")"));
    CHECK(has(unzipped(zip, "profile.json"), R"("picture":"https://grover.example/api/media/)"));
    CHECK(has(unzipped(zip, "settings.json"), R"("notifications":{"user_id")"));
    CHECK(has(unzipped(zip, "settings.json"), R"("allow_messages":"everyone")"));
    CHECK(has(unzipped(zip, "follows.json"), R"({"following":[{"user_id":")" + bob.id.str()));
    CHECK(has(unzipped(zip, "follows.json"), R"("followers":[{"user_id":")" + bob.id.str()));
    CHECK(has(unzipped(zip, "blocks.json"), eve.id.view()));
    CHECK(has(unzipped(zip, "blocks.json"), R"("scope":"stories")"));
    CHECK(unzipped(zip, "posts.json") == "[1,2]");
    CHECK(download(w, ada, made.export_id, token_of(ready)) == "200 " + std::to_string(*ready.size_bytes));
}

TEST_CASE("thousands of follows go out page by page, each once") {
    World w;
    const auto ada = w.user("ada");
    w.db().write([&](db::Write& tx) {
        for (int i = 0; i < 2'345; ++i) {
            const auto user = w.users().create(
                tx, {.email = std::to_string(i) + "@example.com", .name = "U" + std::to_string(i)});
            w.users().add_follow(tx, ada.id, user, w.clock.now());
            w.users().add_follow(tx, user, ada.id, w.clock.now());
        }
    });
    const auto made = w.parts().exports.create(ada);
    build(w, ada, made);
    const auto text =
        unzipped((w.data_dir / "exports" / (made.export_id.str() + ".zip")).string(), "follows.json");
    std::size_t users = 0;
    for (auto at = text.find("user_id"); at != text.npos; at = text.find("user_id", at + 1)) ++users;
    CHECK(users == 2 * 2'345);
    CHECK(wire::JsonDocument::parse(text).has_value());
}

TEST_CASE("one export in 24 hours; one that still runs is returned again") {
    World w;
    const auto ada = w.user("ada");
    const auto first = w.parts().exports.create(ada);
    CHECK(w.parts().exports.create(ada).export_id == first.export_id);
    CHECK(w.rows("exports") == 1);
    CHECK(w.rows("jobs") == 1);
    build(w, ada, first);
    CHECK(refusal([&] { w.parts().exports.create(ada); }) == "429 Only one export in 24 hours");
    w.clock.advance(24h);
    const auto second = w.parts().exports.create(ada);
    CHECK(second.export_id != first.export_id);
    const auto list = w.parts().exports.list(ada);
    REQUIRE(list.size() == 2);
    CHECK(list[0].export_id == second.export_id);
}

TEST_CASE("an export is for its owner alone, with its link, for 7 days") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto made = w.parts().exports.create(ada);
    CHECK(download(w, ada, made.export_id, "x") == "404 Export not found");
    build(w, ada, made);
    const auto ready = w.parts().exports.get(ada, made.export_id);
    const auto token = token_of(ready);
    CHECK(refusal([&] { w.parts().exports.get(bob, made.export_id); }) == "404 Export not found");
    CHECK(w.parts().exports.list(bob).empty());
    CHECK(download(w, bob, made.export_id, token) == "404 Export not found");
    CHECK(download(w, ada, made.export_id, "") == "404 Export not found");
    CHECK(download(w, ada, made.export_id, token + "x") == "404 Export not found");
    CHECK(download(w, ada, made.export_id, token).starts_with("200 "));

    w.clock.advance(7 * 24h);
    CHECK(w.parts().exports.get(ada, made.export_id).status == ExportStatus::expired);
    CHECK(w.parts().exports.get(ada, made.export_id).url == std::nullopt);
    CHECK(download(w, ada, made.export_id, token) == "404 Export not found");
    w.users().sweep();
    CHECK(std::filesystem::is_empty(w.data_dir / "exports"));
    CHECK(w.query("SELECT status FROM exports") == "expired");
}

TEST_CASE("an export that fails says so, leaves no file, and may be tried again") {
    struct Broken final : ExportContributor {
        void contribute(const UserId&, ExportWriter&) override { throw std::runtime_error("disk full"); }
    } broken;
    World w;
    const auto ada = w.user("ada");
    auto plugs = w.plugs();
    plugs.contributors = {&broken};
    w.users().plug(plugs);
    const auto made = w.parts().exports.create(ada);
    CHECK_THROWS_AS(build(w, ada, made), std::runtime_error);
    CHECK(w.parts().exports.get(ada, made.export_id).status == ExportStatus::failed);
    CHECK(std::filesystem::is_empty(w.data_dir / "exports"));
    w.users().plug(w.plugs());
    build(w, ada, made);
    CHECK(w.parts().exports.get(ada, made.export_id).status == ExportStatus::ready);
    build(w, ada, made);  // the same order once more
    CHECK(w.parts().exports.get(ada, made.export_id).status == ExportStatus::ready);
}

TEST_CASE("an erased account leaves no archive behind") {
    World w;
    const auto ada = w.user("ada");
    const auto made = w.parts().exports.create(ada);
    build(w, ada, made);
    w.parts().leaving.schedule(ada, {.confirm = "ada", .current_password = "secret"});
    w.clock.advance(30 * 24h);
    w.users().run(EraseAccount{ada.id});
    CHECK(w.rows("exports") == 0);
    CHECK(std::filesystem::is_empty(w.data_dir / "exports"));
}
