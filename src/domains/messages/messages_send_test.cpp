// Sending: who may send what to whom, and what comes of it.
#include "domains/messages/messages_test.hpp"
#include "sql/chats.hpp"
#include "sql/messages.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::messages;
using namespace std::chrono_literals;

TEST_CASE("a message reaches the other side, once, and moves the conversation up for both") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    w.send(eve, bob, "earlier");
    const auto sent = w.send(ada, bob, "  Hello <b>Bob</b>\x07  ");
    CHECK(sent.message == "Message sent");
    CHECK(sent.content == "Hello <b>Bob</b>");
    CHECK(sent.sender_id == ada.id);
    CHECK(sent.sender_name == "Ada");
    CHECK(sent.receiver_id == bob.id);
    CHECK(sent.type == MessageType::text);
    CHECK_FALSE(sent.read);
    CHECK(sent.message_id.view().starts_with("msg_"));
    CHECK(sent.conversation_id.view().starts_with("conv_"));

    const auto list = w.list(bob);
    REQUIRE(list.size() == 2);
    CHECK(list[0].conversation_id == sent.conversation_id);
    CHECK(list[0].last_message == "Hello <b>Bob</b>");
    CHECK(list[0].last_message_at == sent.created_at);
    CHECK(list[0].last_message_sender_id == ada.id);
    CHECK(list[0].unread_count == 1);
    CHECK_FALSE(list[0].is_group);
    CHECK(list[0].other_user->json.find("\"Ada\"") != std::string::npos);
    REQUIRE(w.list(ada).size() == 1);
    CHECK(w.list(ada)[0].unread_count == 0);

    const auto page = w.page(bob, ada);
    CHECK(contents(page.messages) == Texts{"Hello <b>Bob</b>"});
    CHECK(page.unread_count == 1);
    CHECK_FALSE(page.has_more);
    CHECK(w.list(bob)[0].unread_count == 0);
    CHECK(w.drifted() == 0);
}

TEST_CASE("e-mail addresses and private fields never cross the wire") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    auto json = wire::to_json(w.send(ada, bob));
    json += wire::to_json(w.list(bob)) + wire::to_json(w.page(bob, ada));
    json += wire::to_json(w.parts().search.search(bob, {.q = "hi"}).items);
    CHECK(json.find("@example.com") == std::string::npos);
    CHECK(json.find("email") == std::string::npos);
    CHECK(w.payload("message.sent").find("@example.com") == std::string::npos);
}

TEST_CASE("nobody messages themselves, unknown people, or across a block, and nothing happens") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan");
    w.block(bob, ada);
    w.block(ada, eve);
    w.suspend(dan);
    Caller nobody = ada;
    nobody.id = UserId("user_unknown");
    for (const auto& [whom, expected] :
         {std::pair{ada, "400 Cannot message yourself"}, std::pair{bob, "404 User not found"},
          std::pair{eve, "403 You have blocked this user"}, std::pair{dan, "404 User not found"},
          std::pair{nobody, "404 User not found"}}) {
        CHECK(refusal([&, &to = whom] { w.send(ada, to); }) == expected);
        CHECK(refusal([&, &to = whom] { w.page(ada, to); }) == expected);
    }
    CHECK(w.rows("chats") == 0);
    CHECK(w.rows("messages") == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("who has to verify an address first sends nothing, by whatever way") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    auto unverified = ada;
    unverified.email_verified = false;
    CHECK(refusal([&] { w.send(unverified, bob); }) == "403 Email not verified");
    CHECK(w.rows("messages") == 0);
    CHECK(w.effects().empty());
}

