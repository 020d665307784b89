#include "domains/posts/posts_cards.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "domains/posts/posts_counts.hpp"
#include "domains/posts/posts_marks.hpp"
#include "domains/posts/posts_objects.hpp"
#include "platform/base/prefetch.hpp"
#include "platform/db/known_range.hpp"
#include "sql/posts.hpp"
#include "sql/posts_marks.hpp"

namespace grover::posts {
namespace {

// More marks than this in the time span of one page: asked for post by post instead.
constexpr int kMaxMarksInRange = 300;

db::RowCache<CardPtr>& card_cache() {
    thread_local db::RowCache<CardPtr> cache{"posts"};
    return cache;
}

auto& known_marks() {
    thread_local db::KnownRanges<PostId, MarksByPost> known{"post_marks"};
    return known;
}

std::string members_of(const auto& part) {
    std::string out = wire::to_json(part);
    return out.substr(1, out.size() - 2);
}

void add_mark(MarksByPost& marks, const PostId& post, std::string_view kind, std::string_view value) {
    Marks& mark = marks[post];
    if (kind == "s") mark.stance = value;
    if (kind == "v") mark.saved = true;
    if (kind == "r") mark.reposted = true;
    if (kind == "p") {
        int vote = 0;
        std::from_chars(value.data(), value.data() + value.size(), vote);
        mark.vote = vote;
    }
}

}  // namespace

std::string marks_key(const UserId& viewer) { return "marks:" + viewer.str(); }

std::string facts_key(const PostId& post) { return "facts:" + post.str(); }

void touch_facts(db::Write& tx, const PostId& post) {
    tx.touch(post);
    tx.touch(facts_key(post));
}

struct PostCards::Row : PostFacts {
    std::string content;
    std::optional<MediaId> media_id;
    std::optional<std::string> location;
    std::string tags, tagged_users, mentioned_users;
    std::optional<std::string> category, repost_comment;
    std::int64_t likes_count = 0, dislikes_count = 0, shares_count = 0, repost_count = 0, comments_count = 0,
                 comments_total_count = 0, in_collection_count = 0;
    std::optional<Time> updated_at, scheduled_for;
    std::string reaction_counts;
    std::int64_t reactions_count = 0;
    std::optional<std::string> poll_question, poll_options;
    std::optional<Time> poll_expires_at;
    std::optional<std::string> poll_votes;
    std::optional<std::string> viewer_stance;
    bool viewer_saved = false, viewer_reposted = false;
    std::optional<int> viewer_vote;

    static constexpr auto columns =
        join(PostFacts::columns, Pack{
                                     db::column("content", &Row::content),
                                     db::column("media_id", &Row::media_id),
                                     db::column("location", &Row::location),
                                     db::column("tags", &Row::tags),
                                     db::column("tagged_users", &Row::tagged_users),
                                     db::column("mentioned_users", &Row::mentioned_users),
                                     db::column("category", &Row::category),
                                     db::column("repost_comment", &Row::repost_comment),
                                     db::column("likes_count", &Row::likes_count),
                                     db::column("dislikes_count", &Row::dislikes_count),
                                     db::column("shares_count", &Row::shares_count),
                                     db::column("repost_count", &Row::repost_count),
                                     db::column("comments_count", &Row::comments_count),
                                     db::column("comments_total_count", &Row::comments_total_count),
                                     db::column("updated_at", &Row::updated_at),
                                     db::column("in_collection_count", &Row::in_collection_count),
                                     db::column("scheduled_for", &Row::scheduled_for),
                                     db::column("reaction_counts", &Row::reaction_counts),
                                     db::column("reactions_count", &Row::reactions_count),
                                     db::column("poll_question", &Row::poll_question),
                                     db::column("poll_options", &Row::poll_options),
                                     db::column("poll_expires_at", &Row::poll_expires_at),
                                     db::column("poll_votes", &Row::poll_votes),
                                     db::column("viewer_stance", &Row::viewer_stance),
                                     db::column("viewer_saved", &Row::viewer_saved),
                                     db::column("viewer_reposted", &Row::viewer_reposted),
                                     db::column("viewer_vote", &Row::viewer_vote),
                                 });

    PostFrame frame() const {
        PostFrame out;
        out.post_id = post_id;
        out.user_id = user_id;
        out.likes_count = likes_count;
        out.dislikes_count = dislikes_count;
        out.shares_count = shares_count;
        out.repost_count = repost_count;
        out.comments_count = comments_count;
        out.comments_total_count = comments_total_count;
        out.reaction_counts = counts_in(reaction_counts);
        out.reactions_count = reactions_count;
        out.tags = {tags};
        out.category = category;
        out.is_repost = is_repost;
        out.original_post_id = original_post_id;
        out.repost_comment = repost_comment;
        out.in_collection_count = in_collection_count;
        out.visibility = visibility;
        out.is_pinned = is_pinned;
        out.community_id = community_id;
        out.created_at = created_at;
        out.updated_at = updated_at;
        out.scheduled_for = scheduled_for;
        return out;
    }

