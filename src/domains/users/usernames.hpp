// Making up usernames: for accounts that did not choose one, and as suggestions. Private to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace grover::users {

inline constexpr std::size_t kMinUsername = 3;
inline constexpr std::size_t kMaxUsername = 30;

// What of a text can be in a username: "Ana María López" is "ana_maria_lopez"; at most kMaxUsername characters, perhaps
// fewer than kMinUsername, perhaps none.
std::string username_base(std::string_view text);

// `count` different well-formed names that begin like `base`, the first ones short; none of them reserved.
std::vector<std::string> username_candidates(std::string_view base, int count);

}  // namespace grover::users
