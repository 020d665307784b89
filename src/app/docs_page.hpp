// The interactive documentation: contract/system.md §1, "/docs".
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "app/assets.hpp"
#include "platform/api/api.hpp"

namespace grover::app {

// The embedded files as they are sent. Any thread.
class Documents {
public:
    explicit Documents(std::span<const Asset> assets);

    struct Sent {
        std::string_view content_type;
        std::shared_ptr<const std::string> body;
    };
    // Made when first asked for in that form, and kept: there are a few of them, a megabyte each at most. Throws 404.
    Sent packed(std::string_view name);
    Sent unpacked(std::string_view name);

private:
    struct Document {
        Asset asset;
        std::once_flag packed_made, unpacked_made;
        std::shared_ptr<const std::string> packed, unpacked;
    };
    Document& get(std::string_view name);

    std::deque<Document> documents_;
};

void add_docs_page(Api& api);

}  // namespace grover::app
