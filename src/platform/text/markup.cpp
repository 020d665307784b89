#include "platform/text/markup.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "platform/text/utf8.hpp"

namespace grover::text {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kScriptUrl = "javascript:";
constexpr std::string_view kOpening = "<script";
constexpr std::string_view kClosing = "</script";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool ends_tag_name(char c) { return c == '>' || c == '/' || is_blank(c); }

// The output so far. Every pattern we remove ends with the character being appended, so a removal only ever
// cuts the end off, and what it joins is seen when the next character is appended: one pass leaves what
// repeated passes would.
class Output {
public:
    explicit Output(std::size_t capacity) { text_.reserve(capacity); }

    void append(char c) {
        text_ += c;
        if (c == ':' && ends_with(kScriptUrl)) cut(text_.size() - kScriptUrl.size());
    }
    void cut(std::size_t size) {
        text_.resize(size);
        mark_seam();
    }
    // Here something was removed, so what comes before and after did not stand together in the input.
    void mark_seam() {
        while (!seams_.empty() && seams_.back() >= text_.size()) seams_.pop_back();
        seams_.push_back(text_.size());
    }
    bool ends_with(std::string_view word) const {
        return text_.size() >= word.size() &&
               equal_ignoring_ascii_case(std::string_view(text_).substr(text_.size() - word.size()), word);
    }
    bool joined_after(std::size_t at) const { return !seams_.empty() && seams_.back() > at; }
    std::size_t size() const { return text_.size(); }
    const std::string& text() const { return text_; }
    const std::vector<std::size_t>& seams() const { return seams_; }
    std::string take() && { return std::move(text_); }

private:
    std::string text_;
    std::vector<std::size_t> seams_;  // ascending positions in text_
};

// The complete opening script tags that no closing tag has met yet: those that stood in the input, of which
// only the first matters, and those that removals put together.
class Openings {
public:
    void add(std::size_t at, bool joined) {
        if (joined) {
            joined_.push_back(at);
        } else {
            typed_ = std::min(typed_, at);
        }
    }
    // Where the element that a closing tag ends begins, or kNone. Elements of the input go before those that
    // appear when they are gone, as in repeated passes.
    std::size_t take(bool by_joined_tag) {
        std::size_t at = typed_;
        if (!joined_.empty() && (by_joined_tag || typed_ == kNone)) {
            at = by_joined_tag ? std::min(typed_, joined_.front()) : joined_.back();
        }
        while (!joined_.empty() && joined_.back() >= at) joined_.pop_back();
        if (typed_ >= at) typed_ = kNone;
        return at;
    }

private:
    std::size_t typed_ = kNone;
    std::vector<std::size_t> joined_;  // ascending
};

// Removes from an opening tag to the first closing tag behind it, again and again.
Output remove_elements(std::string_view text) {
    struct Name {
        bool seen = false;
        bool joined = false;
        std::size_t at = 0;
    };
    Output out(text.size());
    Openings openings;
    Name opening;  // the first "<script" since the last ">"
    Name closing;  // the first "</script" since the last ">"
    const auto look_for = [&out](std::string_view word, Name& name) {
        if (name.seen || !out.ends_with(word)) return;
        const std::size_t at = out.size() - word.size();
        name = {true, out.joined_after(at), at};
    };
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t control = control_at(text, i)) {
            out.mark_seam();
            i += control;
            continue;
        }
        const char c = text[i++];
        if (ends_tag_name(c)) {
            look_for(kOpening, opening);
            look_for(kClosing, closing);
        }
        out.append(c);
        if (c != '>') continue;
        const std::size_t element = closing.seen ? openings.take(closing.joined) : kNone;
        if (element != kNone) {
            out.cut(element);
        } else if (opening.seen) {
            openings.add(opening.at, opening.joined);
        }
        opening = {};
        closing = {};
    }
    return out;
}

bool cut_joined_tag_name(Output& out) {
    for (const std::string_view name : {kOpening, kClosing}) {
        if (out.ends_with(name) && out.joined_after(out.size() - name.size())) {
            out.cut(out.size() - name.size());
            return true;
        }
    }
    return false;
}

// Takes single script tags away whose name did not stand in the input but was put together by a removal.
std::string remove_joined_tags(const Output& in) {
    const std::string& text = in.text();
    const std::size_t last_close = text.rfind('>');
    Output out(text.size());
    auto seam = in.seams().begin();
    for (std::size_t i = 0; i <= text.size(); ++i) {
        for (; seam != in.seams().end() && *seam <= i; ++seam) out.mark_seam();
        if (i == text.size()) {
            while (cut_joined_tag_name(out)) {
            }
            break;
        }
        bool dropped_rest = false;
        while (ends_tag_name(text[i]) && cut_joined_tag_name(out)) {
            if (last_close == kNone || i > last_close) continue;  // no ">" ends this tag: only its name goes
            i = text.find('>', i);
            dropped_rest = true;
            break;
        }
        if (!dropped_rest) out.append(text[i]);
    }
    return std::move(out).take();
}

