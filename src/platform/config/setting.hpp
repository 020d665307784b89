// How one setting is declared. Private to platform/config; settings.cpp is the list.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/cents.hpp"
#include "platform/config/config.hpp"

namespace grover::config {

enum class Secrecy : std::uint8_t {
    open,
    password,  // an address whose password is hidden
    secret,
};

// A value that its setting refuses; the sentence goes on from the name: "must be …".
class Malformed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// What most settings leave at its default.
struct Extra {
    std::vector<std::string_view> aliases{};
    Secrecy secrecy = Secrecy::open;
    // Set, but blank, is an error in these words instead of unset.
    std::string_view blank_error{};
    // A refused value is a warning and the default holds, instead of an error.
    bool only_warns = false;
    // A default that follows from settings above this one; wins over the fixed one.
    std::function<std::string(const Config&)> default_from{};
};

struct Setting {
    std::string_view name;
    std::string default_value;
    std::string_view help;
    Extra extra;
    std::function<void(Config&, std::string_view)>
        read;                            // throws Malformed; never called with a blank value …
    std::function<void(Config&)> clear;  // … which leaves the member empty
    std::function<std::string(const Config&)> show;
};

std::int64_t read_whole_number(std::string_view value, std::int64_t min, std::int64_t max);
double read_fraction(std::string_view value, double min, double max);
bool read_flag(std::string_view value);
std::vector<std::string> read_list(std::string_view value);
std::string join(const std::vector<std::string>& list);

// A check of a text: throws Malformed.
using Check = std::function<void(std::string_view)>;
Check at_most(std::size_t characters);
Check matches(bool (*predicate)(std::string_view), std::string sentence);
// That the file can be read.
void require_readable(std::string_view path);

Setting text(std::string_view name, std::string Config::*member, std::string default_value,
             std::string_view help, Check check = {}, Extra extra = {});
Setting secret(std::string_view name, std::string Config::*member, std::string_view help, Extra extra = {});
// http(s) address.
Setting url(std::string_view name, std::string Config::*member, std::string default_value,
            std::string_view help, Extra extra = {});
// An address that paths are put behind: slashes at its end are dropped.
Setting base_url(std::string_view name, std::string Config::*member, std::string default_value,
                 std::string_view help, Extra extra = {});
Setting flag(std::string_view name, bool Config::*member, bool default_value, std::string_view help,
             Extra extra = {});
// 0..1; a refused value warns.
Setting share(std::string_view name, double Config::*member, std::string default_value,
              std::string_view help);
// Comma-separated; blanks are skipped, each of the others is checked.
Setting list(std::string_view name, std::vector<std::string> Config::*member, std::string default_value,
             std::string_view help, Check check = {}, Extra extra = {});
Setting networks(std::string_view name, std::vector<IpNetwork> Config::*member, std::string default_value,
                 std::string_view help);
Setting path(std::string_view name, std::filesystem::path Config::*member, std::string default_value,
             std::string_view help, Extra extra = {});
Setting amount(std::string_view name, Cents Config::*member, std::string default_value,
               std::string_view help);

template <class Number>
std::int64_t count_of(Number value) {
    if constexpr (std::integral<Number>) {
        return value;
    } else {
        return value.count();
    }
}

// A whole number, or a duration counted in the unit of its type.
template <class Number>
Setting number(std::string_view name, Number Config::*member, std::int64_t default_value, std::int64_t min,
               std::int64_t max, std::string_view help, Extra extra = {}) {
    return {name,
            std::to_string(default_value),
            help,
            std::move(extra),
            [=](Config& c, std::string_view v) {
                c.*member = static_cast<Number>(read_whole_number(v, min, max));
            },
            [=](Config& c) { c.*member = Number{}; },
            [=](const Config& c) { return std::to_string(count_of(c.*member)); }};
}

// One of several words, in any case.
template <class Enum>
Setting choice(std::string_view name, Enum Config::*member, std::string default_value,
               std::vector<std::pair<std::string_view, Enum>> words, std::string_view help, Extra extra = {});

bool equal_words(std::string_view a, std::string_view b);

template <class Enum>
Setting choice(std::string_view name, Enum Config::*member, std::string default_value,
               std::vector<std::pair<std::string_view, Enum>> words, std::string_view help, Extra extra) {
    return {name,
            std::move(default_value),
            help,
            std::move(extra),
            [=](Config& c, std::string_view v) {
                std::string known;
                for (const auto& [word, value] : words) {
                    if (equal_words(word, v)) {
                        c.*member = value;
                        return;
                    }
                    known += (known.empty() ? "" : ", ") + std::string(word);
                }
                throw Malformed("must be one of " + known);
            },
            [=](Config& c) { c.*member = Enum{}; },
            [=](const Config& c) {
                for (const auto& [word, value] : words) {
                    if (value == c.*member) return std::string(word);
                }
                return std::string();
            }};
}

// In the order of their dependence: a default may follow from the settings above.
const std::vector<Setting>& settings();

// What is wrong or odd about several settings together, and what follows from them. Adds lines to both lists.
void apply_rules(Config& config, std::vector<std::string>& errors, std::vector<std::string>& warnings);

inline constexpr std::string_view kPlaceholderSecret = "your-secret-key-change-in-production";

}  // namespace grover::config
