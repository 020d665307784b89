// The world of a messages test: an empty database, a stopped clock, recorded effects.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "domains/messages/messages_parts.hpp"
#include "domains/messages/messages_sockets.hpp"
#include "platform/base/error.hpp"
#include "platform/runtime/runtime.hpp"
#include "testing/at_once.hpp"
#include "testing/database.hpp"
#include "testing/keeps_events.hpp"
#include "testing/stopped_clock.hpp"
#include "testing/wave.hpp"

namespace grover::messages {

using testing::at_once;
using testing::refusal;

class CountsStatements final : public db::StatementObserver {
public:
    void ran(const db::Statement&, std::chrono::nanoseconds, std::int64_t) override { ++count; }
    std::atomic<int> count{0};
};

// Posts by hand: those in `seen` are shown to everybody.
class FakePosts final : public posts::PostReader {
public:
    std::vector<std::string> views_of(db::Read&, const Caller&, std::span<const PostId> ids) override {
        std::vector<std::string> out;
        for (const auto& id : ids) out.push_back(hidden ? "" : "{\"post_id\":\"" + id.str() + "\"}");
        return out;
    }
    bool hidden = false;
};

class World {
public:
    // Follows, blocks and settings are written behind the back of their domain here, so nothing may be kept in memory.
    explicit World(Options options = {}, runtime::Loops* loops = nullptr)
        : db_(testing::fresh_database(
              {.cached = false, .clock = &clock, .loops = loops, .observer = &statements})),
          root_(std::filesystem::temp_directory_path() /
                ("messages_test." + std::to_string(::getpid()) + "." + std::to_string(++made_))),
          users(*db_, clock, ids_, {.data_dir = root_.string(), .link_secret = "a secret of sixteen bytes"}),
          media(*db_, users, clock, workers_,
                {.root = root_ / "media", .url_secret = "another secret of sixteen"}),
          gate(users),
          messages(*db_, clock, users, media, gate, posts, options) {
        db_->attach(&events_);
    }
    ~World() {
        db_->attach(nullptr);
        std::filesystem::remove_all(root_);
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    db::Database& db() { return *db_; }
    MessagesService::Parts& parts() { return messages.parts(); }

    // Named "Ada" for "ada", ada@example.com.
    Caller user(const std::string& username) {
        std::string name = username;
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
        Caller caller;
        caller.id = db_->write([&](db::Write& tx) {
            return users.create(tx, {.email = username + "@example.com", .name = name, .username = username});
        });
        caller.base_url = "http://localhost:8001";
        pass();
        forget_effects();
        return caller;
    }
    PostId post(const Caller& author, int visibility = 0) {
        const auto id = IdSource::next_at<PostId>(clock.now());
        execute("INSERT INTO posts (post_id, user_id, content, visibility, created_at) VALUES ('" + id.str() +
                "', '" + author.id.str() + "', 'hello', " + std::to_string(visibility) + ", " +
                std::to_string(clock.now().us) + ")");
        return id;
    }

    SendAnswer send(const Caller& me, const Caller& to, const std::string& content = "hi",
                    std::optional<std::string> client_message_id = {}) {
        auto answer = parts().sending.text(me, {.receiver_id = to.id, .conversation_id = {}, .group_id = {}},
                                           {.content = content,
                                            .reply_to_message_id = {},
                                            .client_message_id = std::move(client_message_id)});
        pass();
        return answer;
    }
    SendAnswer send_to(const Caller& me, const ChatId& chat, const std::string& content = "hi") {
        auto answer =
            parts().sending.text(me, {.receiver_id = {}, .conversation_id = chat, .group_id = {}},
                                 {.content = content, .reply_to_message_id = {}, .client_message_id = {}});
        pass();
        return answer;
    }
    ChatPage page(const Caller& me, const Caller& with, bool mark_read = true) {
        std::string next;
        return parts().reading.with_user(me, {.user_id = with.id, .mark_read = mark_read}, next);
    }
    std::vector<Conversation> list(const Caller& me, bool archived = false) {
        return parts().lists.conversations(me, {.archived = archived}).items;
    }
    std::int64_t unread(const Caller& me, const ChatId& chat) {
        return parts().reading.unread_count(me, chat).unread_count;
    }
    DeleteAnswer remove(const Caller& me, const MessageId& message, bool for_everyone) {
        return parts().changes.remove(me, {.message_id = message, .delete_for_everyone = for_everyone});
    }
    Message edit(const Caller& me, const MessageId& message, const std::string& content) {
        return parts().changes.edit(me, {.message_id = message, .content = content});
    }
    ReactAnswer react(const Caller& me, const MessageId& message, const std::string& emoji = "👍") {
        return parts().changes.react(me, {.message_id = message, .emoji = emoji});
    }

    void follow(const Caller& a, const Caller& b) {
        db_->write([&](db::Write& tx) { users.add_follow(tx, a.id, b.id, clock.now()); });
    }
    void block(const Caller& a, const Caller& b) {
        execute("INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES ('" + a.id.str() + "', '" +
                b.id.str() + "', 1)");
    }
    void unblock(const Caller& a, const Caller& b) {
        execute("DELETE FROM blocks WHERE blocker_id = '" + a.id.str() + "' AND blocked_id = '" + b.id.str() +
                "'");
    }
    void suspend(const Caller& a) {
        execute("UPDATE users SET suspended_at = 1 WHERE user_id = '" + a.id.str() + "'");
    }
    void privacy(const Caller& a, const std::string& column, const std::string& value) {
        execute("UPDATE privacy_settings SET " + column + " = " + value + " WHERE user_id = '" + a.id.str() +
                "'");
    }

    http::UploadedFile file(const std::string& bytes) {
        const auto path = std::filesystem::path(media.upload_directory()) / ("in" + std::to_string(++files_));
        std::ofstream(path, std::ios::binary) << bytes;
        http::UploadedFile out;
        out.part_name = "audio";
        out.file_name = "voice";
        out.path = path.string();
        out.size = bytes.size();
        return out;
    }
    SendAnswer voice(const Caller& me, const Caller& to) {
        MessageSendVoice in;
        in.receiver_id = to.id;
        in.duration = 12.4;
        in.audio = file(testing::wave());
        auto answer = parts().sending.voice(me, in);
        pass();
        return answer;
    }

    void execute(const std::string& sql) { testing::execute(*db_, sql); }
    std::int64_t rows(const std::string& table) { return testing::count_rows(*db_, table); }
    std::string query(const std::string& sql) { return testing::query_text(*db_, sql); }

    // Names of the events since forget_effects(), one on each line.
    std::string effects() { return query("SELECT name FROM " + events_table() + " ORDER BY 1"); }
    std::string payload(const std::string& event) {
        return query("SELECT payload FROM " + events_table() + " WHERE name = '" + event + "'");
    }
    void forget_effects() { execute("DELETE FROM " + events_table()); }

    // Members whose stored counter is not what the rows say.
    std::int64_t drifted() {
        return testing::query_number(
            *db_,
            "SELECT count(*) FROM chat_members p WHERE unread_count <> (SELECT count(*) FROM messages m "
            "WHERE m.chat_id = p.chat_id AND m.created_at > p.read_until AND m.created_at >= p.seen_from "
            "AND m.type <> 7 AND m.deleted_at IS NULL AND COALESCE(m.sender_id, '') <> p.user_id "
            "AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = p.user_id AND b.blocked_id = "
            "m.sender_id) "
            "OR (b.blocked_id = p.user_id AND b.blocker_id = m.sender_id)) "
            "AND NOT EXISTS (SELECT 1 FROM chat_marks k WHERE k.chat_id = p.chat_id AND k.user_id = "
            "p.user_id "
            "AND k.kind = 2 AND k.up_to = m.created_at) "
            "AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h.user_id = p.user_id "
            "AND h.message_id = m.message_id))");
    }
    void pass() { clock.advance(std::chrono::milliseconds{1}); }

    testing::StoppedClock clock;
    CountsStatements statements;

private:
    static std::string events_table() {
        return testing::engine_under_test() == db::Engine::postgres ? "outbox_arrivals" : "outbox";
    }

    static inline std::atomic<int> made_ = 0;
    std::atomic<int> files_{0};
    IdSource ids_{clock};
    testing::KeepsEvents events_;
    std::unique_ptr<db::Database> db_;
    std::filesystem::path root_;
    runtime::WorkerPool workers_{1, 8};

public:
    users::UsersService users;
    media::MediaService media;
    posts::PostGate gate;
    FakePosts posts;
    MessagesService messages;
};

inline std::vector<std::string> contents(const std::vector<Message>& messages) {
    std::vector<std::string> out;
    for (const auto& message : messages) out.push_back(message.content);
    return out;
}

using Texts = std::vector<std::string>;

}  // namespace grover::messages
