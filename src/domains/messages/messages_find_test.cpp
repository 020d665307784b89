// Searching, forwarding, and what stays when an account ends.
#include "domains/messages/messages_test.hpp"

using namespace grover;
using namespace grover::messages;
using namespace std::chrono_literals;

namespace {

Texts found(World& w, const Caller& me, MessageSearch in) {
    Texts out;
    for (const auto& message : w.parts().search.search(me, in).items) out.push_back(message.content);
    return out;
}

class Archive final : public users::ExportWriter {
public:
    void begin(std::string_view file_name) override { text_ += "[" + std::string(file_name) + "]"; }
    void text(std::string_view piece) override { text_ += piece; }
    void file(std::string_view, const std::string&) override {}
    std::string text_;
};

}  // namespace

TEST_CASE("search finds parts of words, without case and accents, newest first, in own chats alone") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.send(ada, bob, "Crème brûlée tonight");
    w.send(bob, ada, "I hate CREME");
    w.send(eve, bob, "creme for two");
    CHECK(found(w, ada, {.q = "crem"}) == Texts{"I hate CREME", "Crème brûlée tonight"});
    CHECK(found(w, ada, {.q = "BRÛL"}) == Texts{"Crème brûlée tonight"});
    CHECK(found(w, eve, {.q = "creme"}) == Texts{"creme for two"});
    CHECK(found(w, bob, {.q = "creme"}).size() == 3);
    CHECK(found(w, ada, {.q = "100%"}).empty());
    CHECK(found(w, ada, {.q = "_"}).empty());
    for (const auto* blank : {"", "  "})
        CHECK(refusal([&] { found(w, ada, {.q = blank}); }) == "400 Query cannot be empty");
}

TEST_CASE("search narrows by sender, conversation and days, and pages") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto chat = w.send(ada, bob, "tea one").conversation_id;
    w.clock.advance(24h);
    w.send(bob, ada, "tea two");
    w.send(eve, ada, "tea three");
    CHECK(found(w, ada, {.q = "tea", .sender_id = "me"}) == Texts{"tea one"});
    CHECK(found(w, ada, {.q = "tea", .sender_id = bob.id.str()}) == Texts{"tea two"});
    CHECK(found(w, ada, {.q = "tea", .sender_id = "EVE"}) == Texts{"tea three"});
    CHECK(found(w, ada, {.q = "tea", .sender_id = "nobody"}).empty());
    CHECK(found(w, ada, {.q = "tea", .conversation_id = chat}) == Texts{"tea two", "tea one"});
    CHECK(found(w, ada, {.q = "tea", .end_date = "2026-01-24"}) == Texts{"tea one"});
    CHECK(found(w, ada, {.q = "tea", .start_date = "2026-01-25"}) == Texts{"tea three", "tea two"});
    CHECK(refusal([&] { found(w, ada, {.q = "tea", .start_date = "yesterday"}); }) ==
          "400 Invalid start_date");
    CHECK(refusal([&] { found(w, ada, {.q = "tea", .end_date = "2026-13-01"}); }) == "400 Invalid end_date");
    Texts all;
    std::string after;
    do {
        const auto page =
            w.parts().search.search(ada, {.page = {.limit = 1, .skip = 0, .after = after}, .q = "tea"});
        for (const auto& message : page.items) all.push_back(message.content);
        after = page.next;
    } while (!after.empty());
    CHECK(all == Texts{"tea three", "tea two", "tea one"});

    const auto skipping = [&](std::int64_t skip, const std::string& cursor) {
        Texts texts;
        for (const auto& message :
             w.parts()
                 .search.search(ada, {.page = {.limit = 1, .skip = skip, .after = cursor}, .q = "tea"})
                 .items)
            texts.push_back(message.content);
        return texts;
    };
    CHECK(skipping(2, "") == Texts{"tea one"});
    CHECK(skipping(3, "").empty());
    const auto second =
        w.parts().search.search(ada, {.page = {.limit = 1, .skip = 1, .after = {}}, .q = "tea"});
    CHECK(skipping(2, second.next) == Texts{"tea one"});  // the cursor wins
}

