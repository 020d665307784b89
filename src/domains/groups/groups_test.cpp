// Groups: who is in them, who may do what, and what everybody sees.
#include "domains/groups/groups_test.hpp"

#include "sql/groups.hpp"
#include "testing/query_plan.hpp"

using namespace grover;
using namespace grover::groups;
using namespace std::chrono_literals;

TEST_CASE("a new group holds its members, a first line, and tells everybody but its maker") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto group = w.make(ada, {bob, eve, bob, ada});
    CHECK(group.message == "Group created");
    CHECK(group.member_count == 3);
    CHECK(group.creator_id == ada.id);
    CHECK(group.is_owner);
    CHECK(group.is_admin);
    CHECK(group.admin_ids == std::vector{ada.id});
    CHECK(group.member_ids == std::vector{ada.id, bob.id, eve.id});
    REQUIRE(group.members);
    CHECK(group.members->at(0).is_owner);
    CHECK(group.members->at(1).user_id == bob.id);
    CHECK(group.members->at(1).name == "Bob");
    CHECK(group.last_message == "Ada created the group");
    CHECK(group.unread_count == 0);
    CHECK(group.skipped_member_ids.empty());
    CHECK(w.payload("group.joined").find(ada.id.str() + "\",\"user_ids\":[\"" + bob.id.str()) !=
          std::string::npos);
    CHECK(w.groups.get(bob, group.group_id).is_member);
    CHECK_FALSE(w.groups.get(bob, group.group_id).is_admin);
    CHECK(wire::to_json(group).find("@example.com") == std::string::npos);
    const auto alone = w.make(ada, {});
    CHECK(alone.member_count == 1);
}

TEST_CASE("whoever cannot be added is skipped and named, and more than 50 are refused") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan"),
               fay = w.user("fay");
    w.block(bob, ada);
    w.block(ada, eve);
    w.privacy(dan, "allow_group_adds", "'none'");
    GroupCreate in;
    in.name = "Trip";
    in.member_ids = {bob.id.str(),   eve.id.str(), dan.id.str(), fay.id.str(),
                     "user_unknown", "not/an/id",  "",           " "};
    const auto group = w.groups.create(ada, in);
    CHECK(group.member_ids == std::vector{ada.id, fay.id});
    CHECK(group.skipped_member_ids ==
          Texts{bob.id.str(), eve.id.str(), dan.id.str(), "user_unknown", "not/an/id"});
    in.member_ids.clear();
    for (int i = 0; i < 50; ++i) in.member_ids.push_back("user_" + std::to_string(i));
    CHECK(refusal([&] { w.groups.create(ada, in); }) == "400 Maximum 50 members allowed");
    in.member_ids.pop_back();
    in.member_ids.push_back(ada.id.str());
    CHECK(w.groups.create(ada, in).skipped_member_ids.size() == 49);
    CHECK(w.rows("chat_groups") == 2);
}

TEST_CASE("a stranger learns nothing of a group, its members or messages") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob}, "Secret plans").group_id;
    const auto sent = w.say(ada, id, "secret");
    const auto chat = messages::chat_id_of(id);
    w.forget_effects();
    CHECK(refusal([&] { w.groups.get(eve, id); }) == "403 Not a member");
    CHECK(refusal([&] { w.read(eve, id); }) == "403 Not a member");
    CHECK(refusal([&] { w.say(eve, id); }) == "403 Not a member");
    CHECK(refusal([&] { w.add(eve, id, eve); }) == "403 Admin only");
    CHECK(refusal([&] { w.remove(eve, id, bob); }) == "403 Admin only");
    CHECK(w.remove(eve, id, eve).member_count == 0);
    CHECK(refusal([&] { w.send_to(eve, chat); }) == "404 Conversation not found");
    CHECK(refusal([&] { w.unread(eve, chat); }) == "404 Conversation not found");
    CHECK(refusal([&] { w.react(eve, sent.message_id); }) == "404 Message not found");
    CHECK(w.parts().search.search(eve, {.q = "secret"}).items.empty());
    CHECK(w.groups.list(eve, {}).items.empty());
    for (const auto& f : {refusal([&] { w.groups.get(eve, GroupId("group_unknown")); }),
                          refusal([&] { w.read(eve, GroupId("group_unknown")); }),
                          refusal([&] { w.say(eve, GroupId("group_unknown")); }),
                          refusal([&] { w.add(eve, GroupId("group_unknown"), bob); })})
        CHECK(f == "404 Group not found");
    CHECK(w.effects().empty());
}

