// Requests and answers of changing, reacting to and finding messages. contract/messages.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domains/messages/messages_api.hpp"

namespace grover::messages {

inline constexpr std::array kEditAliases{api::Alias{Method::put, "/messages/{message_id}"},
                                         api::Alias{Method::put, "/messages/{message_id}/edit"}};
struct MessageEdit {
    MessageId message_id;
    std::string content;

    static constexpr api::RouteError errors[] = {{404, "Message not found"},
                                                 {403, "Not authorized to edit this message"},
                                                 {400, "Edit window expired"},
                                                 {400, "Cannot edit a deleted message"},
                                                 {400, "Only text can be edited"}};
    static constexpr Route route{
        .method = Method::patch,
        .path = "/messages/{message_id}",
        .summary = "Change the text of an own message.",
        .limit = RateClass::write,
        .aliases = kEditAliases,
    };
    static constexpr auto fields = Pack{
        field("message_id", &MessageEdit::message_id, in_path),
        field("content", &MessageEdit::content, in_body | in_query, wire::also("new_content"),
              wire::trimmed_length(1, kMaxMessageLength)),
    };
    std::optional<FieldError> misfit() const {
        return text::misfit_of_text(content, "content", text::Cleaning::chat);
    }
};
static_assert(wire::describes_every_member<MessageEdit>);

struct DeleteAnswer {
    MessageId message_id;
    bool deleted_for_everyone = false;
    std::optional<Time> deleted_at;
    static constexpr auto fields = Pack{
        field("message_id", &DeleteAnswer::message_id),
        field("deleted_for_everyone", &DeleteAnswer::deleted_for_everyone),
        field("deleted_at", &DeleteAnswer::deleted_at),
    };
};

inline constexpr std::array kDeleteAliases{api::Alias{Method::delete_, "/messages/{message_id}"}};
struct MessageDelete {
    MessageId message_id;
    bool delete_for_everyone = false;

    static constexpr api::RouteError errors[] = {
        {404, "Message not found"},
        {403, "Not authorized to delete for everyone"},
        {400, "Cannot delete for everyone: delete window expired"},
        {400, "Cannot delete for everyone: message has been read"},
        {400, "Cannot delete for everyone: message has been edited"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/{message_id}/delete",
        .summary = "Delete a message for oneself, or for everyone.",
        .limit = RateClass::write,
        .aliases = kDeleteAliases,
    };
    static constexpr auto fields = Pack{
        field("message_id", &MessageDelete::message_id, in_path),
        field("delete_for_everyone", &MessageDelete::delete_for_everyone, in_body | in_query,
              wire::or_default),
    };
};
static_assert(wire::describes_every_member<MessageDelete>);

struct EarlierText {
    std::string content;
    Time last_modified_at;
    Time replaced_at;

