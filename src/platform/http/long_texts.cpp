#include "platform/http/long_texts.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/http/spool.hpp"

namespace grover::http {
namespace {

[[noreturn]] void fail_too_large() { throw Error(ErrorKind::too_large, "Request body too large"); }

// What both kinds of body share: what is held, and the long text that is being written, if one is.
class Reader {
public:
    Reader(Exchange& exchange, const TextFileFields& fields, const std::string& directory,
           const LongTextLimits& limits)
        : exchange_(exchange), fields_(fields), directory_(directory), limits_(limits) {}

    template <class OnPiece>
    void read(OnPiece on_piece) {
        if (exchange_.request().content_length.value_or(0) > limits_.body) fail_too_large();
        for (auto piece = exchange_.read_some(); !piece.empty(); piece = exchange_.read_some()) {
            out_.bytes_read += piece.size();
            if (out_.bytes_read > limits_.body) fail_too_large();
            on_piece(piece);
            if (out_.body.size() > limits_.held) fail_too_large();
        }
    }

    // The text that begins at `begin` of what is held goes to disk from now on, if a field of that name may be a file.
    bool spool(std::string_view name, std::size_t begin) {
        if (out_.body.size() - begin <= kMaxHeldText || !fields_.contains(name)) return false;
        text_.emplace(std::string(name), directory_);
        return true;
    }
    void end_text() {
        out_.files.push_back(text_->take());
        text_.reset();
    }

    BodyWithFiles out_;
    std::optional<SpooledText> text_;

private:
    Exchange& exchange_;
    const TextFileFields& fields_;
    const std::string& directory_;
    const LongTextLimits& limits_;
};

class JsonReader : Reader {
public:
    using Reader::Reader;

    BodyWithFiles run() {
        read([&](std::string_view piece) { take(piece); });
        return std::move(out_);
    }

private:
    void take(std::string_view piece) {
        while (!piece.empty()) {
            if (in_escape_ > 0) {
                take_escape(piece.front());
                piece.remove_prefix(1);
            } else if (in_string_) {
                const auto run = piece.substr(0, piece.find_first_of("\"\\"));
                take_text(run);
                piece.remove_prefix(run.size());
                if (piece.empty()) return;
                if (piece.front() == '"') {
                    end_string();
                } else {
                    in_escape_ = 1;
                    escape_.clear();
                    if (!text_) out_.body += '\\';
                }
                piece.remove_prefix(1);
            } else {
                take_structure(piece.front());
                piece.remove_prefix(1);
            }
        }
    }

    void take_text(std::string_view run) {
        if (text_) return text_->write(run);
        out_.body += run;
        if (!is_member_ || depth_ != 1 || !spool(key_, string_begin_)) return;
        // What came before goes through the same hands as what follows; the opening quote stays out.
        const std::string begun = out_.body.substr(string_begin_ + 1);
        out_.body.resize(string_begin_);
        take(begun);
    }

    // After the backslash. Base64 has few letters that need one: "\/", line breaks, and "\u002b" by careful writers.
    void take_escape(char c) {
        if (!text_) {
            out_.body += c;
            in_escape_ = 0;
            return;
        }
        escape_ += c;
        if (escape_.front() != 'u') {
            in_escape_ = 0;
            if (c == '/') return text_->write("/");
            if (c == 'n' || c == 'r' || c == 't') return text_->write("\n");
        } else if (++in_escape_ <= 5) {
            return;
        } else {
            in_escape_ = 0;
            unsigned code = 0;
            const auto parsed = std::from_chars(escape_.data() + 1, escape_.data() + 5, code, 16);
            if (parsed.ptr == escape_.data() + 5 && code > 0 && code < 0x80) {
                const char plain = static_cast<char>(code);
                return text_->write({&plain, 1});
            }
        }
        throw invalid_input({"body", key_}, key_ + " is not a file");
    }

    void end_string() {
        in_string_ = false;
        if (text_) {
            out_.body += "null";
            return end_text();
        }
        out_.body += '"';
        if (depth_ == 1 && !is_member_)
            last_ = out_.body.substr(string_begin_ + 1, out_.body.size() - string_begin_ - 2);
    }

    void take_structure(char c) {
        if (c == '"') {
            in_string_ = true;
            string_begin_ = out_.body.size();
        } else if (c == '{' || c == '[') {
            ++depth_;
            is_member_ = false;
        } else if (c == '}' || c == ']') {
            --depth_;
        } else if (depth_ == 1 && c == ':') {
            key_ = std::move(last_);
            is_member_ = true;
        } else if (depth_ == 1 && c == ',') {
            is_member_ = false;
        }
        out_.body += c;
    }

    bool in_string_ = false;
    int in_escape_ = 0;  // 1 behind the backslash; counts the characters of \u
    std::string escape_;
    int depth_ = 0;
    bool is_member_ = false;  // behind the colon of a member at the top
    std::size_t string_begin_ = 0;
    std::string last_;  // the last text at the top that was no value
    std::string key_;
};

class FormReader : Reader {
public:
    using Reader::Reader;

    BodyWithFiles run() {
        read([&](std::string_view piece) { take(piece); });
        if (text_) end_pair();
        return std::move(out_);
    }

private:
    void take(std::string_view piece) {
        while (!piece.empty()) {
            const auto run = piece.substr(0, piece.find_first_of(name_ended_ ? "&" : "&="));
            piece.remove_prefix(run.size());
            if (text_) {
                write_decoded(run);
            } else {
                out_.body += run;
                if (name_ended_) spool_value();
            }
            if (piece.empty()) return;
            const char c = piece.front();
            piece.remove_prefix(1);
            if (c == '&' && text_) {
                end_pair();
                continue;
            }
            out_.body += c;
            if (c == '=') {
                name_ended_ = true;
                value_begin_ = out_.body.size();
            } else {
                name_ended_ = false;
                pair_begin_ = out_.body.size();
            }
        }
    }

    void spool_value() {
        const auto name = std::string_view(out_.body).substr(pair_begin_, value_begin_ - pair_begin_ - 1);
        if (!spool(name, value_begin_)) return;
        const std::string begun = out_.body.substr(value_begin_);
        out_.body.resize(pair_begin_);
        write_decoded(begun);
    }

    // A "%2B" may be cut by the end of a piece: the part that may be one waits for the rest.
    void write_decoded(std::string_view run) {
        escape_ += run;
        const auto percent = escape_.rfind('%');
        const bool is_cut = percent != std::string::npos && escape_.size() - percent < 3;
        const auto whole = is_cut ? percent : escape_.size();
        text_->write(percent_decoded(std::string_view(escape_).substr(0, whole), PlusIs::plus));
        escape_.erase(0, whole);
    }

    void end_pair() {
        text_->write(escape_);
        escape_.clear();
        end_text();
        name_ended_ = false;
        pair_begin_ = out_.body.size();
    }

    bool name_ended_ = false;
    std::size_t pair_begin_ = 0;
    std::size_t value_begin_ = 0;
    std::string escape_;
};

}  // namespace

BodyWithFiles read_json_with_files(Exchange& exchange, const TextFileFields& fields,
                                   const std::string& directory, const LongTextLimits& limits) {
    return JsonReader(exchange, fields, directory, limits).run();
}

BodyWithFiles read_form_with_files(Exchange& exchange, const TextFileFields& fields,
                                   const std::string& directory, const LongTextLimits& limits) {
    return FormReader(exchange, fields, directory, limits).run();
}

}  // namespace grover::http
