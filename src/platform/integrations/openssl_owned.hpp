// What OpenSSL hands out to be freed. Private to this folder.
#pragma once

#include <memory>

namespace grover::integrations {

template <class T, void (*kFree)(T*)>
struct Freed {
    void operator()(T* it) const { kFree(it); }
};
// Null is what OpenSSL returns on failure: check before use.
template <class T, void (*kFree)(T*)>
using Owned = std::unique_ptr<T, Freed<T, kFree>>;

}  // namespace grover::integrations