TEST_CASE("a stranger reads, writes and learns nothing of a conversation") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto sent = w.send(ada, bob, "secret");
    w.forget_effects();
    const auto& chat = sent.conversation_id;
    const auto& id = sent.message_id;
    auto& parts = w.parts();
    CHECK(refusal([&] { w.send_to(eve, chat); }) == "404 Conversation not found");
    CHECK(refusal([&] { w.send_to(eve, ChatId("conv_unknown")); }) == "404 Conversation not found");
    CHECK(refusal([&] { parts.reading.of_chat(eve, {.conversation_id = chat}); }) ==
          "404 Conversation not found");
    CHECK(refusal([&] { parts.reading.read_all(eve, chat); }) == "404 Conversation not found");
    CHECK(refusal([&] { parts.reading.read_one(eve, id); }) == "404 Message not found");
    CHECK(refusal([&] { w.unread(eve, chat); }) == "404 Conversation not found");
    CHECK(refusal([&] { parts.lists.get(eve, chat); }) == "404 Conversation not found");
    CHECK(refusal([&] { parts.lists.change(eve, {.conversation_id = chat, .pinned = true}); }) ==
          "404 Conversation not found");
    CHECK(refusal([&] { w.edit(eve, id, "mine"); }) == "404 Message not found");
    CHECK(refusal([&] { w.remove(eve, id, false); }) == "404 Message not found");
    CHECK(refusal([&] { w.remove(eve, id, true); }) == "404 Message not found");
    CHECK(refusal([&] { w.react(eve, id); }) == "404 Message not found");
    CHECK(refusal([&] { parts.changes.reactions(eve, id); }) == "404 Message not found");
    CHECK(refusal([&] { parts.changes.history(eve, id); }) == "404 Message not found");
    CHECK(refusal([&] {
              parts.forwards.forward(eve, {.message_id = id, .recipient_ids = {ada.id.str()}});
          }) == "404 Message not found");
    CHECK(refusal([&] { parts.search.search(eve, {.q = "secret", .conversation_id = chat}); }) ==
          "404 Conversation not found");
    CHECK(parts.search.search(eve, {.q = "secret"}).items.empty());
    CHECK(refusal([&] {
              parts.sending.text(eve, {.receiver_id = bob.id, .conversation_id = {}, .group_id = {}},
                                 {.content = "x", .reply_to_message_id = id, .client_message_id = {}});
          }) == "400 The quoted message is not in this conversation");
    CHECK(w.effects().empty());
    CHECK(w.rows("messages") == 1);
}

TEST_CASE("a conversation's id and a user's id must not contradict each other") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto chat = w.send(ada, bob).conversation_id;
    w.send(ada, eve);
    const auto both = [&](const Caller& to) {
        return refusal([&] {
            w.parts().sending.text(ada, {.receiver_id = to.id, .conversation_id = chat, .group_id = {}},
                                   {.content = "x", .reply_to_message_id = {}, .client_message_id = {}});
        });
    };
    CHECK(both(bob).empty());
    CHECK(both(eve) == "400 receiver_id is not in that conversation");
    const auto in_group = [&](SendTarget target) {
        target.group_id = GroupId("group_1");
        return refusal([&] {
            w.parts().sending.text(ada, target,
                                   {.content = "x", .reply_to_message_id = {}, .client_message_id = {}});
        });
    };
    CHECK(in_group({.receiver_id = bob.id, .conversation_id = {}, .group_id = {}}) ==
          "400 Not one conversation but two");
    CHECK(in_group({.receiver_id = {}, .conversation_id = chat, .group_id = {}}) ==
          "400 Not one conversation but two");
    CHECK(in_group({.receiver_id = {}, .conversation_id = ChatId("group_1"), .group_id = {}}) ==
          "404 Group not found");
    CHECK(refusal([&] {
              w.parts().sending.text(ada, {},
                                     {.content = "x", .reply_to_message_id = {}, .client_message_id = {}});
          }) == "422 Validation failed[receiver_id: Field required]");
}

TEST_CASE("blank text is refused, and so is a client id of other characters") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    CHECK(refusal([&] { w.send(ada, bob, " \x01 "); }) ==
          "422 Validation failed[content: String should have at least 1 character]");
    CHECK(refusal([&] { w.send(ada, bob, "x", "a b"); }) ==
          "422 Validation failed[client_message_id: Input should be 1 to 64 letters, digits, _ or -]");
    CHECK(w.rows("messages") == 0);
}