// Reads the tags of one text from left to right, as an HTML reader would.
class TagReader {
public:
    explicit TagReader(std::string_view text) : text_(text), last_close_(text.rfind('>')) {
        out_.reserve(text.size());
    }

    std::string read() && {
        if (last_close_ == kNone) return std::string(text_);
        std::size_t i = 0;
        while (i < text_.size()) {
            const char c = text_[i++];
            out_ += c;
            // Inside a tag every loop ends at the latest at last_close_.
            if (c == '<' && i < last_close_ && is_letter(text_[i])) i = copy_tag(i);
        }
        return std::move(out_);
    }

private:
    struct Attribute {
        std::size_t end;
        bool is_handler;
    };

    // From the tag's name to behind its ">".
    std::size_t copy_tag(std::size_t i) {
        while (!ends_tag_name(text_[i])) out_ += text_[i++];
        for (;;) {
            while (is_blank(text_[i]) || text_[i] == '/') out_ += text_[i++];
            if (text_[i] == '>') {
                out_ += '>';
                return i + 1;
            }
            const Attribute attribute = read_attribute(i);
            if (attribute.is_handler) {
                i = drop_attribute(attribute);
            } else {
                out_.append(text_.substr(i, attribute.end - i));
                i = attribute.end;
            }
        }
    }

    std::size_t drop_attribute(Attribute attribute) {
        std::size_t i = attribute.end;
        // "=…" behind it would become the value of the attribute before it.
        for (std::size_t next = skip_blanks(i); text_[next] == '='; next = skip_blanks(i))
            i = read_attribute(next).end;
        if (is_blank(text_[i]) || text_[i] == '>') {
            while (is_blank(out_.back())) out_.pop_back();
        } else if (!is_blank(out_.back())) {
            out_ += ' ';  // what stood on both sides must not become one word
        }
        return i;
    }

    Attribute read_attribute(std::size_t i) {
        const std::size_t start = i;
        do {
            ++i;
        } while (!ends_tag_name(text_[i]) && text_[i] != '=');
        const std::string_view name = text_.substr(start, i - start);
        const bool named_on = name.size() > 2 && equal_ignoring_ascii_case(name.substr(0, 2), "on");
        std::size_t value = skip_blanks(i);
        if (text_[value] != '=') return {i, false};
        value = skip_blanks(value + 1);
        if (text_[value] == '"' || text_[value] == '\'') {
            const std::size_t quote = find_quote(text_[value], value + 1);
            if (quote != kNone && quote < last_close_) return {quote + 1, named_on};
        }
        while (!is_blank(text_[value]) && text_[value] != '>') ++value;
        return {value, named_on};
    }

    std::size_t skip_blanks(std::size_t i) const {
        while (is_blank(text_[i])) ++i;
        return i;
    }

    // The last find is kept, so that many unclosed quotes do not each search to the end.
    std::size_t find_quote(char quote, std::size_t from) {
        std::size_t& known = next_quote_[quote == '"' ? 0 : 1];
        if (known != kNone && known < from) known = text_.find(quote, from);
        return known;
    }

    std::string_view text_;
    std::size_t last_close_;
    std::string out_;
    std::array<std::size_t, 2> next_quote_{0, 0};  // 0 is before any place a value can start
};

}  // namespace

std::size_t control_at(std::string_view text, std::size_t at) {
    const unsigned char c = static_cast<unsigned char>(text[at]);
    if (c < 0x20) return c == '\t' || c == '\n' ? 0 : 1;
    if (c == 0x7F) return 1;
    // U+0080..U+009F
    return c == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0 ? 2 : 0;
}

bool may_contain_script(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '<' || control_at(text, i) != 0) return true;
        if (c != ':' || i + 1 < kScriptUrl.size()) continue;
        if (equal_ignoring_ascii_case(text.substr(i + 1 - kScriptUrl.size(), kScriptUrl.size()), kScriptUrl))
            return true;
    }
    return false;
}

std::string remove_scripts(std::string_view text) {
    Output out = remove_elements(text);
    return out.seams().empty() ? std::move(out).take() : remove_joined_tags(out);
}

std::string remove_event_attributes(std::string_view text) { return TagReader(text).read(); }

}  // namespace grover::text