    static constexpr auto columns = Pack{
        db::column("content", &EarlierText::content),
        db::column("last_modified_at", &EarlierText::last_modified_at),
        db::column("replaced_at", &EarlierText::replaced_at),
    };
    static constexpr auto fields = Pack{
        field("content", &EarlierText::content),
        field("last_modified_at", &EarlierText::last_modified_at),
        field("replaced_at", &EarlierText::replaced_at),
    };
};

struct MessageHistory {
    MessageId message_id;
    static constexpr api::RouteError errors[] = {{404, "Message not found"}, {403, "Not authorized"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/messages/{message_id}/history",
        .summary = "Earlier texts of an own message.",
    };
    static constexpr auto fields = Pack{field("message_id", &MessageHistory::message_id, in_path)};
};

struct ReactAnswer {
    std::string action;
    std::string emoji;
    Reactions reaction_counts;
    ReactionTotals reaction_totals;
    static constexpr auto fields = Pack{
        field("action", &ReactAnswer::action),
        field("emoji", &ReactAnswer::emoji),
        field("reaction_counts", &ReactAnswer::reaction_counts),
        field("reaction_totals", &ReactAnswer::reaction_totals),
    };
};

struct MessageReact {
    MessageId message_id;
    std::string emoji;
    static constexpr api::RouteError errors[] = {{404, "Message not found"}, {400, "Invalid emoji"}};
    static constexpr Route route{
        .method = Method::post,
        .path = "/messages/{message_id}/reactions",
        .summary = "React to a message, or take the reaction back.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{
        field("message_id", &MessageReact::message_id, in_path),
        field("emoji", &MessageReact::emoji, in_body | in_query),
    };
};

struct UnreactAnswer {
    std::string message = "Reaction removed";
    Reactions reaction_counts;
    static constexpr auto fields = Pack{
        field("message", &UnreactAnswer::message),
        field("reaction_counts", &UnreactAnswer::reaction_counts),
    };
};

struct MessageUnreact {
    MessageId message_id;
    std::string emoji;
    static constexpr api::RouteError errors[] = {
        {404, "Message not found"}, {400, "Invalid emoji"}, {404, "Reaction not found"}};
    static constexpr Route route{
        .method = Method::delete_,
        .path = "/messages/{message_id}/reactions/{emoji}",
        .summary = "Take a reaction back.",
        .limit = RateClass::write,
    };
    static constexpr auto fields = Pack{
        field("message_id", &MessageUnreact::message_id, in_path),
        field("emoji", &MessageUnreact::emoji, in_path),
    };
};

struct ReactionOfUser {
    wire::Raw<users::UserSummary> user;
    UserId user_id;
    Time created_at;
    static constexpr auto fields = Pack{
        field("user", &ReactionOfUser::user),
        field("user_id", &ReactionOfUser::user_id),
        field("created_at", &ReactionOfUser::created_at),
    };
};

struct MessageReactions {
    MessageId message_id;
    static constexpr api::RouteError errors[] = {{404, "Message not found"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/messages/{message_id}/reactions",
        .summary = "Who reacted to a message.",
    };
    static constexpr auto fields = Pack{field("message_id", &MessageReactions::message_id, in_path)};
};

struct FoundMessage {
    MessageId message_id;
    ChatId conversation_id;
    UserId sender_id;
    std::string content;
    Time created_at;
    MessageType type = MessageType::text;
    std::optional<wire::Raw<users::UserSummary>> other_user;
    std::optional<GroupCard> group;
    static constexpr auto fields = Pack{
        field("message_id", &FoundMessage::message_id),
        field("conversation_id", &FoundMessage::conversation_id),
        field("sender_id", &FoundMessage::sender_id),
        field("content", &FoundMessage::content),
        field("created_at", &FoundMessage::created_at),
        field("type", &FoundMessage::type),
        field("other_user", &FoundMessage::other_user),
        field("group", &FoundMessage::group),
    };
};
static_assert(wire::describes_every_member<FoundMessage>);

struct MessageSearch {
    PageRequest page{.limit = 100, .skip = 0, .after = {}};
    std::string q;
    std::optional<std::string> sender_id;  // an id, "me", or a name
    std::optional<ChatId> conversation_id;
    std::optional<std::string> start_date;
    std::optional<std::string> end_date;

    static constexpr api::RouteError errors[] = {{404, "Conversation not found"},
                                                 {400, "Query cannot be empty"},
                                                 {400, "Invalid start_date"},
                                                 {400, "Invalid end_date"}};
    static constexpr Route route{
        .method = Method::get,
        .path = "/messages/search",
        .summary = "Search the texts of the caller's conversations and groups.",
    };
    static constexpr auto fields = Pack{
        api::page(&MessageSearch::page, 100),
        field("q", &MessageSearch::q, in_query, wire::also("query"), wire::or_default,
              wire::trimmed_length(0, 200)),
        field("sender_id", &MessageSearch::sender_id, in_query, wire::length(0, 100)),
        field("conversation_id", &MessageSearch::conversation_id, in_query),
        field("start_date", &MessageSearch::start_date, in_query),
        field("end_date", &MessageSearch::end_date, in_query),
    };
};
static_assert(wire::describes_every_member<MessageSearch>);

}  // namespace grover::messages
