// What notifications need from elsewhere: how pushes leave this server, which sessions they may go to, who has a chat open.
#pragma once

#include <optional>

#include "domains/auth/auth.hpp"
#include "domains/communities/communities.hpp"
#include "domains/messages/messages.hpp"
#include "domains/notifications/notifications.hpp"
#include "domains/posts/posts.hpp"
#include "platform/config/config.hpp"
#include "platform/integrations/expo_push.hpp"
#include "platform/integrations/http_client.hpp"
#include "platform/integrations/web_push.hpp"
#include "platform/sockets/hub.hpp"

namespace grover::app {

class SessionsOfAuth final : public notifications::LivingSessions {
public:
    explicit SessionsOfAuth(auth::AuthService& auth) : auth_(auth) {}
    std::vector<SessionId> living(db::Read& tx, std::span<const SessionId> sessions) override {
        return auth_.living_sessions(tx, sessions);
    }

private:
    auth::AuthService& auth_;
};

class OpenChats final : public notifications::ChatPresence {
public:
    explicit OpenChats(sockets::Hub& hub) : hub_(hub) {}
    std::vector<std::vector<UserId>> present(const std::vector<std::string>& conversation_ids) override {
        std::vector<sockets::Room> rooms;
        for (const auto& id : conversation_ids) rooms.push_back(sockets::Room::conversation(id));
        return hub_.members_anywhere(rooms);
    }

private:
    sockets::Hub& hub_;
};

class FactsOfCauses final : public notifications::CauseFacts {
public:
    FactsOfCauses(communities::CommunitiesService& communities, const posts::PostWriter& posts,
                  messages::MessagesService& messages)
        : communities_(communities), posts_(posts), messages_(messages) {}
    std::string community_name(db::Read& tx, const CommunityId& community) override {
        return communities_.names(tx, {&community, 1}).front();
    }
    std::vector<UserId> voters_after(db::Read& tx, const PostId& post, const UserId& after,
                                     int limit) override {
        return posts_.voters_after(tx, post, after, limit);
    }
    std::vector<UserId> with_unread(db::Read& tx, const std::string& conversation_id,
                                    std::span<const UserId> members) override {
        return messages_.with_unread(tx, messages::ChatId(conversation_id), members);
    }

private:
    communities::CommunitiesService& communities_;
    const posts::PostWriter& posts_;
    messages::MessagesService& messages_;
};

class PushProviders {
public:
    // References outlive it. Throws ConfigurationError for VAPID keys that are no pair.
    PushProviders(const Config& config, const Clock& clock, integrations::HttpClient& http,
                  runtime::Loops* loops);

    notifications::PushProviders ways();

private:
    integrations::ExpoPush expo_;
    std::optional<integrations::HttpClient> test_http_;
    std::optional<integrations::WebPush> web_push_;
};

}  // namespace grover::app
