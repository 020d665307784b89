#include "domains/discovery/search_viewer.hpp"

#include <bit>

#include "domains/discovery/search_documents.hpp"

namespace grover::discovery {

// Communities that one query asks for; posts of further ones are not found.
constexpr std::size_t kMostCommunities = 200;

SearchViewer::SearchViewer(const People& people, const Communities& communities, const Roots& roots,
                           std::shared_ptr<const users::Relations> relations, MayRead may_read)
    : people_(people),
      communities_(communities),
      roots_(roots),
      may_read_(std::move(may_read)),
      relations_(std::move(relations)) {
    const auto& r = *relations_;
    const auto known =
        1 + r.following().size() + r.blocked().size() + r.blocked_by().size() + r.muted_posts().size();
    table_.resize(std::bit_ceil(2 * known));
    for (const auto& user : r.following()) put(user, Relation::followed);
    for (const auto& user : r.muted_posts())
        put(user, r.follows(user) ? Relation::followed_muted : Relation::muted);
    for (const auto& user : r.blocked()) put(user, Relation::cut_off);
    for (const auto& user : r.blocked_by()) put(user, Relation::cut_off);
    put(r.viewer(), Relation::self);
}

void SearchViewer::put(const UserId& user, Relation relation) {
    const auto hash = People::hash(user);
    for (auto i = hash & (table_.size() - 1);; i = (i + 1) & (table_.size() - 1)) {
        auto& entry = table_[i];
        if (entry.hash != 0 && entry.hash != hash) continue;
        entry = {hash, relation};
        return;
    }
}

SearchViewer::Relation SearchViewer::relation_to(std::uint64_t hash) const {
    for (auto i = hash & (table_.size() - 1);; i = (i + 1) & (table_.size() - 1)) {
        const auto& entry = table_[i];
        if (entry.hash == hash) return entry.relation;
        if (entry.hash == 0) return Relation::stranger;
    }
}

bool SearchViewer::may_read(std::uint32_t community) const {
    const auto found = readable_.find(community);
    if (found != readable_.end()) return found->second;
    if (readable_.size() == kMostCommunities) return false;
    return readable_[community] = may_read_(communities_.at(community - 1).id);
}

// As posts say: a community decides who sees its posts, else the author and the post do.
bool SearchViewer::sees(Relation relation, const Person& author, posts::Visibility visibility,
                        std::uint32_t community) const {
    if (relation == Relation::cut_off || (community != 0 && !may_read(community))) return false;
    if (relation == Relation::self) return true;
    if (author.is_hidden.load(std::memory_order_relaxed)) return false;
    if (community != 0) return true;
    if (visibility == posts::Visibility::private_) return false;
    const bool for_followers =
        visibility == posts::Visibility::followers || author.is_private.load(std::memory_order_relaxed);
    return !for_followers || relation == Relation::followed || relation == Relation::followed_muted;
}

bool SearchViewer::sees_root(const Root& root) const {
    if (root.is_gone.load(std::memory_order_relaxed)) return true;
    const auto& author = people_.at(root.author.load(std::memory_order_relaxed));
    return sees(relation_to(author.hash), author, root.visibility.load(std::memory_order_relaxed),
                root.community.load(std::memory_order_relaxed));
}

double SearchViewer::post(const search::Segment& segment, std::uint32_t document,
                          const PostFilter& filter) const {
    const auto& author = people_.at(segment.owner(document));
    const auto relation = relation_to(author.hash);
    const auto traits = PostTraits::of(segment.flags(document));
    if (relation == Relation::muted || relation == Relation::followed_muted) return 0;
    const auto group = segment.group(document);
    if (!sees(relation, author, traits.visibility, traits.is_repost ? 0 : group)) return 0;
    if (traits.is_repost && group != 0 && !sees_root(roots_.at(group - 1))) return 0;
    if (filter.following_only && relation != Relation::followed) return 0;
    if (filter.media != PostFilter::Media::all &&
        (traits.media != MediaKind::none) != (filter.media == PostFilter::Media::with))
        return 0;
    if (filter.has_poll && traits.has_poll != *filter.has_poll) return 0;
    const auto created_at = segment.created_at(document);
    if ((filter.from && created_at < *filter.from) || (filter.before && created_at >= *filter.before))
        return 0;
    if (filter.min_likes > 0 || filter.min_comments > 0) {
        const auto counts = segment.counts(document);
        if (counts.likes < filter.min_likes || counts.comments < filter.min_comments) return 0;
    }
    return relation == Relation::followed ? kFollowed : 1;
}

double SearchViewer::user(const search::Segment& segment, std::uint32_t document, bool is_exact) const {
    const auto& person = people_.at(segment.owner(document));
    const auto relation = relation_to(person.hash);
    if (relation == Relation::self) return 1;
    if (relation == Relation::cut_off || person.is_hidden.load(std::memory_order_relaxed)) return 0;
    if (is_exact)
        return relation == Relation::followed || relation == Relation::followed_muted ? kFollowed : 1;
    if (relation == Relation::muted || relation == Relation::followed_muted) return 0;
    if ((segment.flags(document) & kDiscoverable) == 0) return 0;
    return relation == Relation::followed ? kFollowed : 1;
}

}  // namespace grover::discovery