    PostContent shown_content() const {
        PostContent out;
        out.content = content;
        out.tagged_users = {tagged_users};
        out.mentioned_users = {mentioned_users};
        out.location = location;
        out.has_poll = has_poll;
        if (!has_poll) return out;
        out.poll_question = poll_question;
        out.poll_options = JsonTexts{poll_options.value_or("[]")};
        out.poll_expires_at = poll_expires_at;
        each_count(poll_votes.value_or(""), [&](std::string_view option, std::int64_t votes) {
            if (!out.poll_votes) out.poll_votes.emplace();
            out.poll_votes->emplace(option, votes);
            out.poll_total_votes += votes;
        });
        return out;
    }
};

struct PostCards::Fetched {
    std::unordered_map<PostId, std::pair<CardPtr, AuthorPtr>> cards;
    MarksByPost marks;
    std::shared_ptr<const users::Relations> relations;
};

bool PostCards::is_usable(const db::Read& tx, const PostCard& card, const users::UserCard& author,
                          std::string_view base_url) const {
    if (!card.has_media) return true;
    return card.base_url == base_url && card.author_is_private == author.is_private &&
           clock_.now() < card.links_until && tx.stamps().is_current(card.media_key, card.media_seen);
}

LoadedPage PostCards::load(db::Read& tx, const UserId& viewer, std::span<const PostId> ids,
                           std::string_view base_url) {
    auto& cache = card_cache();
    LoadedPage page;
    page.posts.resize(ids.size());
    cache.find_each(tx, db::ids_of(ids), [&](std::size_t i, const CardPtr& card) {
        prefetch(card.get(), sizeof(PostCard));
        page.posts[i].card = card;
    });
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto& card = page.posts[i].card;
        if (!card || !card->facts.original_post_id) continue;
        if (const auto* root = cache.find(tx, card->facts.original_post_id->view()))
            page.posts[i].root = *root;
        // A repost is in memory only together with its root.
        if (!page.posts[i].root) page.posts[i].card.reset();
    }

    std::vector<UserId> authors;
    for (const auto& post : page.posts) {
        if (post.card) authors.push_back(post.card->facts.user_id);
        if (post.root) authors.push_back(post.root->facts.user_id);
    }
    auto cards = users_.cards(tx, authors, base_url);
    std::vector<PostId> missing;
    std::size_t next = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto& post = page.posts[i];
        if (post.card) post.author = std::move(cards[next++]);
        if (post.root) post.root_author = std::move(cards[next++]);
        const bool usable = post.card && is_usable(tx, *post.card, *post.author, base_url) &&
                            (!post.root || is_usable(tx, *post.root, *post.root_author, base_url));
        if (!usable) missing.push_back(ids[i]);
    }
    if (missing.empty()) return page;

    Fetched fetched;
    fetch(tx, viewer, missing, base_url, fetched);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto found = fetched.cards.find(ids[i]);
        if (found == fetched.cards.end()) {
            if (std::ranges::find(missing, ids[i]) != missing.end()) page.posts[i] = {};
            continue;
        }
        auto& post = page.posts[i];
        post = {found->second.first, found->second.second, nullptr, nullptr};
        if (!post.card->facts.original_post_id) continue;
        if (const auto root = fetched.cards.find(*post.card->facts.original_post_id);
            root != fetched.cards.end()) {
            post.root = root->second.first;
            post.root_author = root->second.second;
        }
    }
    if (missing.size() == ids.size())
        page.marks = std::make_shared<const MarksByPost>(std::move(fetched.marks));
    page.relations = std::move(fetched.relations);
    return page;
}

void PostCards::fetch(db::Read& tx, const UserId& viewer, const std::vector<PostId>& missing,
                      std::string_view base_url, Fetched& out) {
    const auto ids = db::ids_of(missing);
    const sql::posts::load_posts load{.viewer = viewer, .ids = ids};
    std::vector<Row> rows;
    std::vector<AuthorPtr> authors;  // one for each row
    media::MediaService::Found media;
    if (tx.engine() == db::Engine::sqlite && tx.snapshot() != 0) {
        // Many authors are in memory, and a statement is no round trip.
        rows = tx.list<Row>(load);
        std::vector<UserId> author_ids;
        std::vector<MediaId> media_ids;
        for (const auto& row : rows) {
            author_ids.push_back(row.user_id);
            if (row.media_id) media_ids.push_back(*row.media_id);
        }
        authors = users_.cards(tx, author_ids, base_url);
        for (auto& medium : media_.load(tx, media_ids)) {
            if (medium) media.emplace(medium->media_id, std::move(medium));
        }
    } else {
        db::Together page;
        users::AskedCards cards;
        users::AskedRelations relations;
        const auto posts =
            page.add(load, [&](const db::Row& row) { rows.push_back(db::read_row<Row>(row)); });
        users_.ask_cards(tx, page, cards, {posts, "user_id"}, base_url);
        media_.ask(page, media, {posts, "media_id"});
        if (tx.snapshot() == 0) users_.ask_relations(page, relations, viewer);
        page.run(tx);
        if (tx.snapshot() == 0) out.relations = relations.take();
        for (const auto& row : rows) authors.push_back(cards.card(row.user_id));
    }

    const auto snapshot = tx.snapshot();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = rows[i];
        const auto medium = row.media_id ? media.find(*row.media_id) : media.end();
        const auto card = card_of(row, *authors[i], medium == media.end() ? nullptr : medium->second.get(),
                                  base_url, snapshot);
        const auto bytes =
            sizeof(PostCard) + card->frame.size() + card->content.size() + card->base_url.size();
        out.cards[row.post_id] = {card, authors[i]};
        card_cache().put(row.post_id.view(), CardPtr(card), bytes, snapshot);
        const Marks marks{row.viewer_stance.value_or(""), row.viewer_saved, row.viewer_reposted,
                          row.viewer_vote};
        if (marks != Marks{}) out.marks[row.post_id] = marks;
    }
}

