#include "platform/sentry/repeats.hpp"

#include <functional>

namespace grover::sentry {
namespace {

// By what the server groups too, apart from the text, which often names one thing among many.
std::size_t kind_of(const Captured& captured) {
    std::size_t hash = 0;
    for (const auto* part : {&captured.component, &captured.action, &captured.transaction, &captured.type})
        hash = hash * 31 + std::hash<std::string>{}(*part);
    return hash;
}

}  // namespace

Repeats::Verdict Repeats::see(const Captured& captured, Time now) {
    const auto key = kind_of(captured);
    auto found = kinds_.find(key);
    if (found != kinds_.end() && !found->second.kept && now >= found->second.since + kWindow)
        found->second = Kind{.since = now};
    if (found == kinds_.end()) {
        if (kinds_.size() >= kMostKinds)
            std::erase_if(kinds_, [&](const auto& one) {
                return !one.second.kept && now >= one.second.since + kWindow;
            });
        if (kinds_.size() >= kMostKinds) return Verdict::show;
        found = kinds_.emplace(key, Kind{.since = now}).first;
    }
    Kind& kind = found->second;
    if (++kind.seen <= kShown) return Verdict::show;
    if (kind.kept) {
        ++kind.kept->suppressed;
        return Verdict::counted;
    }
    kind.kept = captured;
    return Verdict::kept;
}

template <class Ends>
std::vector<Captured> Repeats::take(Ends ends) {
    std::vector<Captured> out;
    for (auto one = kinds_.begin(); one != kinds_.end();) {
        auto& kept = one->second.kept;
        if (!kept || !ends(one->second)) {
            ++one;
            continue;
        }
        out.push_back(std::move(*kept));
        one = kinds_.erase(one);
    }
    return out;
}

std::vector<Captured> Repeats::take_finished(Time now) {
    return take([now](const Kind& kind) { return now >= kind.since + kWindow; });
}

std::vector<Captured> Repeats::take_all() {
    return take([](const Kind&) { return true; });
}

}  // namespace grover::sentry
