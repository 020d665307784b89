// How many of the people whom a reader follows follow somebody else. Private to search.
#pragma once

#include <cstdint>
#include <memory>

#include "domains/users/users.hpp"

namespace grover::discovery {

class Mutuals {
public:
    // Reads the edges when it is first asked; for a minute, or until the reader follows others, they are kept.
    Mutuals(db::Read& tx, std::shared_ptr<const users::Relations> relations, Time now)
        : tx_(tx), relations_(std::move(relations)), now_(now) {}

    std::int64_t with(const UserId& user);

private:
    struct Table;
    db::Read& tx_;
    std::shared_ptr<const users::Relations> relations_;
    Time now_;
    std::shared_ptr<const Table> table_;
};

}  // namespace grover::discovery
