#include "platform/search/segment_builder.hpp"

#include <algorithm>
#include <numeric>

namespace grover::search {
namespace {

// Numbers 0..n-1 by descending rank.
template <class RankOf>
std::vector<std::uint32_t> by_rank(std::size_t n, RankOf&& rank_of) {
    std::vector<float> ranks(n);
    for (std::size_t i = 0; i < n; ++i) ranks[i] = static_cast<float>(rank_of(i));
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::stable_sort(order, std::greater<>(), [&](std::uint32_t i) { return ranks[i]; });
    return order;
}

}  // namespace

void SegmentWriter::document(std::string_view id, std::uint32_t owner, std::uint32_t group,
                             std::int64_t created_at) {
    segment_->ids_ += id;
    segment_->id_ends_.push_back(static_cast<std::uint32_t>(segment_->ids_.size()));
    segment_->owners_.push_back(owner);
    segment_->groups_.push_back(group);
    segment_->created_at_.push_back(created_at);
}

void SegmentWriter::begin_term(std::string_view term) {
    auto& s = *segment_;
    s.vocabulary_.add(term);
    s.terms_.push_back({.start = static_cast<std::uint32_t>(s.postings_.size()),
                        .first_skip = static_cast<std::uint32_t>(s.skips_.size())});
    last_ = 0;
}

void SegmentWriter::append_number(std::uint32_t value) {
    auto& out = segment_->postings_;
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
    out.push_back(static_cast<std::uint8_t>(value));
}

void SegmentWriter::posting(std::uint32_t document, Fields fields) {
    auto& term = segment_->terms_.back();
    if (term.documents > 0 && term.documents % kPostingsOfSkip == 0)
        segment_->skips_.push_back(
            {last_, static_cast<std::uint32_t>(segment_->postings_.size()) - term.start});
    const bool usual = fields == kUsualFields;
    append_number(((document - last_) << 1) | (usual ? 0u : 1u));
    if (!usual) segment_->postings_.push_back(fields);
    last_ = document;
    ++term.documents;
    term.fields |= fields;
}

std::shared_ptr<Segment> SegmentWriter::finish(
    const std::function<std::pair<Counts, std::uint16_t>(std::uint32_t)>& facts) {
    auto& s = *segment_;
    s.built_at_ = now_;
    s.vocabulary_.finish();
    s.terms_.shrink_to_fit();
    s.postings_.shrink_to_fit();
    s.skips_.shrink_to_fit();
    s.ids_.shrink_to_fit();
    s.index_ids();

    const auto n = s.size();
    s.changing_ = std::make_unique<Segment::Changing[]>(n);
    s.boosts_.resize(n);
    s.windows_.resize((n + kWindow - 1) / kWindow);
    for (std::uint32_t i = n; i-- > 0;) {
        const auto [counts, flags] = facts(i);
        s.boosts_[i] = static_cast<float>(boost(counts.popularity()));
        s.set_counts(i, counts);
        s.set_flags(i, flags);
        auto& window = s.windows_[i / kWindow];
        if (i % kWindow == kWindow - 1 && i + 1 < n) window.rank = s.windows_[i / kWindow + 1].rank;
        // A little more than the rank, for what a float loses.
        window.rank = std::max(window.rank,
                               static_cast<float>(rank(counts, s.created_at_[i], aging_, now_)) * 1.000001f);
        window.newest = std::max(window.newest, s.created_at_[i]);
    }
    s.growth_.store(1.000001, std::memory_order_relaxed);

    s.index_owners();
    s.index_tags();
    return std::move(segment_);
}

void SegmentBuilder::document(DocumentFacts facts) {
    documents_.push_back(std::move(facts));
    starts_.push_back(postings_.size());
}

void SegmentBuilder::term(std::string_view term, Fields fields) {
    auto found = terms_.find(term);
    if (found == terms_.end()) {
        found = terms_.emplace(std::string(term), static_cast<std::uint32_t>(terms_.size())).first;
        last_document_.push_back(0);
        last_posting_.push_back(0);
    }
    const auto number = found->second;
    const auto document = static_cast<std::uint32_t>(documents_.size());
    if (last_document_[number] == document) {
        postings_[last_posting_[number]].fields |= fields;
        return;
    }
    last_document_[number] = document;
    last_posting_[number] = postings_.size();
    postings_.push_back({number, fields});
}

std::shared_ptr<Segment> SegmentBuilder::build(Time now) {
    const auto order = by_rank(documents_.size(), [&](std::size_t i) {
        return rank(documents_[i].counts, documents_[i].created_at, aging_, now);
    });
    SegmentWriter writer(now, aging_);
    for (const auto i : order)
        writer.document(documents_[i].id, documents_[i].owner, documents_[i].group, documents_[i].created_at);

    // Postings by term, the documents of each in their new order: counted, then placed.
    std::vector<std::size_t> next(terms_.size() + 1);
    for (const auto& posting : postings_) ++next[posting.term + 1];
    std::partial_sum(next.begin(), next.end(), next.begin());
    const auto first = next;
    std::vector<std::pair<std::uint32_t, Fields>> placed(postings_.size());
    starts_.push_back(postings_.size());
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
        for (auto i = starts_[order[rank]]; i < starts_[order[rank] + 1]; ++i)
            placed[next[postings_[i].term]++] = {rank, postings_[i].fields};
    }
    std::vector<std::pair<std::string_view, std::uint32_t>> sorted(terms_.begin(), terms_.end());
    std::ranges::sort(sorted);
    for (const auto& [term, number] : sorted) {
        writer.begin_term(term);
        for (auto i = first[number]; i < first[number + 1]; ++i)
            writer.posting(placed[i].first, placed[i].second);
    }
    auto segment = writer.finish([&](std::uint32_t document) {
        const auto& facts = documents_[order[document]];
        return std::pair(facts.counts, facts.flags);
    });
    *this = SegmentBuilder(aging_);
    return segment;
}

