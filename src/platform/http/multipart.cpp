#include "platform/http/multipart.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/http/part_headers.hpp"
#include "platform/http/spool.hpp"

namespace grover::http {

namespace {

constexpr std::size_t kMaxBoundary = 200;

struct Malformed {
    const char* what;
};

[[noreturn]] void fail_malformed(const char* what) { throw Malformed{what}; }

std::string sentence_of(const Malformed& problem) {
    return std::string("Malformed multipart body: ") + problem.what;
}

[[noreturn]] void fail_too_large(const char* what) { throw Error(ErrorKind::too_large, what); }

// The rest of the request is not worth waiting for.
struct GivenUp {};

class Reader {
public:
    Reader(Exchange& exchange, std::string_view boundary, const std::string& directory,
           const MultipartLimits& limits)
        : exchange_(exchange),
          delimiter_("\r\n--" + std::string(boundary)),
          directory_(directory),
          limits_(limits) {}

    MultipartForm read();

private:
    // Reads until `window_` holds at least that many bytes; false at the end of the body.
    bool fill(std::size_t size);
    bool read_piece();
    void consume(std::size_t size) { begin_ += size; }
    std::string_view window() const { return std::string_view(window_).substr(begin_); }

    void skip_preamble();
    // Behind a delimiter: true if a part follows, false if that was the last.
    bool next_part();
    void read_part();
    std::string read_headers();
    template <class OnContent>
    void read_content(OnContent on_content);
    void read_text(PartHeaders headers);
    void read_file(PartHeaders headers);
    void check_request_size() const;

    Exchange& exchange_;
    const std::string delimiter_;
    const std::string& directory_;
    const MultipartLimits& limits_;
    // The first delimiter has no line break before it, so one is put there.
    std::string window_ = "\r\n";
    std::size_t begin_ = 0;
    std::size_t parts_ = 0;
    std::size_t text_ = 0;
    std::size_t files_ = 0;
    MultipartForm form_;
};

bool Reader::read_piece() {
    const auto piece = exchange_.read_some();
    if (piece.empty()) return false;
    form_.bytes_read += piece.size();
    check_request_size();
    window_.erase(0, std::exchange(begin_, 0));
    window_ += piece;
    return true;
}

void Reader::check_request_size() const {
    if (form_.bytes_read <= (files_ > 1 ? limits_.request_of_several_files : limits_.request)) return;
    fail_too_large("Request body too large");
}

bool Reader::fill(std::size_t size) {
    while (window().size() < size) {
        if (!read_piece()) return false;
    }
    return true;
}

void Reader::skip_preamble() {
    for (;;) {
        const auto found = window().find(delimiter_);
        if (found != std::string_view::npos) return consume(found + delimiter_.size());
        if (window().size() >= delimiter_.size()) consume(window().size() - delimiter_.size() + 1);
        if (!read_piece()) fail_malformed("no boundary");
    }
}

bool Reader::next_part() {
    for (;;) {
        if (!fill(2)) fail_malformed("cut off");
        if (window().starts_with("--")) return false;
        if (window().starts_with("\r\n")) return true;
        // Padding is allowed behind a boundary.
        if (window().front() != ' ' && window().front() != '\t') fail_malformed("bad boundary");
        consume(1);
    }
}

std::string Reader::read_headers() {
    // From the line break of the boundary to the empty line: "\r\n\r\n" alone means no headers.
    std::size_t looked_at = 0;
    for (;;) {
        const auto found = window().find("\r\n\r\n", looked_at);
        if (found != std::string_view::npos) {
            if (found > limits_.part_headers) fail_too_large("Part headers too large");
            std::string headers(found == 0 ? std::string_view() : window().substr(2, found));
            consume(found + 4);
            return headers;
        }
        if (window().size() > limits_.part_headers + 4) fail_too_large("Part headers too large");
        looked_at = window().size() < 3 ? 0 : window().size() - 3;
        if (!read_piece()) fail_malformed("cut off");
    }
}

// Up to the next delimiter, which is taken too.
template <class OnContent>
void Reader::read_content(OnContent on_content) {
    for (;;) {
        const auto content = window();
        const auto found = content.find(delimiter_);
        if (found != std::string_view::npos) {
            on_content(content.substr(0, found));
            return consume(found + delimiter_.size());
        }
        // The delimiter may have begun in what is kept.
        if (content.size() >= delimiter_.size()) {
            const auto certain = content.size() - delimiter_.size() + 1;
            on_content(content.substr(0, certain));
            consume(certain);
        }
        if (!read_piece()) fail_malformed("cut off");
    }
}

void Reader::read_text(PartHeaders headers) {
    FormField field{std::move(headers.name), {}};
    std::optional<SpooledText> spooled;
    read_content([&](std::string_view content) {
        if (spooled) return spooled->write(content);
        if (field.value.size() + content.size() > kMaxHeldText && limits_.text_files.contains(field.name)) {
            spooled.emplace(field.name, directory_);
            spooled->write(std::exchange(field.value, {}));
            return spooled->write(content);
        }
        text_ += content.size();
        if (text_ > limits_.text) fail_too_large("Request body too large");
        field.value += content;
    });
    if (spooled) {
        ++files_;
        form_.files.push_back(spooled->take());
    } else {
        form_.fields.push_back(std::move(field));
    }
}

void Reader::read_file(PartHeaders headers) {
    ++files_;
    // In the form from the start: a failure deletes what was written.
    UploadedFile& file = form_.files.emplace_back();
    file.part_name = std::move(headers.name);
    file.file_name = headers.file_name.value_or("");
    file.declared_type = std::move(headers.content_type);
    {
        Spool spool(directory_);
        file.path = spool.path();
        read_content([&](std::string_view content) {
            file.size += content.size();
            if (file.size <= limits_.file) return spool.write(content);
            file.too_large = true;
            throw GivenUp();
        });
    }
    // What a browser sends when no file was chosen.
    if (file.size == 0 && headers.file_name && headers.file_name->empty()) {
        form_.files.pop_back();
        --files_;
    }
}

void Reader::read_part() {
    if (++parts_ > limits_.parts) fail_too_large("Too many parts");
    auto headers = parse_part_headers(read_headers());
    if (!headers) fail_malformed("a part without a name");
    if (headers->is_file()) {
        read_file(std::move(*headers));
    } else {
        read_text(std::move(*headers));
    }
}

MultipartForm Reader::read() {
    if (exchange_.request().content_length.value_or(0) > limits_.request_of_several_files) {
        fail_too_large("Request body too large");
    }
    try {
        skip_preamble();
        while (next_part()) read_part();
        do {
            consume(window().size());
        } while (read_piece());
    } catch (const GivenUp&) {
        form_.files.back().discard();
        form_.is_cut_short = true;
    } catch (const Malformed& problem) {
        form_.malformed = sentence_of(problem);
    }
    return std::move(form_);
}

}  // namespace

MultipartForm read_multipart(Exchange& exchange, std::string_view content_type, const std::string& directory,
                             const MultipartLimits& limits) {
    const auto boundary = header_parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > kMaxBoundary ||
        boundary->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
        MultipartForm none;
        none.malformed = sentence_of({"no boundary"});
        return none;
    }
    return Reader(exchange, *boundary, directory, limits).read();
}

}  // namespace grover::http