std::shared_ptr<PostCard> PostCards::card_of(const Row& row, const users::UserCard& author,
                                             const media::Medium* medium, std::string_view base_url,
                                             std::uint64_t snapshot) const {
    auto card = std::make_shared<PostCard>();
    card->facts = static_cast<const PostFacts&>(row);
    card->poll_expires_at = row.poll_expires_at;
    auto content = row.shown_content();
    if (row.media_id) {
        card->has_media = true;
        card->media_key = db::Stamps::hash(row.media_id->view());
        card->media_seen = snapshot;
        card->author_is_private = author.is_private;
        card->base_url = base_url;
        card->links_until = media_.urls_change_at();
        if (medium) {
            // The storage id is the author's to see: kept apart, and put in for the author alone (posts_views.cpp).
            auto info = media_.info(
                *medium, {.base_url = base_url, .owner_is_private = author.is_private, .is_owner = true});
            card->public_id = info.public_id.value_or("");
            info.public_id.reset();
            card->thumbnail = info.thumbnail_url ? info.thumbnail_url : info.poster_url;
            content.media_url = info.url;
            content.media_type = row.media_type;
            content.thumbnail_url = info.thumbnail_url;
            content.poster_url = info.poster_url;
            content.media = wire::Raw<media::MediaInfo>{wire::to_json(info)};
        }
    }
    card->frame = members_of(row.frame());
    card->content = members_of(content);
    return card;
}

LoadedPost PostCards::made(db::Read& tx, const UserId& author, const MadePost& post,
                           std::string_view base_url) {
    const auto& [draft, as, named] = post;
    Row row;
    row.post_id = as.id;
    row.user_id = author;
    row.visibility = draft.visibility;
    row.has_poll = draft.poll.has_value();
    row.media_type = draft.media_type;
    row.created_at = as.at;
    row.community_id = as.community_id;
    row.content = draft.content;
    row.media_id = draft.media_id;
    row.location = draft.location;
    row.tags = wire::to_json(draft.tags);
    row.tagged_users = wire::to_json(named.tagged);
    row.mentioned_users = wire::to_json(named.mentioned);
    row.category = draft.category;
    row.scheduled_for = as.scheduled_for;
    if (draft.poll) {
        row.poll_question = draft.poll->question;
        row.poll_options = wire::to_json(draft.poll->options);
        row.poll_expires_at = as.at + std::chrono::hours{draft.poll->duration_hours};
        std::string votes;
        for (std::size_t i = 0; i < draft.poll->options.size(); ++i)
            votes += (i ? "," : "") + std::to_string(i) + " 0";
        row.poll_votes = std::move(votes);
    }
    auto card = users_.cards(tx, std::span(&author, 1), base_url).front();
    std::shared_ptr<const media::Medium> medium;
    if (draft.media_id) medium = media_.find(tx, *draft.media_id);
    return {card_of(row, *card, medium.get(), base_url, tx.snapshot()), card, nullptr, nullptr};
}

db::CachePlace PostCards::place_of_marks(const UserId& viewer) {
    return known_marks().place_of(marks_key(viewer));
}

MarksPtr PostCards::marks(db::Read& tx, const UserId& viewer, std::span<const PostId> ids) {
    if (ids.empty()) return std::make_shared<const MarksByPost>();
    const auto read = [&](const auto& statement) {
        auto marks = std::make_shared<MarksByPost>();
        int count = 0;
        tx.each(statement, [&](const db::Row& row) {
            add_mark(*marks, PostId(row.text(0)), row.text(1), row.text(2));
            ++count;
        });
        return std::pair<MarksPtr, int>(std::move(marks), count);
    };
    const auto read_range = [&](const PostId& low, const PostId& high) -> MarksPtr {
        const auto [marks, count] = read(sql::posts_marks::marks_in_range{
            .viewer = viewer, .low = low, .high = high, .limit = kMaxMarksInRange});
        return count < kMaxMarksInRange ? marks : nullptr;
    };
    const auto [low, high] = std::ranges::minmax(ids);
    if (auto marks = known_marks().find_or_read(tx, marks_key(viewer), low, high, read_range,
                                                [](const auto& kept) { return 160 * kept.size(); }))
        return marks;
    const auto texts = db::ids_of(ids);
    return read(sql::posts_marks::marks_of_posts{.viewer = viewer, .ids = texts}).first;
}

}  // namespace grover::posts