std::shared_ptr<Segment> merge(const std::vector<std::shared_ptr<Segment>>& segments, Aging aging, Time now) {
    struct Source {
        std::uint32_t segment;
        std::uint32_t document;
    };
    std::vector<Source> living;
    for (std::uint32_t s = 0; s < segments.size(); ++s) {
        for (std::uint32_t d = 0; d < segments[s]->size(); ++d) {
            if (!segments[s]->is_dead(d, UINT32_MAX)) living.push_back({s, d});
        }
    }
    const auto order = by_rank(living.size(), [&](std::size_t i) {
        const auto& segment = *segments[living[i].segment];
        return rank(segment.counts(living[i].document), segment.created_at(living[i].document), aging, now);
    });
    SegmentWriter writer(now, aging);
    std::vector<std::vector<std::uint32_t>> renumbered(segments.size());
    for (std::uint32_t s = 0; s < segments.size(); ++s)
        renumbered[s].assign(segments[s]->size(), PostingReader::kEnd);
    for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
        const auto [s, d] = living[order[rank]];
        renumbered[s][d] = rank;
        writer.document(segments[s]->id(d), segments[s]->owner(d), segments[s]->group(d),
                        segments[s]->created_at(d));
    }

    std::vector<std::uint32_t> next(segments.size(), 0);  // term of each
    std::vector<std::pair<std::uint32_t, Fields>> postings;
    while (true) {
        std::string_view term;
        bool any = false;
        for (std::uint32_t s = 0; s < segments.size(); ++s) {
            const auto& vocabulary = segments[s]->vocabulary();
            if (next[s] == vocabulary.size()) continue;
            if (!any || vocabulary.at(next[s]) < term) term = vocabulary.at(next[s]);
            any = true;
        }
        if (!any) break;
        postings.clear();
        for (std::uint32_t s = 0; s < segments.size(); ++s) {
            const auto& vocabulary = segments[s]->vocabulary();
            if (next[s] == vocabulary.size() || vocabulary.at(next[s]) != term) continue;
            for (PostingReader reader(*segments[s], next[s]); reader.document() != PostingReader::kEnd;
                 reader.next()) {
                const auto document = renumbered[s][reader.document()];
                if (document != PostingReader::kEnd) postings.emplace_back(document, reader.fields());
            }
            ++next[s];
        }
        if (postings.empty()) continue;
        std::ranges::sort(postings);
        writer.begin_term(term);
        for (const auto& [document, fields] : postings) writer.posting(document, fields);
    }
    return writer.finish([&](std::uint32_t document) {
        const auto [s, d] = living[order[document]];
        return std::pair(segments[s]->counts(d), segments[s]->flags(d));
    });
}

}  // namespace grover::search
