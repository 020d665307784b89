// Bound values as libpq takes them. Private to this folder.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "platform/db/statement.hpp"

namespace grover::db {

// Numbers travel as text, because the server may have inferred any type of number; texts, bytes and arrays in binary, which
// needs no quoting and no ending zero. Views the arguments.
class PostgresArgs {
public:
    explicit PostgresArgs(std::span<const Arg> args);

    int size() const { return static_cast<int>(values_.size()); }
    const char* const* values() const { return values_.data(); }
    const int* lengths() const { return lengths_.data(); }
    const int* formats() const { return formats_.data(); }

private:
    using Digits = std::array<char, 32>;
    const char* digits_of(const Arg& arg, Digits& digits);
    void add(const char* value, std::size_t length, int format);

    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::vector<Digits> digits_;
    std::vector<std::string> arrays_;
};

}  // namespace grover::db