TEST_CASE("a group message counts for everybody else and is read by each on their own") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob, eve}).group_id;
    const auto chat = messages::chat_id_of(id);
    const auto sent = w.say(ada, id, "hello");
    CHECK(sent.message_id.view().starts_with("gmsg_"));
    CHECK(sent.group_id == id);
    CHECK_FALSE(sent.receiver_id);
    CHECK(sent.read_by == std::vector{ada.id});
    CHECK(sent.sender->json.find("\"Ada\"") != std::string::npos);
    CHECK(w.unread(bob, chat) == 1);
    CHECK(w.unread(ada, chat) == 0);
    CHECK(w.groups.get(bob, id).last_message == "Ada: hello");
    w.read(bob, id);
    CHECK(w.unread(bob, chat) == 0);
    CHECK(w.unread(eve, chat) == 1);
    auto seen = w.read(ada, id).back();
    CHECK(seen.read_by == std::vector{ada.id, bob.id});
    CHECK_FALSE(seen.read);
    CHECK(has(seen.read_at.json, "\"" + bob.id.str() + "\":\"2026-"));
    w.parts().reading.read_all(eve, chat);
    seen = w.read(ada, id).back();
    CHECK(seen.read);
    CHECK(seen.read_by->size() == 3);
    CHECK(w.drifted() == 0);
}

TEST_CASE("a member sees messages from joining on") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob}).group_id;
    const auto early = w.say(ada, id, "early");
    w.add(ada, id, eve);
    w.say(ada, id, "late");
    CHECK(contents(w.read(eve, id)) == Texts{"Ada added Eve", "late"});
    CHECK(refusal([&] { w.react(eve, early.message_id); }) == "404 Message not found");
    CHECK(w.parts().search.search(eve, {.q = "early"}).items.empty());
    CHECK(w.parts().search.search(bob, {.q = "early"}).items.size() == 1);
    CHECK(w.drifted() == 0);
}

TEST_CASE("members in a block stay, and neither sees, counts or hears the other's messages") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob, eve}).group_id;
    const auto chat = messages::chat_id_of(id);
    w.say(bob, id, "before");
    w.block(eve, bob);
    w.messages.blocks_changed(eve.id, bob.id);
    CHECK(w.unread(eve, chat) == 0);
    w.forget_effects();
    const auto sent = w.say(bob, id, "after");
    CHECK(w.payload("message.sent").find(eve.id.view()) == std::string::npos);
    w.say(ada, id, "to all");
    CHECK(w.unread(eve, chat) == 1);
    CHECK(w.unread(ada, chat) == 2);
    CHECK(contents(w.read(eve, id)) == Texts{"Ada created the group", "to all"});
    CHECK(refusal([&] { w.react(eve, sent.message_id); }) == "404 Message not found");
    CHECK(w.groups.get(eve, id).member_count == 3);
    CHECK(w.drifted() == 0);
    w.unblock(eve, bob);
    w.messages.blocks_changed(eve.id, bob.id);
    CHECK(contents(w.read(eve, id)).size() == 4);
    CHECK(w.drifted() == 0);
}

TEST_CASE("across a block nobody sees the other's words in lists or quotes") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob, eve}).group_id;
    w.say(ada, id, "from ada");
    w.say(bob, id, "from bob");
    const auto last = [&](const Caller& me) { return w.groups.get(me, id).last_message; };
    CHECK(last(eve) == "Bob: from bob");
    w.block(eve, bob);
    w.messages.blocks_changed(eve.id, bob.id);
    CHECK(last(eve) == "Ada: from ada");
    CHECK(last(ada) == "Bob: from bob");
    CHECK(last(bob) == "Bob: from bob");

    // Hiding the newest does not bring up what is hidden anyway.
    const auto quoted = w.say(bob, id, "and more");
    const auto answer = w.groups.chats().send(
        ada, {{.content = "indeed", .reply_to_message_id = quoted.message_id, .client_message_id = {}}, id});
    w.pass();
    CHECK(answer.reply_to->content == "and more");
    CHECK(w.read(bob, id).back().reply_to->content == "and more");
    CHECK(w.read(eve, id).back().content == "indeed");
    CHECK_FALSE(w.read(eve, id).back().reply_to);
    w.take_back(eve, answer.message_id, false);
    CHECK(last(eve) == "Ada: from ada");

    w.unblock(eve, bob);
    w.messages.blocks_changed(eve.id, bob.id);
    CHECK(last(eve) == "Bob: and more");
    CHECK(w.drifted() == 0);
}

