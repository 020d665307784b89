#include "platform/db/postgres_args.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace grover::db {
namespace {

constexpr int kText = 0;
constexpr int kBinary = 1;
constexpr std::uint32_t kTextOid = 25;

void append_be(std::string& out, std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift & 0xff);
}

// PostgreSQL has no NUL in texts, SQLite has. None is stored, so what is looked for with one is not there: it is looked for
// with a character in its place that nobody types.
bool holds_nul(std::string_view text) { return text.find('\0') != text.npos; }
std::string without_nul(std::string_view text) {
    std::string out;
    for (const char c : text) c == '\0' ? out += "\uFFFD" : out += c;
    return out;
}

std::string binary_array(std::span<const std::string_view> texts) {
    std::string out;
    append_be(out, texts.empty() ? 0 : 1);  // dimensions
    append_be(out, 0);                      // no NULLs
    append_be(out, kTextOid);
    if (texts.empty()) return out;
    append_be(out, static_cast<std::uint32_t>(texts.size()));
    append_be(out, 1);  // the first index
    const auto append = [&out](std::string_view text) {
        append_be(out, static_cast<std::uint32_t>(text.size()));
        out += text;
    };
    for (const std::string_view text : texts) {
        if (holds_nul(text)) {
            append(without_nul(text));
        } else {
            append(text);
        }
    }
    return out;
}

}  // namespace

PostgresArgs::PostgresArgs(std::span<const Arg> args) {
    values_.reserve(args.size());
    lengths_.reserve(args.size());
    formats_.reserve(args.size());
    // Never grown: values_ points into them.
    digits_.reserve(args.size());
    arrays_.reserve(args.size());
    for (const Arg& arg : args) {
        switch (arg.kind()) {
            case Arg::Kind::null:
                add(nullptr, 0, kText);
                break;
            case Arg::Kind::integer:
            case Arg::Kind::real:
                add(digits_of(arg, digits_.emplace_back()), 0, kText);
                break;
            case Arg::Kind::text:
            case Arg::Kind::blob: {
                auto text = arg.text();
                if (arg.kind() == Arg::Kind::text && holds_nul(text))
                    text = arrays_.emplace_back(without_nul(text));
                add(text.data() != nullptr ? text.data() : "", text.size(), kBinary);
                break;
            }
            case Arg::Kind::texts: {
                const std::string& array = arrays_.emplace_back(binary_array(arg.texts()));
                add(array.data(), array.size(), kBinary);
                break;
            }
        }
    }
}

const char* PostgresArgs::digits_of(const Arg& arg, Digits& digits) {
    char* const end = digits.data() + digits.size() - 1;
    if (arg.kind() == Arg::Kind::integer) {
        *std::to_chars(digits.data(), end, arg.integer()).ptr = '\0';
    } else if (std::isfinite(arg.real())) {
        *std::to_chars(digits.data(), end, arg.real()).ptr = '\0';
    } else {
        return std::isnan(arg.real()) ? "NaN" : arg.real() > 0 ? "Infinity" : "-Infinity";
    }
    return digits.data();
}

void PostgresArgs::add(const char* value, std::size_t length, int format) {
    values_.push_back(value);
    lengths_.push_back(static_cast<int>(length));
    formats_.push_back(format);
}

}  // namespace grover::db
