// Passwords: Argon2id hashes and the list of those that everybody guesses first. contract/auth.md §3.
#pragma once

#include <string>
#include <string_view>

namespace grover::integrations {

// 19 MiB, 2 passes, 1 lane, a salt of 16 random bytes, as a PHC string. Takes tens of milliseconds of one
// core: run it on a runtime::WorkerPool. Throws std::bad_alloc when the memory cannot be had. Any thread.
std::string hash_password(std::string_view password);

// False also for a hash that is no PHC string. Costs as much as hash_password, whatever the answer.
bool matches_password(std::string_view hash, std::string_view password);

// Whether the hash was made with other parameters than today's.
bool needs_rehash(std::string_view hash);

// Among the 10,000 most common passwords (tools/embed_common_passwords.py says which), in any case of the
// letters. Those shorter than 8 characters are not in the list, since no account may have them. Any thread.
bool is_common_password(std::string_view password);

}  // namespace grover::integrations