TEST_CASE("across a block nobody sees the other's reactions, or whether they read") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob, eve}).group_id;
    const auto sent = w.say(ada, id, "hello");
    w.read(bob, id);
    w.react(bob, sent.message_id);
    w.react(ada, sent.message_id);
    w.block(bob, eve);
    w.messages.blocks_changed(bob.id, eve.id);

    const auto of_eve = w.read(eve, id).back();
    CHECK(of_eve.read_by == std::vector{ada.id, eve.id});
    CHECK(of_eve.read_at.json.find(bob.id.view()) == std::string::npos);
    CHECK(of_eve.read);
    REQUIRE(of_eve.reactions.size() == 1);
    CHECK(of_eve.reactions.begin()->second.size() == 1);
    CHECK(of_eve.reaction_totals.begin()->second == 1);
    const auto listed = w.parts().changes.reactions(eve, sent.message_id);
    REQUIRE(listed.size() == 1);
    REQUIRE(listed.begin()->second.size() == 1);
    CHECK(listed.begin()->second[0].user_id == ada.id);
    const auto added = w.react(eve, sent.message_id);
    CHECK(added.reaction_totals.begin()->second == 2);
    CHECK(w.react(eve, sent.message_id).reaction_totals.begin()->second == 1);

    // Those who are in no block with them see both.
    w.react(eve, sent.message_id);
    const auto of_ada = w.read(ada, id).back();
    CHECK(of_ada.read_by->size() == 3);
    CHECK(of_ada.reaction_totals.begin()->second == 3);
    CHECK(w.drifted() == 0);
}

TEST_CASE("only admins add, once, and not whom they cannot reach") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan");
    const auto id = w.make(ada, {bob}).group_id;
    CHECK(refusal([&] { w.add(bob, id, eve); }) == "403 Admin only");
    CHECK(refusal([&] { w.groups.add(bob, {.group_id = id, .user_id = UserId("user_unknown")}); }) ==
          "404 User not found");
    CHECK(refusal([&] { w.add(dan, id, bob); }) == "403 Admin only");
    CHECK(w.add(ada, id, eve).member_count == 3);
    w.forget_effects();
    const auto again = w.add(ada, id, eve);
    CHECK(again.already_member);
    CHECK(again.member_count == 3);
    CHECK(w.effects().empty());
    w.block(dan, ada);
    CHECK(refusal([&] { w.add(ada, id, dan); }) == "404 User not found");
    w.unblock(dan, ada);
    w.block(ada, dan);
    CHECK(refusal([&] { w.add(ada, id, dan); }) == "403 You have blocked this user");
    w.unblock(ada, dan);
    w.privacy(dan, "allow_group_adds", "'followers'");
    CHECK(refusal([&] { w.add(ada, id, dan); }) == "403 Cannot add this user");
    w.follow(ada, dan);
    CHECK(w.add(ada, id, dan).member_count == 4);
}

TEST_CASE("who goes loses everything of the group, and nobody removes the owner") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob, eve}).group_id;
    w.say(ada, id);
    CHECK(refusal([&] { w.remove(bob, id, eve); }) == "403 Admin only");
    w.db().write([&](db::Write& tx) { w.groups.chats().set_role(tx, id, bob.id, messages::Role::admin); });
    CHECK(refusal([&] { w.remove(bob, id, ada); }) == "403 Nobody removes the owner");
    w.db().write([&](db::Write& tx) { w.groups.chats().set_role(tx, id, eve.id, messages::Role::admin); });
    CHECK(refusal([&] { w.remove(bob, id, eve); }) == "403 Only the owner removes an admin");
    CHECK(w.remove(ada, id, eve).member_count == 2);
    CHECK(w.remove(ada, id, eve).member_count == 2);
    CHECK(refusal([&] { w.read(eve, id); }) == "403 Not a member");
    // Back again, as a plain member without a past.
    w.add(ada, id, eve);
    CHECK_FALSE(w.groups.get(eve, id).is_admin);
    CHECK(contents(w.read(eve, id)) == Texts{"Ada added Eve"});
}

