#include "domains/media/base64.hpp"

#include <algorithm>
#include <cctype>

namespace grover::media {

namespace {

enum : std::int8_t { kInvalid = -1, kSpace = -2, kPadding = -3 };

constexpr std::array<std::int8_t, 256> make_table() {
    std::array<std::int8_t, 256> table{};
    table.fill(kInvalid);
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < kDigits.size(); ++i) {
        table[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
    }
    table['-'] = 62;
    table['_'] = 63;
    table['='] = kPadding;
    for (const char space : {' ', '\t', '\r', '\n', '\f', '\v'})
        table[static_cast<unsigned char>(space)] = kSpace;
    return table;
}

constexpr auto kTable = make_table();

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_case) {
    return text.size() >= lower_case.size() &&
           std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                      [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

}  // namespace

void Base64Decoder::flush(Sink sink) {
    if (held_ > 0) sink({buffer_.data(), held_});
    held_ = 0;
}

bool Base64Decoder::feed(std::string_view piece, Sink sink) {
    for (const char c : piece) {
        const auto value = kTable[static_cast<unsigned char>(c)];
        if (value == kSpace) continue;
        if (value == kPadding) ++padding_;
        // Nothing follows padding but more of it.
        if (value == kInvalid || (value >= 0 && padding_ > 0)) is_broken_ = true;
        if (is_broken_) return false;
        if (value < 0) continue;
        has_any_ = true;
        bits_ = bits_ << 6 | static_cast<std::uint32_t>(value);
        if (++digits_ < 4) continue;
        digits_ = 0;
        for (const int shift : {16, 8, 0}) buffer_[held_++] = static_cast<char>(bits_ >> shift & 0xFF);
        if (held_ == buffer_.size()) flush(sink);
    }
    return true;
}

bool Base64Decoder::finish(Sink sink) {
    // One digit alone is less than a byte; padding, if there is any, completes the group.
    const bool is_complete = digits_ != 1 && (padding_ == 0 || (digits_ > 0 && digits_ + padding_ == 4));
    if (is_broken_ || !has_any_ || !is_complete) return false;
    if (digits_ == 3) {
        buffer_[held_++] = static_cast<char>(bits_ >> 10 & 0xFF);
        buffer_[held_++] = static_cast<char>(bits_ >> 2 & 0xFF);
    } else if (digits_ == 2) {
        buffer_[held_++] = static_cast<char>(bits_ >> 4 & 0xFF);
    }
    flush(sink);
    return true;
}

MediaText classify_media_text(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    if (starts_with_ignoring_case(text, "http://") || starts_with_ignoring_case(text, "https://")) {
        text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
        return {.form = MediaText::Form::url, .data = text};
    }
    if (!starts_with_ignoring_case(text, "data:")) return {.form = MediaText::Form::base64, .data = text};

    const auto comma = text.find(',');
    if (comma == std::string_view::npos) return {};
    auto header = text.substr(5, comma - 5);
    constexpr std::string_view kMark = ";base64";
    if (header.size() < kMark.size() ||
        !starts_with_ignoring_case(header.substr(header.size() - kMark.size()), kMark))
        return {};
    header.remove_suffix(kMark.size());
    return {.form = MediaText::Form::base64, .declared_type = header, .data = text.substr(comma + 1)};
}

}  // namespace grover::media
