// A list of values of different types, known at compile time: what structs describe themselves with (wire/fields.hpp,
// db/row.hpp). It does nothing but hold and hand out; std::tuple's constructors, checked for every element, made
// reading these lists half of the time of a build.
#pragma once

#include <cstddef>
#include <utility>

namespace grover {

template <std::size_t, class T>
struct PackItem {
    T value;
};

template <class, class...>
struct PackItems;
template <std::size_t... I, class... T>
struct PackItems<std::index_sequence<I...>, T...> : PackItem<I, T>... {
    template <class F>
    constexpr decltype(auto) unpack(F&& f) const {
        return f(static_cast<const PackItem<I, T>*>(this)->value...);
    }
};

template <class... T>
struct Pack : PackItems<std::index_sequence_for<T...>, T...> {
    constexpr Pack(T... values) : PackItems<std::index_sequence_for<T...>, T...>{{values}...} {}
};

// f(first, second, …)
template <class F, class... T>
constexpr decltype(auto) unpack(F&& f, const Pack<T...>& pack) {
    return pack.unpack(static_cast<F&&>(f));
}

// One list of all values of several.
template <class... A>
constexpr Pack<A...> join(const Pack<A...>& all) {
    return all;
}
template <class... A, class... B, class... Rest>
constexpr auto join(const Pack<A...>& first, const Pack<B...>& second, const Rest&... rest) {
    return join(unpack(
                    [&](const auto&... a) {
                        return unpack([&](const auto&... b) { return Pack<A..., B...>(a..., b...); }, second);
                    },
                    first),
                rest...);
}

}  // namespace grover