TEST_CASE("search looks through so many messages at a time, and finds the older ones on the next pages") {
    World w({.limit_rate = false});
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.send(eve, ada, "tea of eve");
    for (int i = 0; i < 10; ++i)
        w.send(i % 2 == 0 ? ada : bob, i % 2 == 0 ? bob : ada,
               i % 4 == 0 ? "tea " + std::to_string(i) : "other");
    const Search search(w.parts().ground, w.parts().chats, 3);
    Texts all;
    std::string after;
    int pages = 0;
    do {
        const auto page = search.search(ada, {.page = {.limit = 2, .skip = 0, .after = after}, .q = "tea"});
        for (const auto& message : page.items) all.push_back(message.content);
        after = page.next;
        REQUIRE(++pages < 20);
    } while (!after.empty());
    CHECK(all == Texts{"tea 8", "tea 4", "tea 0", "tea of eve"});
    CHECK(pages >= 4);
    CHECK(found(w, ada, {.q = "tea"}).size() == 4);
}

TEST_CASE("search leaves out what was deleted, hidden or said across a block") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.remove(ada, w.send(ada, bob, "tea deleted").message_id, true);
    w.remove(bob, w.send(ada, bob, "tea hidden").message_id, false);
    w.send(eve, bob, "tea blocked");
    w.block(bob, eve);
    CHECK(found(w, bob, {.q = "tea"}).empty());
    CHECK(found(w, ada, {.q = "tea"}) == Texts{"tea hidden"});
}

TEST_CASE("a forward keeps the media and the first author through a chain") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan");
    const auto voice = w.voice(ada, bob);
    const auto forward = [&](const Caller& me, const MessageId& id, std::vector<std::string> to) {
        auto answer = w.parts().forwards.forward(
            me, {.message_id = id, .recipient_ids = std::move(to), .comment = "listen"});
        w.pass();
        return answer;
    };
    const auto first = forward(bob, voice.message_id, {eve.id.str()});
    REQUIRE(first.forwarded_count == 1);
    forward(eve, first.message_ids[0], {dan.id.str()});
    const auto seen = w.page(dan, eve).messages.at(0);
    CHECK(seen.forwarded_from == ada.id);
    CHECK(seen.original_sender_name == "Ada");
    CHECK(seen.forward_comment == "listen");
    CHECK(seen.media_url == w.page(bob, ada).messages.at(0).media_url);
    CHECK(seen.duration == 12);
    CHECK(w.list(dan)[0].last_message == "Forwarded message");
    CHECK(w.rows("media") == 1);
    // The file lives as long as one message shows it.
    w.remove(eve, w.page(dan, eve, false).messages.at(0).message_id, false);
    CHECK(w.query("SELECT count(*) FROM media WHERE deleted_at IS NULL") == "1");
}

TEST_CASE("who has not verified their address forwards nothing, to nobody") {
    World w;
    const auto ada = w.user("ada"), eve = w.user("eve");
    auto bob = w.user("bob");
    const auto sent = w.send(ada, bob, "pass it on");
    bob.email_verified = false;
    CHECK(refusal([&] {
              w.parts().forwards.forward(
                  bob, {.message_id = sent.message_id, .recipient_ids = {ada.id.str(), eve.id.str()}});
          }) == "403 Email not verified");
    CHECK(w.rows("messages") == 1);
}