TEST_CASE(
    "a group never is without owner: the longest-serving admin, else member, follows; the last one ends it") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve"), dan = w.user("dan");
    const auto id = w.make(ada, {bob, eve, dan}).group_id;
    w.say(ada, id);
    w.db().write([&](db::Write& tx) { w.groups.chats().set_role(tx, id, eve.id, messages::Role::admin); });
    w.remove(ada, id, ada);
    CHECK(w.groups.get(bob, id).creator_id == eve.id);
    w.remove(eve, id, eve);
    CHECK(w.groups.get(bob, id).creator_id == bob.id);
    CHECK(w.groups.get(bob, id).is_admin);
    w.remove(bob, id, bob);
    w.forget_effects();
    CHECK(w.remove(dan, id, dan).member_count == 0);
    CHECK(has(w.effects(), "group.deleted"));
    CHECK(w.rows("chat_groups") == 0);
    CHECK(refusal([&] { w.groups.get(dan, id); }) == "404 Group not found");
    w.messages.run(messages::RemoveChat{messages::chat_id_of(id)});
    CHECK(w.rows("messages") == 0);
    CHECK(w.rows("chats") == 0);
}

TEST_CASE("an account that ends leaves every group, and hands over what it owned") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto shared = w.make(ada, {bob}).group_id;
    w.make(ada, {});
    w.say(ada, shared, "stays");
    while (!w.db().write([&](db::Write& tx) { return w.groups.erase_some(tx, ada.id, 1); })) {
    }
    while (!w.db().write([&](db::Write& tx) { return w.messages.eraser().erase_some(tx, ada.id, 10); })) {
    }
    w.execute("DELETE FROM users WHERE user_id = '" + ada.id.str() + "'");
    CHECK(w.rows("chat_groups") == 1);
    const auto group = w.groups.get(bob, shared);
    CHECK(group.is_owner);
    CHECK(group.member_ids == std::vector{bob.id});
    const auto read = w.read(bob, shared);
    CHECK(read.at(1).content == "stays");
    CHECK(read.at(1).sender_name == "Deleted user");
}

TEST_CASE("an admin deletes anyone's message for everyone, read or edited or old") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob"), eve = w.user("eve");
    const auto id = w.make(ada, {bob, eve}).group_id;
    const auto sent = w.say(bob, id, "rude");
    w.edit(bob, sent.message_id, "ruder");
    w.read(ada, id);
    w.clock.advance(48h);
    CHECK(refusal([&] { w.take_back(eve, sent.message_id, true); }) ==
          "403 Not authorized to delete for everyone");
    CHECK(w.take_back(ada, sent.message_id, true).deleted_for_everyone);
    CHECK(w.unread(eve, messages::chat_id_of(id)) == 0);
    CHECK(w.groups.get(eve, id).last_message == "Bob: Message deleted");
    CHECK(w.drifted() == 0);
}

TEST_CASE(
    "lists of groups come by their last message, by name if asked, and merge with conversations if asked") {
    World w;
    const auto ada = w.user("ada"), bob = w.user("bob");
    const auto one = w.make(ada, {bob}, "Café club").group_id;
    const auto two = w.make(ada, {}, "Garden").group_id;
    w.say(bob, one);
    CHECK(w.groups.list(ada, {}).items.at(0).group_id == one);
    CHECK(w.groups.list(ada, {.q = "CAFE"}).items.size() == 1);
    const auto first = w.groups.list(ada, {.page = {.limit = 1, .skip = 0, .after = {}}});
    CHECK(w.groups.list(ada, {.page = {.limit = 1, .skip = 0, .after = first.next}}).items.at(0).group_id ==
          two);
    w.send(bob, ada, "direct");
    const auto both = w.parts().lists.conversations(ada, {.include_groups = true}).items;
    REQUIRE(both.size() == 3);
    CHECK(both[0].last_message == "direct");
    CHECK(both[1].is_group);
    CHECK(both[1].group->name == "Café club");
    CHECK_FALSE(both[1].other_user);
    CHECK(w.list(ada).size() == 1);
    const auto hit = w.parts().search.search(ada, {.q = "hi"}).items.at(0);
    CHECK(hit.group->group_id == one);
    std::string next;
    const auto recipients = w.parts().lists.recipients(ada, {}, next).recipients;
    REQUIRE(recipients.size() == 3);
    CHECK(recipients[1].type == "group");
}

