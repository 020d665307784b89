#include "domains/users/users_test.hpp"

using namespace grover;
using namespace grover::users;

namespace {

// A kind of content that can be reported and removed.
class Notes final : public ReportedContent {
public:
    std::string_view target_type() const override { return "note"; }
    std::optional<UserId> owner_of(db::Read&, std::string_view) override { return owner; }
    void remove(db::Write&, const UserId&, std::string_view id) override { removed.emplace_back(id); }

    std::optional<UserId> owner;
    std::vector<std::string> removed;
};

std::string report(World& w, const Caller& reporter, std::string_view type, std::string_view id) {
    return w.db().write(
        [&](db::Write& tx) { return w.users().report(tx, reporter.id, type, id, "spam", ""); });
}

}  // namespace

TEST_CASE("an administrator works through the reports, and each is decided once") {
    World w;
    const auto admin = w.user("root_user"), ada = w.user("ada"), bob = w.user("bob");
    Notes notes;
    notes.owner = ada.id;
    auto plugs = w.plugs();
    plugs.reported = {&notes};
    w.users().plug(std::move(plugs));
    auto& moderation = w.parts().moderation;

    const ReportId first{report(w, bob, "user", ada.id.view())};
    w.clock.advance(std::chrono::seconds{1});
    const ReportId second{report(w, bob, "note", "note_1")};
    const auto open = moderation.reports({.page = {.limit = 1}});
    REQUIRE(open.items.size() == 1);
    CHECK(open.items[0].report_id == first);
    CHECK(open.items[0].reporter_id == bob.id);
    REQUIRE_FALSE(open.next.empty());
    CHECK(moderation.reports({.page = {.limit = 1, .after = open.next}}).items[0].report_id == second);

    w.forget_effects();
    CHECK(moderation.resolve(admin, {first, ReportAction::warn}).message == "Report resolved");
    CHECK(w.effects() == "user.warned");
    CHECK(refusal([&] {
              moderation.resolve(admin, {first, ReportAction::suspend});
          }) == "409 Report is already resolved");
    CHECK(refusal([&] {
              moderation.resolve(admin, {ReportId{"report_x"}, ReportAction::dismiss});
          }) == "404 Report not found");
    CHECK(w.sight(bob, ada) == Sight::everything);

    w.clock.advance(std::chrono::seconds{1});
    moderation.resolve(admin, {second, ReportAction::remove});
    CHECK(notes.removed == std::vector<std::string>{"note_1"});
    CHECK(moderation.reports({}).items.empty());
    CHECK(moderation.reports({.status = ReportStatus::resolved}).items.size() == 2);
    CHECK(w.query("SELECT action || ' ' || target_type FROM moderation_log ORDER BY entry_id") ==
          "warn user\nremove note");
}

TEST_CASE("a refused decision leaves the report open and no entry in the log") {
    World w;
    const auto admin = w.user("root_user"), ada = w.user("ada"), bob = w.user("bob");
    const ReportId id{report(w, bob, "user", ada.id.view())};
    CHECK(refusal([&] {
              w.parts().moderation.resolve(admin, {id, ReportAction::remove});
          }) == "400 This cannot be removed");
    CHECK(w.parts().moderation.reports({}).items.size() == 1);
    CHECK(w.rows("moderation_log") == 0);
}

TEST_CASE("suspending signs out and hides, at once and for everybody; unsuspending shows again") {
    World w;
    const auto admin = w.user("root_user"), ada = w.user("ada"), bob = w.user("bob");
    w.parts().moderation.suspend(admin, ada.id);
    CHECK(w.guard.ended == std::vector<std::string>{ada.id.str()});
    CHECK(w.sight(bob, ada) == Sight::nothing);
    w.clock.advance(std::chrono::seconds{1});
    w.parts().moderation.unsuspend(admin, ada.id);
    CHECK(w.sight(bob, ada) == Sight::everything);
    CHECK(refusal([&] { w.parts().moderation.suspend(admin, UserId{"user_nobody"}); }) ==
          "404 User not found");
    CHECK(w.query("SELECT action FROM moderation_log ORDER BY entry_id") == "suspend\nunsuspend");
}