TEST_CASE("of a forward's recipients, those that fail do not hold back the others") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto sent = w.send(ada, bob, "pass it on");
    w.block(eve, bob);
    const auto answer = w.parts().forwards.forward(
        bob, {.message_id = sent.message_id,
              .recipient_ids = {ada.id.str(), eve.id.str(), "user_unknown", "group_unknown", "not/an/id",
                                ' ' + ada.id.str()}});
    CHECK(answer.success);
    CHECK(answer.forwarded_count == 1);
    REQUIRE(answer.failed.size() == 4);
    CHECK(answer.failed[0].recipient_id == eve.id.view());
    CHECK(answer.failed[0].detail == "User not found");
    CHECK(answer.failed[2].detail == "Group not found");
    const auto to = [&](std::vector<std::string> ids) {
        return refusal([&] {
            w.parts().forwards.forward(bob, {.message_id = sent.message_id, .recipient_ids = std::move(ids)});
        });
    };
    CHECK(to({}) == "400 No recipients specified");
    Texts many;
    for (int i = 0; i < 21; ++i) many.push_back("user_" + std::to_string(i));
    CHECK(to(many) == "400 Maximum 20 recipients allowed");
    w.remove(ada, sent.message_id, true);
    CHECK(to({ada.id.str()}).starts_with("400"));
}

TEST_CASE("recipients are the caller's conversations by their last message, found by name") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.send(ada, bob);
    w.send(ada, eve);
    std::string next;
    const auto all = w.parts().lists.recipients(ada, {}, next).recipients;
    REQUIRE(all.size() == 2);
    CHECK(all[0].id == eve.id.view());
    CHECK(all[0].type == "user");
    CHECK(next.empty());
    const auto one = w.parts().lists.recipients(ada, {.q = "BO"}, next).recipients;
    REQUIRE(one.size() == 1);
    CHECK(one[0].name == "Bob");
}

TEST_CASE("when an account ends its messages stay for the others, by nobody, and the own side goes") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.send(ada, bob, "stays");
    const auto answer = w.send(bob, ada, "answer");
    w.react(ada, answer.message_id);
    w.send(ada, eve);
    auto& eraser = w.messages.eraser();
    for (int i = 0; i < 100; ++i) {
        if (w.db().write([&](db::Write& tx) { return eraser.erase_some(tx, ada.id, 1); })) break;
        REQUIRE(i < 99);
    }
    w.execute("DELETE FROM users WHERE user_id = '" + ada.id.str() + "'");
    const auto chat = w.list(bob).at(0);
    CHECK(chat.other_user->json.find("Deleted user") != std::string::npos);
    const auto page = w.parts().reading.of_chat(bob, {.conversation_id = chat.conversation_id});
    REQUIRE(page.items.size() == 2);
    CHECK(page.items[0].content == "stays");
    CHECK(page.items[0].sender_id == UserId("deleted"));
    CHECK(page.items[1].reactions.empty());
    CHECK(refusal([&] { w.send_to(bob, chat.conversation_id); }) == "404 User not found");
    CHECK(w.drifted() == 0);

    // With the second side the conversation is nobody's.
    while (!w.db().write([&](db::Write& tx) { return eraser.erase_some(tx, bob.id, 10); })) {
    }
    w.messages.run(RemoveChat{chat.conversation_id});
    CHECK(w.query("SELECT count(*) FROM messages WHERE chat_id = '" + chat.conversation_id.str() + "'") ==
          "0");
    CHECK(w.query("SELECT count(*) FROM chats WHERE chat_id = '" + chat.conversation_id.str() + "'") == "0");
}

TEST_CASE("an export holds what the user sent and received, and nothing of others") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.send(ada, bob, "from me");
    w.send(bob, ada, "to me");
    w.send(bob, eve, "not mine");
    Archive archive;
    w.messages.exporter().contribute(ada.id, archive);
    CHECK(archive.text_.starts_with("[messages.json]["));
    CHECK(archive.text_.find("from me") != std::string::npos);
    CHECK(archive.text_.find("to me") != std::string::npos);
    CHECK(archive.text_.find("not mine") == std::string::npos);
    CHECK(wire::JsonDocument::parse(std::string_view(archive.text_).substr(15)));
}
