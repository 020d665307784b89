// Mentions in posts and in comments, as one list.
#include <algorithm>

#include "domains/posts/posts_api.hpp"
#include "domains/posts/posts_service.hpp"
#include "sql/posts_lists.hpp"

namespace grover::posts {
namespace {

// Read at once beyond what a page needs, because some will not be for this reader.
constexpr std::int64_t kSpare = 4;
constexpr std::int64_t kMaxAtOnce = 300;
constexpr std::int64_t kMaxLookedAt = 5'000;

std::string_view comment_id_of(const PostsService::CommentMention& mention) {
    return mention.position.id == mention.post_id ? std::string_view{} : mention.position.id.view();
}

}  // namespace

PostPage PostsService::all_mentions(db::Read& tx, const Caller& me, const PageRequest& page) {
    PostPage out{"[", {}};
    Position after = page.after.empty() ? Position{} : position_of(page.after);
    std::int64_t skip = page.after.empty() ? page.skip : 0;
    std::int64_t left = page.limit, looked_at = 0;
    Position last;
    while (skip <= kMaxSkip) {
        const auto wanted = static_cast<int>(std::min(skip + left + 1 + kSpare, kMaxAtOnce));
        std::vector<CommentMention> found;
        if (comment_mentions_) found = comment_mentions_(tx, me.id, after, wanted);
        for (const auto& own : tx.list<Position>(sql::posts_lists::mentions{
                 .user_id = me.id, .at = after.at, .id = after.id, .limit = wanted}))
            found.push_back({own, own.id});
        std::ranges::sort(found, [](const CommentMention& a, const CommentMention& b) {
            return comes_before(a.position, b.position);
        });
        if (found.size() > static_cast<std::size_t>(wanted)) found.resize(static_cast<std::size_t>(wanted));
        std::vector<PostId> ids;
        for (const auto& one : found) ids.push_back(one.post_id);
        const auto views = views_.each(tx, me, ids);
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (views[i].empty()) continue;
            if (skip > 0) {
                --skip;
                continue;
            }
            if (left == 0) {
                out.next = to_text(last);
                out.json += ']';
                return out;
            }
            if (out.json.size() > 1) out.json += ',';
            out.json.append(views[i], 0, views[i].size() - 1);
            const auto comment = comment_id_of(found[i]);
            out.json += R"(,"mention_source":)";
            out.json += comment.empty() ? R"("post","comment_id":null})" : R"("comment","comment_id":)";
            if (!comment.empty()) {
                wire::append_string(out.json, comment);
                out.json += '}';
            }
            last = found[i].position;
            --left;
        }
        if (static_cast<int>(found.size()) < wanted) break;
        after = found.back().position;
        looked_at += wanted;
        // A reader who may see almost nothing gets what was found until then, and a cursor on.
        if (looked_at > kMaxLookedAt + kMaxSkip) {
            out.next = to_text(after);
            break;
        }
    }
    out.json += ']';
    return out;
}

}  // namespace grover::posts
