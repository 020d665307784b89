// The chats of groups, as the groups domain sees them. Private to domains/messages.
#pragma once

#include "domains/messages/messages_lists.hpp"
#include "domains/messages/messages_reading.hpp"
#include "domains/messages/messages_sending.hpp"

namespace grover::messages {

class GroupChatsOfStore final : public GroupChats {
public:
    GroupChatsOfStore(const Ground& ground, const Sending& sending, const Reading& reading,
                      const Lists& lists, const MessageViews& views)
        : ground_(ground), sending_(sending), reading_(reading), lists_(lists), views_(views) {}

    void create(db::Write& tx, const GroupId& group, Time now) override;
    Joined join(db::Write& tx, const GroupId& group, const UserId& user, Role role, int at_most,
                Time now) override;
    void join_all(db::Write& tx, const GroupId& group, std::span<const UserId> users, Time now) override;
    bool leave(db::Write& tx, const GroupId& group, const UserId& user) override;
    void set_role(db::Write& tx, const GroupId& group, const UserId& user, Role role) override;
    void remove(db::Write& tx, const GroupId& group) override;
    bool hold(db::Write& tx, const GroupId& group) override;
    std::vector<ChatMember> members(db::Read& tx, const GroupId& group) override;
    std::vector<std::vector<ChatMember>> members_of(db::Read& tx, std::span<const GroupId> groups) override;
    std::vector<UserId> in_many_groups(db::Read& tx, std::span<const UserId> users, int at_least) override;
    void say(db::Write& tx, const GroupId& group, const UserId& actor, const std::string& text) override;
    Page<Conversation> list(db::Read& tx, const Caller& me, const PageRequest& page) override;
    std::optional<Conversation> standing(db::Read& tx, const Caller& me, const GroupId& group) override;
    std::vector<GroupId> some_groups_of(db::Read& tx, const UserId& user, int limit) override;
    void set_muted(db::Write& tx, const GroupId& group, const UserId& user,
                   std::optional<Time> until) override;
    SendAnswer send(const Caller& me, const GroupText& in) override;
    Page<Message> messages(const Caller& me, const GroupId& group, const PageRequest& page,
                           bool mark_read) override;

private:
    const Ground& ground_;
    const Sending& sending_;
    const Reading& reading_;
    const Lists& lists_;
    const MessageViews& views_;
};

}  // namespace grover::messages
