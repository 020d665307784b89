#include "platform/db/row.hpp"

#include <stdexcept>

namespace grover::db {

void check_columns(const Row& row, std::string_view what, const std::string_view* names, int count) {
    bool same = row.size() == count;
    for (int i = 0; same && i < count; ++i) same = row.name(i) == names[i];
    if (same) return;

    std::string sentence(what);
    sentence += " returns (";
    for (int i = 0; i < row.size(); ++i) sentence.append(i > 0 ? ", " : "").append(row.name(i));
    sentence += ") but is read as (";
    for (int i = 0; i < count; ++i) sentence.append(i > 0 ? ", " : "").append(names[i]);
    throw std::logic_error(sentence + ")");
}

}  // namespace grover::db
