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
        users::ListWriter list(out, "comments.json");
        CommentId after;
        for (auto page = next_page(user, after); !page.empty(); page = next_page(user, after)) {
            for (const auto& comment : page) list.add(wire::to_json(comment));
            after = page.back().comment_id;
        }
        list.end();
    }

private:
    std::vector<OwnComment> next_page(const UserId& user, const CommentId& after) {
        return db_.read([&](db::Read& tx) { return own_comments_after(tx, user, after, 500); });
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
