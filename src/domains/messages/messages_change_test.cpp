// Editing, deleting, reacting.
#include "domains/messages/messages_test.hpp"

using namespace grover;
using namespace grover::messages;
using namespace std::chrono_literals;

TEST_CASE("an edit changes text, preview and search, and keeps what was there for its author alone") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.send(ada, bob, "helo");
    w.forget_effects();
    const auto edited = w.edit(ada, sent.message_id, "hello");
    CHECK(edited.content == "hello");
    CHECK(edited.edited_at);
    CHECK(w.effects() == "message.edited");
    CHECK(w.list(bob)[0].last_message == "hello");
    CHECK(w.parts().search.search(bob, {.q = "hello"}).items.size() == 1);
    CHECK(w.parts().search.search(bob, {.q = "helo"}).items.empty());
    const auto history = w.parts().changes.history(ada, sent.message_id);
    REQUIRE(history.size() == 1);
    CHECK(history[0].content == "helo");
    CHECK(history[0].last_modified_at == sent.created_at);
    CHECK(refusal([&] { w.parts().changes.history(bob, sent.message_id); }) == "403 Not authorized");

    const auto other = w.send(ada, bob, "same");
    w.forget_effects();
    CHECK_FALSE(w.edit(ada, other.message_id, "same").edited_at);
    CHECK(w.effects().empty());
}

TEST_CASE("at most 20 earlier texts are kept, the newest") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.send(ada, bob, "0");
    for (int i = 1; i <= 25; ++i) {
        w.edit(ada, sent.message_id, std::to_string(i));
        w.pass();
    }
    const auto history = w.parts().changes.history(ada, sent.message_id);
    CHECK(history.size() == 20);
    CHECK(history.back().content == "24");
}

TEST_CASE("each refusal of an edit, and nothing changes") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.send(ada, bob, "text");
    const auto voice = w.voice(ada, bob);
    const auto post = w.parts().sending.post(ada, [&] {
        MessageSendPost in;
        in.receiver_id = bob.id;
        in.post_id = w.post(ada);
        return in;
    }());
    w.pass();
    const auto gone = w.send(ada, bob, "gone");
    w.remove(ada, gone.message_id, true);
    w.forget_effects();
    CHECK(refusal([&] { w.edit(bob, sent.message_id, "x"); }) == "403 Not authorized to edit this message");
    CHECK(refusal([&] { w.edit(ada, voice.message_id, "x"); }) == "400 Only text can be edited");
    CHECK(refusal([&] { w.edit(ada, post.message_id, "x"); }) == "400 Only text can be edited");
    CHECK(refusal([&] { w.edit(ada, gone.message_id, "x"); }) == "400 Cannot edit a deleted message");
    w.clock.advance(16min);
    CHECK(refusal([&] { w.edit(ada, sent.message_id, "x"); }) == "400 Edit window expired");
    CHECK(w.page(bob, ada, false).messages[0].content == "text");
    CHECK(w.effects().empty());
}

TEST_CASE("deleted for everyone, content, files and reactions are gone and the place stays") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.voice(ada, bob);
    w.react(bob, sent.message_id);
    w.forget_effects();
    const auto answer = w.remove(ada, sent.message_id, true);
    CHECK(answer.deleted_for_everyone);
    CHECK(answer.deleted_at == w.clock.now());
    CHECK(w.effects() == "message.deleted");
    const auto seen = w.page(bob, ada, false).messages.at(0);
    CHECK(seen.content == "Message deleted");
    CHECK(seen.deleted_for_everyone);
    CHECK_FALSE(seen.media_url);
    CHECK(seen.reactions.empty());
    CHECK(w.list(bob)[0].last_message == "Message deleted");
    CHECK(w.list(bob)[0].unread_count == 0);
    CHECK(w.rows("message_reactions") == 0);
    CHECK(w.query("SELECT count(*) FROM media WHERE deleted_at IS NULL") == "0");
    w.clock.advance(1min);
    CHECK(w.remove(ada, sent.message_id, true).deleted_at == answer.deleted_at);
    CHECK(refusal([&] { w.react(bob, sent.message_id); }) == "404 Message not found");
    CHECK(w.drifted() == 0);
}

