// Making segments: from documents with their terms, and from several segments one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/search/segment.hpp"

namespace grover::search {

// The last step of both ways. Documents by descending rank, then terms ascending, each with its postings ascending.
class SegmentWriter {
public:
    SegmentWriter(Time now, Aging aging) : now_(now), aging_(aging), segment_(std::make_shared<Segment>()) {}

    void document(std::string_view id, std::uint32_t owner, std::uint32_t group, std::int64_t created_at);
    void begin_term(std::string_view term);
    void posting(std::uint32_t document, Fields fields);
    // What changes comes last: counts and flags of each document, in order.
    std::shared_ptr<Segment> finish(
        const std::function<std::pair<Counts, std::uint16_t>(std::uint32_t)>& facts);

private:
    void append_number(std::uint32_t value);

    Time now_;
    Aging aging_;
    std::shared_ptr<Segment> segment_;
    std::uint32_t last_ = 0;
};

class SegmentBuilder {
public:
    explicit SegmentBuilder(Aging aging) : aging_(aging) {}

    // Begins a document; its terms follow. A term given twice has the fields of both.
    void document(DocumentFacts facts);
    void term(std::string_view term, Fields fields);

    std::size_t size() const { return documents_.size(); }
    // Empty afterwards.
    std::shared_ptr<Segment> build(Time now);

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    struct Posting {
        std::uint32_t term;
        Fields fields;
    };

    Aging aging_;
    std::vector<DocumentFacts> documents_;
    std::vector<std::size_t> starts_;  // of each document's postings
    std::vector<Posting> postings_;
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> terms_;
    std::vector<std::uint32_t> last_document_;  // in which a term occurred
    std::vector<std::size_t> last_posting_;     // where that one is
};

// All living documents of the segments, ranked anew.
std::shared_ptr<Segment> merge(const std::vector<std::shared_ptr<Segment>>& segments, Aging aging, Time now);

}  // namespace grover::search
