#include "platform/http/response_head.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace grover::http {

namespace {

// Room for everything in a head besides the texts it is given.
constexpr std::size_t kFixedBytes = 256;

// Writes where there is known to be room: an append that checks costs as much as parsing a header.
class Writer {
public:
    explicit Writer(char* at) : at_(at) {}

    void text(std::string_view text) {
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    void number(std::uint64_t number) { at_ = std::to_chars(at_, at_ + kMaxDigits, number).ptr; }
    void line(std::string_view name, std::string_view value) {
        text(name);
        text(value);
        text("\r\n");
    }
    const char* at() const { return at_; }

private:
    static constexpr std::size_t kMaxDigits = 20;
    char* at_;
};

void write_status_line(int status, Writer& out) {
    if (status == 200) return out.text("HTTP/1.1 200 OK\r\n");
    out.text("HTTP/1.1 ");
    out.number(static_cast<std::uint64_t>(status));
    out.text(" ");
    out.text(reason_of(status));
    out.text("\r\n");
}

}  // namespace

std::string_view reason_of(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 426:
            return "Upgrade Required";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 451:
            return "Unavailable For Legal Reasons";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Status";
    }
}

std::string http_date(std::int64_t seconds_since_epoch) {
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = seconds_since_epoch;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text;
    const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                   kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                   parts.tm_hour, parts.tm_min, parts.tm_sec);
    return {text.data(), static_cast<std::size_t>(size)};
}

bool is_bodiless(int status) { return status < 200 || status == 204 || status == 304; }

void append_head(const Response& response, const AnswerFrame& frame, std::string& out) {
    const auto begin = out.size();
    const auto block = response.header_block();
    out.resize(begin + kFixedBytes + response.content_type.size() + frame.content_encoding.size() +
               frame.date.size() + frame.connection.size() + block.size());
    Writer writer(out.data() + begin);
    write_status_line(response.status, writer);
    if (!is_bodiless(response.status)) {
        if (frame.length > 0 && !response.content_type.empty())
            writer.line("Content-Type: ", response.content_type);
        if (!frame.content_encoding.empty()) writer.line("Content-Encoding: ", frame.content_encoding);
        writer.text("Content-Length: ");
        writer.number(frame.length);
        writer.text("\r\n");
    }
    if (frame.varies_by_encoding) writer.text("Vary: Accept-Encoding\r\n");
    writer.line("Date: ", frame.date);
    if (!frame.connection.empty()) writer.line("Connection: ", frame.connection);
    writer.text(block);
    writer.text("\r\n");
    out.resize(static_cast<std::size_t>(writer.at() - out.data()));
}

}  // namespace grover::http