TEST_CASE("each refusal of deleting for everyone, and nothing changes") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.send(ada, bob, "text");
    CHECK(refusal([&] { w.remove(bob, sent.message_id, true); }) ==
          "403 Not authorized to delete for everyone");
    const auto edited = w.send(ada, bob, "a");
    w.edit(ada, edited.message_id, "b");
    CHECK(refusal([&] { w.remove(ada, edited.message_id, true); }) ==
          "400 Cannot delete for everyone: message has been edited");
    const auto read = w.send(ada, bob, "read");
    w.parts().reading.read_one(bob, read.message_id);
    CHECK(refusal([&] { w.remove(ada, read.message_id, true); }) ==
          "400 Cannot delete for everyone: message has been read");
    w.clock.advance(1h + 1s);
    CHECK(refusal([&] { w.remove(ada, sent.message_id, true); }) ==
          "400 Cannot delete for everyone: delete window expired");
    CHECK(w.query("SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL") == "0");
}

TEST_CASE("deleted for oneself, a message is gone for one side alone, twice is once") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto first = w.send(ada, bob, "first");
    const auto last = w.send(ada, bob, "last");
    CHECK_FALSE(w.remove(bob, last.message_id, false).deleted_for_everyone);
    w.remove(bob, last.message_id, false);
    CHECK(contents(w.page(bob, ada, false).messages) == Texts{"first"});
    CHECK(contents(w.page(ada, bob, false).messages) == Texts{"first", "last"});
    CHECK(w.list(bob)[0].last_message == "first");
    CHECK(w.list(bob)[0].unread_count == 1);
    CHECK(refusal([&] { w.react(bob, last.message_id); }) == "404 Message not found");
    w.parts().reading.read_all(bob, first.conversation_id);
    w.remove(bob, first.message_id, false);
    CHECK(w.list(bob)[0].unread_count == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("reactions toggle, several of one user, with or without the variation selector") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.send(ada, bob);
    w.forget_effects();
    const auto heart = w.react(bob, sent.message_id, "❤");
    CHECK(heart.action == "added");
    CHECK(heart.emoji == "❤️");
    CHECK(heart.reaction_totals == ReactionTotals{{"❤️", 1}});
    CHECK(w.payload("message.reacted").find(R"("author_id":")" + ada.id.str()) != std::string::npos);
    w.react(bob, sent.message_id, "🔥");
    w.react(ada, sent.message_id, "❤️");
    const auto seen = w.page(bob, ada).messages.at(0);
    CHECK(seen.reaction_totals == ReactionTotals{{"❤️", 2}, {"🔥", 1}});
    CHECK(seen.reactions.at("❤️").size() == 2);
    CHECK(w.react(bob, sent.message_id, "❤️").action == "removed");
    CHECK(w.parts()
              .changes.unreact(bob, {.message_id = sent.message_id, .emoji = "🔥"})
              .reaction_counts.size() == 1);
    CHECK(refusal([&] { w.parts().changes.unreact(bob, {.message_id = sent.message_id, .emoji = "🔥"}); }) ==
          "404 Reaction not found");
    for (const auto* bad : {"x", "", "👎", "🔥🔥"})
        CHECK(refusal([&] { w.react(bob, sent.message_id, bad); }) == "400 Invalid emoji");
    const auto listed = w.parts().changes.reactions(bob, sent.message_id);
    REQUIRE(listed.at("❤️").size() == 1);
    CHECK(listed.at("❤️")[0].user.json.find("\"Ada\"") != std::string::npos);
    // Nobody is told of their own.
    w.forget_effects();
    w.react(ada, sent.message_id, "👏");
    CHECK(w.payload("message.reacted").find(R"("author_id":null)") != std::string::npos);
}

TEST_CASE("across a block nobody reacts, edits or deletes in a direct chat") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.send(ada, bob);
    w.block(bob, ada);
    w.forget_effects();
    CHECK(refusal([&] { w.react(bob, sent.message_id); }) == "404 Message not found");
    CHECK(refusal([&] { w.edit(ada, sent.message_id, "x"); }) == "404 Message not found");
    CHECK(refusal([&] { w.send_to(ada, sent.conversation_id); }) == "404 User not found");
    CHECK(refusal([&] { w.send_to(bob, sent.conversation_id); }) == "403 You have blocked this user");
    CHECK(w.effects().empty());
}