TEST_CASE("adding many at once never passes 50, and every one added is counted") {
    World w;
    const auto ada = w.user("ada");
    const auto members = w.crowd(55);
    const auto id = w.make(ada, {members.begin(), members.begin() + 44}).group_id;
    std::atomic<int> added{0};
    at_once(10, [&](int i) {
        if (refusal([&] { w.add(ada, id, members[45 + static_cast<std::size_t>(i)]); }).empty()) ++added;
    });
    CHECK(added == 5);
    CHECK(w.rows("chat_members") == 50);
    CHECK(w.query("SELECT members_count FROM chats") == "50");
    CHECK(refusal([&] { w.add(ada, id, members[44]); }) == "400 Group is full");
    w.forget_effects();
    at_once(10, [&](int) { w.add(ada, id, members[0]); });
    CHECK(w.effects().empty());
}

TEST_CASE("owners who leave at once leave one owner behind") {
    World w;
    const auto members = w.crowd(8);
    const auto id = w.make(members[0], {members.begin() + 1, members.end()}).group_id;
    at_once(7, [&](int i) {
        w.remove(members[static_cast<std::size_t>(i)], id, members[static_cast<std::size_t>(i)]);
    });
    const auto group = w.groups.get(members[7], id);
    CHECK(group.is_owner);
    CHECK(group.member_count == 1);
    CHECK(w.query("SELECT members_count FROM chats") == "1");
}

TEST_CASE("sending and reading in a group at once leave every unread count right") {
    World w;
    const auto members = w.crowd(6);
    const auto id = w.make(members[0], {members.begin() + 1, members.end()}).group_id;
    const auto chat = messages::chat_id_of(id);
    at_once(6, [&](int i) {
        const auto& me = members[static_cast<std::size_t>(i)];
        for (int n = 0; n < 5; ++n) {
            const auto sent = w.say(me, id);
            if (n % 2 == 0) w.read(me, id);
            if (n == 3) refusal([&] { w.take_back(me, sent.message_id, true); });
        }
    });
    CHECK(w.drifted() == 0);
    for (const auto& me : members) w.parts().reading.read_all(me, chat);
    CHECK(w.query("SELECT sum(unread_count) FROM chat_members") == "0");
}

TEST_CASE("a block that begins and ends while others write leaves every unread count right") {
    World w;
    const auto members = w.crowd(4);
    const auto id = w.make(members[0], {members.begin() + 1, members.end()}).group_id;
    const auto& eve = members[3];
    at_once(4, [&](int i) {
        for (int n = 0; n < 12; ++n) {
            if (i < 3) {
                w.say(members[static_cast<std::size_t>(i)], id);
            } else {
                n % 2 == 0 ? w.block(eve, members[0]) : w.unblock(eve, members[0]);
                w.messages.blocks_changed(eve.id, members[0].id);
            }
        }
    });
    CHECK(w.drifted() == 0);
    CHECK(w.query("SELECT sum(unread_count) FROM chat_members") == "108");
}

TEST_CASE("the number of statements does not grow with members or senders") {
    World w;
    const auto members = w.crowd(40);
    const auto small = w.make(members[0], {members[1]}).group_id;
    const auto large = w.make(members[0], {members.begin() + 1, members.end()}).group_id;
    w.say(members[1], small);
    for (int i = 1; i < 40; ++i) w.say(members[static_cast<std::size_t>(i)], large);
    const auto cost = [&](auto f) {
        const auto before = w.statements.count.load();
        f();
        return w.statements.count.load() - before;
    };
    CHECK(cost([&] { w.groups.get(members[0], large); }) == cost([&] { w.groups.get(members[0], small); }));
    CHECK(cost([&] { w.read(members[0], large, false); }) == cost([&] { w.read(members[0], small, false); }));
    CHECK(cost([&] { w.groups.list(members[0], {}); }) <= 6);
}

TEST_CASE("no statement of groups reads a whole table") {
    World w;
    testing::check_no_scans(w.db(), sql::groups::all);
}