TEST_CASE("a retry with the client's own id gets the first answer and sends nothing, for 24 hours") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto first = w.send(ada, bob, "once", "key-1");
    CHECK(first.client_message_id == "key-1");
    w.forget_effects();
    const auto again = w.send(ada, bob, "another text", "key-1");
    CHECK(again.message_id == first.message_id);
    CHECK(again.content == "once");
    CHECK(w.rows("messages") == 1);
    CHECK(w.effects().empty());
    CHECK(w.unread(bob, first.conversation_id) == 1);
    // Of another sender it is another key, and only its sender sees it.
    CHECK(w.send(eve, bob, "mine", "key-1").message_id != first.message_id);
    CHECK_FALSE(w.page(bob, ada).messages[0].client_message_id);
    w.clock.advance(25h);
    CHECK(w.send(ada, bob, "a day later", "key-1").message_id != first.message_id);
    w.messages.sweep();
    CHECK(w.rows("sent_messages") == 1);
}

TEST_CASE("60 messages in 60 seconds, of all kinds together, then 429 until the oldest is a minute old") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    for (int i = 0; i < 60; ++i) w.send(ada, i % 2 == 0 ? bob : eve);
    try {
        w.send(ada, bob);
        FAIL("sent");
    } catch (const Error& error) {
        CHECK(error.status == 429);
        CHECK(error.detail == "Too many requests, please try again later");
        CHECK(error.retry_after == 60s);
    }
    CHECK(w.rows("messages") == 60);
    CHECK(refusal([&] { w.send(bob, ada); }).empty());
    w.clock.advance(59s + 930ms);
    CHECK(refusal([&] { w.send(ada, bob); }).starts_with("429"));
    w.clock.advance(10ms);
    CHECK(refusal([&] { w.send(ada, bob); }).empty());
    CHECK(w.rows("messages") == 62);

    World unlimited({.limit_rate = false});
    const auto dan = unlimited.user("dan"), fay = unlimited.user("fay");
    for (int i = 0; i < 70; ++i) unlimited.send(dan, fay);
    CHECK(unlimited.rows("messages") == 70);
}

TEST_CASE("a shared post shows what its reader may see now, and only who sees it can share it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto share = [&](const PostId& post) {
        MessageSendPost in;
        in.receiver_id = bob.id;
        in.post_id = post;
        in.message_text = " look ";
        return w.parts().sending.post(ada, in);
    };
    const auto secret = w.post(bob, 2);
    CHECK(refusal([&] { share(secret); }) == "404 Post not found");
    CHECK(refusal([&] { share(w.post(bob, 1)); }) == "404 Post not found");
    CHECK(refusal([&] { share(PostId("post_gone")); }) == "404 Post not found");
    CHECK(w.rows("messages") == 0);
    const auto post = w.post(bob);
    const auto sent = share(post);
    CHECK(sent.message == "Post sent");
    CHECK(sent.content == "look");
    CHECK(sent.type == MessageType::post);
    CHECK(sent.shared_post_id == post);
    CHECK(sent.shared_post->json == "{\"post_id\":\"" + post.str() + "\"}");
    w.posts.hidden = true;
    const auto read = w.page(bob, ada).messages.at(0);
    CHECK(read.shared_post_id == post);
    CHECK_FALSE(read.shared_post);
}

TEST_CASE("a GIF is an address that nobody fetches") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto gif = [&](const std::string& url) {
        MessageSendGif in;
        in.receiver_id = bob.id;
        in.gif_url = url;
        return w.parts().sending.gif(ada, in);
    };
    const auto sent = gif("https://media.example.com/a.gif");
    CHECK(sent.gif_url == "https://media.example.com/a.gif");
    CHECK(sent.content.empty());
    CHECK(w.list(bob)[0].last_message == "GIF");
    for (const auto* bad :
         {"javascript:alert(1)", "ftp://example.com/a.gif", "/a.gif", "data:image/gif;base64,AAAA"})
        CHECK(refusal([&] { gif(bad); }).starts_with("422 Validation failed[gif_url"));
}

