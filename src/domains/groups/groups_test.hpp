// The world of a groups test: that of messages, with groups plugged in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domains/groups/groups_api.hpp"
#include "domains/messages/messages_test.hpp"

namespace grover::groups {

using messages::at_once;
using messages::contents;
using messages::refusal;
using messages::Texts;

class World : public messages::World {
public:
    World()
        : messages::World({.limit_rate = false}), groups(db(), clock, users, media, messages.group_chats()) {
        messages.plug({.groups = &groups});
    }
    std::vector<Caller> crowd(int count) {
        std::vector<Caller> out;
        for (int i = 0; i < count; ++i) out.push_back(user("member" + std::to_string(i)));
        return out;
    }
    GroupCreateAnswer make(const Caller& me, const std::vector<Caller>& members,
                           const std::string& name = "Trip") {
        GroupCreate in;
        in.name = name;
        for (const auto& member : members) in.member_ids.push_back(member.id.str());
        auto answer = groups.create(me, in);
        pass();
        return answer;
    }
    messages::SendAnswer say(const Caller& me, const GroupId& group, const std::string& text = "hi") {
        auto answer = groups.chats().send(
            me, {{.content = text, .reply_to_message_id = {}, .client_message_id = {}}, group});
        pass();
        return answer;
    }
    std::vector<messages::Message> read(const Caller& me, const GroupId& group, bool mark_read = true) {
        return groups.messages(me, {.group_id = group, .mark_read = mark_read}).items;
    }
    GroupMemberAddAnswer add(const Caller& me, const GroupId& group, const Caller& whom) {
        auto answer = groups.add(me, {.group_id = group, .user_id = whom.id});
        pass();
        return answer;
    }
    GroupMemberRemoveAnswer remove(const Caller& me, const GroupId& group, const Caller& whom) {
        auto answer = groups.remove(me, {.group_id = group, .user_id = whom.id});
        pass();
        return answer;
    }

    messages::DeleteAnswer take_back(const Caller& me, const messages::MessageId& message,
                                     bool for_everyone) {
        return messages::World::remove(me, message, for_everyone);
    }

    GroupsService groups;
};

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace grover::groups
