// One key for each of some ids, all with one prefix and in one piece of memory: for RowCache::find_each() and Stamps::hash().
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/id.hpp"

namespace grover::db {

class PrefixedKeys {
public:
    // `ids` is a sized range of Id.
    template <class Ids>
    PrefixedKeys(std::string_view prefix, const Ids& ids) {
        text_.reserve(ids.size() * (prefix.size() + kMaxIdLength));  // so that it stays where it is
        keys_.reserve(ids.size());
        for (const auto& id : ids) {
            const auto begin = text_.size();
            text_.append(prefix).append(id.view());
            keys_.push_back(std::string_view(text_).substr(begin));
        }
    }
    PrefixedKeys(const PrefixedKeys&) = delete;
    PrefixedKeys& operator=(const PrefixedKeys&) = delete;

    // As long as this lives.
    std::span<const std::string_view> keys() const { return keys_; }

private:
    std::string text_;
    std::vector<std::string_view> keys_;
};

}  // namespace grover::db