TEST_CASE("a voice message is a signed address, never bytes, and what is no sound is refused") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto sent = w.voice(ada, bob);
    CHECK(sent.type == MessageType::voice);
    CHECK(sent.media_type == "audio");
    CHECK(sent.duration == 12);
    REQUIRE(sent.media_url);
    CHECK(sent.media_url->starts_with("http://localhost:8001/api/media/audio/upload/grover/messages/media_"));
    CHECK(sent.media_url->find("sig=") != std::string::npos);
    CHECK(sent.voice_data == sent.media_url);
    CHECK_FALSE(sent.video_data);
    CHECK(w.list(bob)[0].last_message == "Voice message");
    CHECK(w.page(bob, ada).messages.at(0).media_url == sent.media_url);

    MessageSendVoice in;
    in.receiver_id = bob.id;
    in.duration = 1;
    in.audio = w.file("<html></html>");
    CHECK(refusal([&] {
              w.parts().sending.voice(ada, in);
          }).starts_with("400 File type not allowed. Allowed types: audio/mpeg"));
    in.audio.reset();
    CHECK(refusal([&] { w.parts().sending.voice(ada, in); }) ==
          "422 Validation failed[audio: Field required]");
    CHECK(w.rows("messages") == 1);
}

TEST_CASE("every kind of message is in its conversation and moves it up") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    std::vector<SendAnswer> sent{w.send(ada, bob, "text"), w.voice(ada, bob)};
    MessageSendPost shared;
    shared.receiver_id = bob.id;
    shared.post_id = w.post(ada);
    sent.push_back(w.parts().sending.post(ada, shared));
    w.pass();
    MessageSendGif gif;
    gif.receiver_id = bob.id;
    gif.gif_url = "https://media.example.com/a.gif";
    sent.push_back(w.parts().sending.gif(ada, gif));
    w.pass();
    for (const auto& one : sent) CHECK(one.conversation_id == sent.front().conversation_id);
    const auto page = w.page(bob, ada, false);
    REQUIRE(page.messages.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) CHECK(page.messages[i].message_id == sent[i].message_id);
    // With another conversation in between, each kind moves it to the top.
    const auto top = [&] { return w.list(bob).front().conversation_id == sent.front().conversation_id; };
    const auto other = [&] {
        w.send(eve, bob);
        CHECK_FALSE(top());
    };
    other();
    w.send(ada, bob);
    CHECK(top());
    other();
    w.voice(ada, bob);
    CHECK(top());
    other();
    w.parts().sending.post(ada, shared);
    CHECK(top());
    w.pass();
    other();
    w.parts().sending.gif(ada, gif);
    CHECK(top());
}

TEST_CASE("a quoted reply shows what it answers") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto question = w.send(ada, bob, "Tea?");
    const auto answer = w.parts().sending.text(
        bob, {.receiver_id = ada.id, .conversation_id = {}, .group_id = {}},
        {.content = "Yes", .reply_to_message_id = question.message_id, .client_message_id = {}});
    REQUIRE(answer.reply_to);
    CHECK(answer.reply_to->content == "Tea?");
    CHECK(answer.reply_to->sender_name == "Ada");
    CHECK(w.page(ada, bob).messages.at(1).reply_to->message_id == question.message_id);
    w.remove(ada, question.message_id, false);
    CHECK(w.page(ada, bob).messages.at(0).reply_to->content == "Tea?");
}

TEST_CASE("what is told carries whom to tell, with counts, and nobody who muted the conversation") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto chat = w.send(ada, bob, "one").conversation_id;
    CHECK(w.effects() == "message.sent");
    CHECK(w.payload("message.sent")
              .find(R"({"user_id":")" + bob.id.str() + R"(","unread_count":1,"is_told":true})") !=
          std::string::npos);
    w.forget_effects();
    w.parts().lists.change(bob, {.conversation_id = chat, .muted_until = "2026-02-01T00:00:00Z"});
    w.send(ada, bob, "two");
    CHECK(w.payload("message.sent")
              .find(R"({"user_id":")" + bob.id.str() + R"(","unread_count":2,"is_told":false})") !=
          std::string::npos);
}

TEST_CASE("no statement of messages reads a whole table") {
    World w;
    testing::check_no_scans(w.db(), sql::messages::all);
    testing::check_no_scans(w.db(), sql::chats::all);
}
