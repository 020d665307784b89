#include "platform/config/setting.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <cmath>

#include "platform/config/url.hpp"
#include "platform/text/amounts.hpp"
#include "platform/text/utf8.hpp"

namespace grover::config {
namespace {

Setting of_text(std::string_view name, std::string Config::*member, std::string default_value,
                std::string_view help, Extra extra, std::function<std::string(std::string_view)> read) {
    return {name,
            std::move(default_value),
            help,
            std::move(extra),
            [member, read = std::move(read)](Config& c, std::string_view v) { c.*member = read(v); },
            [member](Config& c) { (c.*member).clear(); },
            [member](const Config& c) { return c.*member; }};
}

const Check kHttpUrl = matches(is_http_url, "must be an http or https address");

std::string show_number(double value) {
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), result.ptr};
}

}  // namespace

std::int64_t read_whole_number(std::string_view value, std::int64_t min, std::int64_t max) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() || number < min || number > max) {
        throw Malformed("must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    }
    return number;
}

double read_fraction(std::string_view value, double min, double max) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() || !(number >= min && number <= max)) {
        throw Malformed("must be a number from " + show_number(min) + " to " + show_number(max));
    }
    return number;
}

bool equal_words(std::string_view a, std::string_view b) { return text::equal_ignoring_ascii_case(a, b); }

bool read_flag(std::string_view value) {
    for (const char* word : {"true", "1", "yes", "on"}) {
        if (equal_words(word, value)) return true;
    }
    for (const char* word : {"false", "0", "no", "off"}) {
        if (equal_words(word, value)) return false;
    }
    throw Malformed("must be true or false");
}

std::vector<std::string> read_list(std::string_view value) {
    std::vector<std::string> items;
    while (!value.empty()) {
        const std::size_t comma = value.find(',');
        const std::string_view item = text::trim(value.substr(0, comma));
        if (!item.empty()) items.emplace_back(item);
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    }
    return items;
}

std::string join(const std::vector<std::string>& items) {
    std::string out;
    for (const std::string& item : items) out += (out.empty() ? "" : ",") + item;
    return out;
}

Check at_most(std::size_t characters) {
    return [characters](std::string_view value) {
        if (text::count_code_points(value) > characters) {
            throw Malformed("must have at most " + std::to_string(characters) + " characters");
        }
    };
}

Check matches(bool (*predicate)(std::string_view), std::string sentence) {
    return [predicate, sentence = std::move(sentence)](std::string_view value) {
        if (!predicate(value)) throw Malformed(sentence);
    };
}

void require_readable(std::string_view path) {
    if (::access(std::string(path).c_str(), R_OK) != 0) throw Malformed("must name a file that can be read");
}

Setting text(std::string_view name, std::string Config::*member, std::string default_value,
             std::string_view help, Check check, Extra extra) {
    return of_text(name, member, std::move(default_value), help, std::move(extra),
                   [check = std::move(check)](std::string_view value) {
                       if (check) check(value);
                       return std::string(value);
                   });
}

Setting secret(std::string_view name, std::string Config::*member, std::string_view help, Extra extra) {
    extra.secrecy = Secrecy::secret;
    return text(name, member, "", help, {}, std::move(extra));
}

Setting url(std::string_view name, std::string Config::*member, std::string default_value,
            std::string_view help, Extra extra) {
    return text(name, member, std::move(default_value), help, kHttpUrl, std::move(extra));
}

Setting base_url(std::string_view name, std::string Config::*member, std::string default_value,
                 std::string_view help, Extra extra) {
    return of_text(name, member, std::move(default_value), help, std::move(extra),
                   [](std::string_view value) {
                       kHttpUrl(value);
                       while (value.ends_with('/')) value.remove_suffix(1);
                       return std::string(value);
                   });
}

Setting flag(std::string_view name, bool Config::*member, bool default_value, std::string_view help,
             Extra extra) {
    return {name,
            default_value ? "true" : "false",
            help,
            std::move(extra),
            [member](Config& c, std::string_view v) { c.*member = read_flag(v); },
            [member](Config& c) { c.*member = false; },
            [member](const Config& c) { return std::string(c.*member ? "true" : "false"); }};
}

Setting share(std::string_view name, double Config::*member, std::string default_value,
              std::string_view help) {
    return {name,
            std::move(default_value),
            help,
            {.only_warns = true},
            [member](Config& c, std::string_view v) { c.*member = read_fraction(v, 0, 1); },
            [member](Config& c) { c.*member = 0; },
            [member](const Config& c) { return show_number(c.*member); }};
}

Setting list(std::string_view name, std::vector<std::string> Config::*member, std::string default_value,
             std::string_view help, Check check, Extra extra) {
    return {name,
            std::move(default_value),
            help,
            std::move(extra),
            [member, check = std::move(check)](Config& c, std::string_view v) {
                std::vector<std::string> items = read_list(v);
                for (const std::string& item : items) {
                    if (check) check(item);
                }
                c.*member = std::move(items);
            },
            [member](Config& c) { (c.*member).clear(); },
            [member](const Config& c) { return join(c.*member); }};
}

Setting networks(std::string_view name, std::vector<IpNetwork> Config::*member, std::string default_value,
                 std::string_view help) {
    return {name,
            std::move(default_value),
            help,
            {},
            [member](Config& c, std::string_view v) {
                std::vector<IpNetwork> all;
                for (const std::string& item : read_list(v)) {
                    const auto network = parse_network(item);
                    if (!network)
                        throw Malformed("must be a comma-separated list of networks such as 10.0.0.0/8");
                    all.push_back(*network);
                }
                c.*member = std::move(all);
            },
            [member](Config& c) { (c.*member).clear(); },
            [member](const Config& c) {
                std::string out;
                for (const IpNetwork& network : c.*member)
                    out += (out.empty() ? "" : ",") + to_string(network);
                return out;
            }};
}

Setting path(std::string_view name, std::filesystem::path Config::*member, std::string default_value,
             std::string_view help, Extra extra) {
    return {name,
            std::move(default_value),
            help,
            std::move(extra),
            [member](Config& c, std::string_view v) { c.*member = std::filesystem::path(v); },
            [member](Config& c) { (c.*member).clear(); },
            [member](const Config& c) { return (c.*member).string(); }};
}

Setting amount(std::string_view name, Cents Config::*member, std::string default_value,
               std::string_view help) {
    return {name,
            std::move(default_value),
            help,
            {},
            [member](Config& c, std::string_view v) {
                const auto cents = text::parse_amount(v);
                if (!cents || cents->value <= 0) throw Malformed("must be an amount in dollars above 0");
                c.*member = *cents;
            },
            [member](Config& c) { c.*member = Cents{}; },
            [member](const Config& c) { return to_dollars(c.*member); }};
}

}  // namespace grover::config
