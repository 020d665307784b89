// One part of a search index: documents, their terms, and what ranks them. Terms, texts and order never change after it is
// built; counts and flags do, by the one thread that keeps the index, and any thread may read them meanwhile.
//
// Documents are numbered by descending rank at the time of building, so that a reader who goes through a posting list meets
// the best first and may stop when nothing further can be good enough. Ranks sink with age (most_sunk()) and rise
// with likes: growth() says how far the most risen one is above its rank at that time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/prefetch.hpp"
#include "platform/search/ranking.hpp"
#include "platform/search/vocabulary.hpp"

namespace grover::search {

// Which fields of a document hold a term, one bit each; what they mean is the owner's matter.
using Fields = std::uint8_t;
inline constexpr int kFieldSets = 16;
// In a posting, this set costs no byte.
inline constexpr Fields kUsualFields = 1;

struct DocumentFacts {
    std::string id;
    std::uint32_t owner = 0;  // a number that the index gives to its author
    std::uint32_t group = 0;  // another one, of what it belongs to; 0: nothing
    std::int64_t created_at = 0;
    Counts counts;
    std::uint16_t flags = 0;
};

// Documents of a window are matched together, in an array of this size.
inline constexpr std::uint32_t kWindow = 4'096;

struct TermInfo {
    std::uint32_t documents = 0;
    std::uint32_t start = 0;       // of its postings
    std::uint32_t first_skip = 0;  // in skips
    Fields fields = 0;             // union over all documents
};

// A place inside a long posting list: the document before it and where the next posting starts.
struct Skip {
    std::uint32_t document;
    std::uint32_t start;
};
inline constexpr std::uint32_t kPostingsOfSkip = 256;

struct Window {
    float rank = 0;  // no document of it or of a later window had a higher one
    std::int64_t newest = INT64_MIN;
};

class Segment {
public:
    std::uint32_t size() const { return static_cast<std::uint32_t>(owners_.size()); }
    Time built_at() const { return built_at_; }
    const Vocabulary& vocabulary() const { return vocabulary_; }
    const TermInfo& term(std::uint32_t term) const { return terms_[term]; }
    std::span<const std::uint8_t> postings(std::uint32_t term) const;
    std::span<const Skip> skips(std::uint32_t term) const;
    std::span<const Window> windows() const { return windows_; }
    // Documents of one owner, ascending.
    std::span<const std::uint32_t> documents_of(std::uint32_t owner) const;
    const std::vector<std::uint32_t>& owners() const { return owner_list_; }

    std::string_view id(std::uint32_t document) const {
        const std::uint32_t start = document == 0 ? 0 : id_ends_[document - 1];
        return std::string_view(ids_).substr(start, id_ends_[document] - start);
    }
    std::optional<std::uint32_t> find(std::string_view id) const;
    // The terms of a document that begin with "#", ascending.
    std::span<const std::uint32_t> tags(std::uint32_t document) const {
        return std::span(tags_).subspan(tag_starts_[document],
                                        tag_starts_[document + 1] - tag_starts_[document]);
    }
    std::uint32_t owner(std::uint32_t document) const { return owners_[document]; }
    std::uint32_t group(std::uint32_t document) const { return groups_[document]; }
    std::int64_t created_at(std::uint32_t document) const { return created_at_[document]; }

    Counts counts(std::uint32_t document) const {
        const auto& c = changing_[document];
        return {c.likes.load(std::memory_order_relaxed), c.comments.load(std::memory_order_relaxed),
                c.reposts.load(std::memory_order_relaxed)};
    }
    std::uint16_t flags(std::uint32_t document) const {
        return changing_[document].flags.load(std::memory_order_relaxed);
    }
    // The document is gone for readers of version `at` and later; 0: it lives.
    bool is_dead(std::uint32_t document, std::uint32_t version) const {
        const auto died = changing_[document].died.load(std::memory_order_relaxed);
        return died != 0 && died <= version;
    }
    double growth() const { return growth_.load(std::memory_order_relaxed); }
    // What says who may find the document and what it is worth.
    void prefetch(std::uint32_t document) const {
        grover::prefetch(&changing_[document], sizeof changing_[0]);
        grover::prefetch(&owners_[document], sizeof owners_[0]);
        grover::prefetch(&groups_[document], sizeof groups_[0]);
        grover::prefetch(&created_at_[document], sizeof created_at_[0]);
    }

    // The keeper's thread only.
    void set_counts(std::uint32_t document, const Counts& counts);
    void set_flags(std::uint32_t document, std::uint16_t flags) {
        changing_[document].flags.store(flags, std::memory_order_relaxed);
    }
    void kill(std::uint32_t document, std::uint32_t at);
    std::uint32_t dead() const { return dead_; }
    // How far this document's boost is above what it was when the segment was built.
    double growth_of(std::uint32_t document, const Counts& counts) const;

    std::size_t bytes() const;

private:
    friend class SegmentWriter;

    struct Changing {
        std::atomic<std::uint32_t> likes{0}, comments{0}, reposts{0}, died{0};
        std::atomic<std::uint16_t> flags{0};
    };
    void index_ids();
    void index_tags();
    void index_owners();

    Time built_at_;
    Vocabulary vocabulary_;
    std::vector<TermInfo> terms_;
    std::vector<std::uint8_t> postings_;
    std::vector<Skip> skips_;
    std::vector<Window> windows_;

    std::string ids_;
    std::vector<std::uint32_t> id_ends_;
    std::vector<std::uint32_t> by_id_;  // documents, by ascending id
    std::vector<std::uint32_t> owners_;
    std::vector<std::uint32_t> groups_;
    std::vector<std::uint32_t> owner_list_;    // ascending
    std::vector<std::uint32_t> owner_starts_;  // one more than owners
    std::vector<std::uint32_t> owner_documents_;
    std::vector<std::uint32_t> tags_;
    std::vector<std::uint32_t> tag_starts_;  // one more than documents
    std::vector<std::int64_t> created_at_;
    std::vector<float> boosts_;  // at the time of building
    std::unique_ptr<Changing[]> changing_;
    std::atomic<double> growth_{1};
    std::uint32_t dead_ = 0;
};

// One posting after the other.
class PostingReader {
public:
    static constexpr std::uint32_t kEnd = UINT32_MAX;

    PostingReader(const Segment& segment, std::uint32_t term)
        : at_(segment.postings(term).data()),
          start_(at_),
          end_(at_ + segment.postings(term).size()),
          skips_(segment.skips(term)) {
        next();
    }

    std::uint32_t document() const { return document_; }
    Fields fields() const { return fields_; }

    void next() {
        if (at_ == end_) {
            document_ = kEnd;
            return;
        }
        std::uint32_t value = *at_++;
        if (value >= 0x80) {
            value &= 0x7F;
            for (int shift = 7;; shift += 7) {
                const std::uint32_t byte = *at_++;
                value |= (byte & 0x7F) << shift;
                if (byte < 0x80) break;
            }
        }
        document_ = last_ += value >> 1;
        fields_ = (value & 1) != 0 ? *at_++ : kUsualFields;
    }

    // To the first posting whose document is not below `document`.
    void seek(std::uint32_t document);

private:
    const std::uint8_t* at_;
    const std::uint8_t* start_;
    const std::uint8_t* end_;
    std::span<const Skip> skips_;
    std::uint32_t last_ = 0;
    std::uint32_t document_ = 0;
    Fields fields_ = 0;
};

}  // namespace grover::search
