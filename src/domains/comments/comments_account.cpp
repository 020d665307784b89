// What becomes of a user's comments and likes when the account ends, and what an export holds of them
// (users.md §5).
#include "domains/comments/comments_rules.hpp"
#include "domains/comments/comments_store.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::comments {
namespace {

class CommentsEraser final : public users::AccountEraser {
public:
    explicit CommentsEraser(const posts::PostGate& posts) : posts_(posts) {}

    std::string_view name() const override { return "comments"; }

    bool erase_some(db::Write& tx, const UserId& user, int batch) override {
        const auto liked = some_liked_by(tx, user, batch);
        for (const auto& comment_id : liked) delete_like(tx, user, comment_id);
        if (!liked.empty()) return false;

        const auto own = some_comments_of(tx, user, batch);
        for (const auto& comment : own) {
            // The newest come first, so that own answers below own comments are gone before these are looked
            // at.
            if (has_replies(tx, comment.comment_id)) {
                leave_tombstone(tx, comment.comment_id);
                tx.publish(CommentErased{.comment_id = comment.comment_id});
            } else {
                remove_subtree(tx, posts_, comment);
            }
        }
        return own.empty();
    }

private:
    const posts::PostGate& posts_;
};

class CommentsExport final : public users::ExportContributor {
public:
    explicit CommentsExport(db::Database& db) : db_(db) {}

    void contribute(const UserId& user, users::ExportWriter& out) override {
        write_list(out, "comments.json", user, own_comments_after);
        write_list(out, "comment_likes.json", user, own_likes_after);
    }

private:
    static constexpr int kAtOnce = 500;

    // `after` is the comment of the last item so far.
    template <class List>
    void write_list(users::ExportWriter& out, std::string_view name, const UserId& user, List items_after) {
        users::ListWriter list(out, name);
        CommentId after;
        const auto next_page = [&] {
            return db_.read([&](db::Read& tx) { return items_after(tx, user, after, kAtOnce); });
        };
        for (auto page = next_page(); !page.empty(); page = next_page()) {
            for (const auto& item : page) list.add(wire::to_json(item));
            after = page.back().comment_id;
        }
        list.end();
    }

    db::Database& db_;
};

}  // namespace

std::unique_ptr<users::AccountEraser> comments_eraser(const posts::PostGate& posts) {
    return std::make_unique<CommentsEraser>(posts);
}

std::unique_ptr<users::ExportContributor> comments_export(db::Database& db) {
    return std::make_unique<CommentsExport>(db);
}

}  // namespace grover::comments
