#include "platform/observability/log.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <regex>
#include <thread>

#include "platform/observability/log_testing.hpp"

using namespace grover;
using namespace grover::log_testing;

namespace {

// The line without time, process and thread, which differ from run to run.
std::string stable(std::string line) {
    line =
        std::regex_replace(line, std::regex(R"("ts":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")"), "\"ts\":T");
    line = std::regex_replace(line, std::regex(R"("pid":\d+)"), "\"pid\":P");
    return std::regex_replace(line, std::regex(R"("thread":"[^"]*")"), "\"thread\":N");
}

std::string fields_of(Lines& lines) {
    const std::string line = lines.all().back();
    const std::string mark = "\"session_id\":null,";
    const std::size_t at = line.find(mark);
    REQUIRE(at != std::string::npos);
    return line.substr(at + mark.size(), line.size() - at - mark.size() - 1);
}

constexpr auto kNobody =
    R"("request_id":null,"trace_id":null,"span_id":null,"user_id":null,"session_id":null)";

}  // namespace

TEST_CASE("a line is one JSON object with the fields of the contract in order") {
    Lines lines({.node = "n1"});
    log::info("listening", {{"port", 8001},
                            {"tls", false},
                            {"ratio", 0.5},
                            {"none", nullptr},
                            {"big", std::uint64_t{1} << 40},
                            {"name", std::string("x")}});
    constexpr log::Logger kDb{"db"};
    kDb.warning("slow");
    REQUIRE(lines.all().size() == 2);
    CHECK(
        stable(lines.all()[0]) ==
        std::string(
            R"({"ts":T,"level":"info","msg":"listening","logger":"server","node":"n1","pid":P,"thread":N,)") +
            kNobody + R"(,"port":8001,"tls":false,"ratio":0.5,"none":null,"big":1099511627776,"name":"x"})");
    CHECK(stable(lines.all()[1]) ==
          std::string(
              R"({"ts":T,"level":"warning","msg":"slow","logger":"db","node":"n1","pid":P,"thread":N,)") +
              kNobody + "}");
}

TEST_CASE("a line says whose work it is about") {
    Lines lines;
    log::Context context{.request_id = "req-1", .trace_id = "t", .span_id = "s"};
    {
        const log::ContextScope scope(context);
        context.user_id = "user_1";  // known after sign-in
        context.session_id = "sess_1";
        log::info("inside");
        const log::Context inner{.request_id = "req-2"};
        const log::ContextScope nested(inner);
        log::info("nested");
    }
    log::info("outside");
    CHECK(
        lines.all()[0].find(
            R"("request_id":"req-1","trace_id":"t","span_id":"s","user_id":"user_1","session_id":"sess_1"})") !=
        std::string::npos);
    CHECK(lines.all()[1].find(R"("request_id":"req-2","trace_id":null)") != std::string::npos);
    CHECK(lines.all()[2].find(kNobody) != std::string::npos);
}

TEST_CASE("levels below the configured one cost and write nothing; SIGUSR1 switches debug on and off") {
    Lines lines({.level = LogLevel::warning});
    CHECK_FALSE(log::enabled(LogLevel::info));
    CHECK(log::enabled(LogLevel::warning));
    log::debug("no");
    log::info("no");
    log::warning("yes");
    log::toggle_debug();
    log::debug("yes");
    log::toggle_debug();
    log::info("no");
    log::error("yes");
    log::critical("yes");
    REQUIRE(lines.all().size() == 4);
    for (const std::string& line : lines.all()) CHECK(line.find("\"msg\":\"yes\"") != std::string::npos);
}

TEST_CASE("no value forges a line or commands a terminal") {
    Lines lines;
    log::info("evil\n{\"ts\":\"x\"}", {{"a", "\r\n\x1b[2J\x7f"},
                                       {"b", "\u0085\u009b\u2028\u2029"},
                                       {"c", "q\"b\\s\t"},
                                       {"d", "\xff\xc3(é🔥"},
                                       {"e", std::string("\0", 1)}});
    REQUIRE(lines.all().size() == 1);
    CHECK(lines.all()[0].find(R"("msg":"evil\n{\"ts\":\"x\"}")") != std::string::npos);
    CHECK(fields_of(lines) ==
          R"("a":"\r\n\u001b[2J\u007f","b":"\u0085\u009b\u2028\u2029","c":"q\"b\\s\t","d":")"
          "\uFFFD\uFFFD(é🔥"
          R"(","e":"\u0000")");
}

TEST_CASE("secrets and personal data never reach the log") {
    Lines lines;
    log::info("signed in as ada@example.org", {{"password", "hunter2"},
                                               {"access_token", "abc"},
                                               {"mfa_code", 123456},
                                               {"has_password", true},
                                               {"header", "Bearer gst_0123456789"},
                                               {"client_ip", "192.0.2.17"},
                                               {"note", "from ada@example.org"},
                                               {"session_id", "sess_1"},
                                               {"status_code", 400}});
    CHECK(lines.all()[0].find("\"msg\":\"signed in as [Filtered]\"") != std::string::npos);
    CHECK(
        fields_of(lines) ==
        R"("password":"[Filtered]","access_token":"[Filtered]","mfa_code":"[Filtered]","has_password":true,"header":"Bearer [Filtered]",)"
        R"("client_ip":"192.0.2.0","note":"from [Filtered]","session_id":"sess_1","status_code":400)");
}

TEST_CASE("a line has at most 16 KiB") {
    Lines lines;
    const std::string text(100'000, 'x');
    const std::string control(100'000, '\x01');
    const log::Context context{control, control, control, control, control};
    const log::ContextScope scope(context);
    log::info(control, {{"a", text}, {"b", control}, {"c", text}, {"d", text}, {"e", text}, {"f", 1}});
    REQUIRE(lines.all().size() == 1);
    CHECK(lines.all()[0].size() < 16 * 1024);
    CHECK(lines.all()[0].ends_with("\"truncated\":true}"));
}

TEST_CASE("a request is one line, its level follows from its end") {
    Lines lines({.level = LogLevel::debug, .slow_request = std::chrono::milliseconds(300)});
    log::RequestLine line{.method = "GET",
                          .route = "/api/posts/{post_id}",
                          .path = "/api/posts/post_1?token=x",
                          .status = 200,
                          .duration_us = 1234,
                          .db_us = 1000,
                          .db_calls = 2,
                          .bytes_in = 3,
                          .bytes_out = 4,
                          .ip = "192.0.2.17",
                          .ua = "curl/8",
                          .request_id = "req-1",
                          .user_id = "user_1",
                          .session_id = "sess_1"};
    log::request(line);
    CHECK(
        stable(lines.all()[0]) ==
        R"({"ts":T,"level":"info","msg":"request","logger":"http","node":"","pid":P,"thread":N,"request_id":"req-1","trace_id":null,"span_id":null,)"
        R"("user_id":"user_1","session_id":"sess_1","method":"GET","route":"/api/posts/{post_id}","path":"/api/posts/post_1","status":200,)"
        R"("duration_ms":1.234,"db_ms":1,"db_calls":2,"bytes_in":3,"bytes_out":4,"ip":"192.0.2.0","ua":"curl/8","protocol":"HTTP/1.1"})");

    line.duration_us = 300'000;
    CHECK(log::level_of(line) == LogLevel::warning);
    line.status = 500;
    CHECK(log::level_of(line) == LogLevel::error);
    line.quiet = true;
    CHECK(log::level_of(line) == LogLevel::debug);
    line = {
        .path = "/users/ada@example.org", .status = 404, .ua = std::string_view("\x1b[0m gst_0123456789")};
    CHECK(log::level_of(line) == LogLevel::info);
    log::request(line);
    CHECK(lines.all().back().find(R"("path":"/users/[Filtered]","status":404)") != std::string::npos);
    CHECK(lines.all().back().find(R"("ua":"\u001b[0m [Filtered]")") != std::string::npos);
    const std::string long_ua(1000, 'u');
    line.ua = long_ua;
    log::request(line);
    CHECK(lines.all().back().find("\"ua\":\"" + std::string(200, 'u') + "\"") != std::string::npos);
}

TEST_CASE("with PII addresses stay whole") {
    Lines lines({.send_pii = true});
    log::request({.status = 200, .ip = "192.0.2.17"});
    CHECK(lines.all()[0].find("\"ip\":\"192.0.2.17\"") != std::string::npos);
}

TEST_CASE("identical lines beyond a hundred in a second are folded") {
    Lines lines;
    for (int i = 0; i < 150; ++i) log::warning("bus down", {{"bus", "redis"}});
    for (int i = 0; i < 150; ++i) log::request({.path = "/", .status = 200});  // requests are all shown
    log::warning("bus down", {{"bus", "postgres"}});
    const auto all = lines.after_stop();
    const auto count = [&](const std::string& part) {
        return std::count_if(all.begin(), all.end(),
                             [&](const std::string& line) { return line.find(part) != std::string::npos; });
    };
    // A second may end in between on a slow machine; then more are shown and the number is smaller.
    CHECK(count("\"redis\"") >= 101);
    CHECK(count("\"redis\"") < 151);
    CHECK(count("\"repeated\":") >= 1);
    CHECK(count("\"postgres\"") == 1);
    CHECK(count("\"request\"") == 150);
}

TEST_CASE("a refused token is one line per key and second") {
    Lines lines;
    for (int i = 0; i < 5; ++i)
        log::security("refused token", "192.0.2.17", "192.0.2.17", {{"reason", "expired"}});
    log::security("refused token", "198.51.100.1", "198.51.100.1");
    log::security("webhook signature", "192.0.2.17", "192.0.2.17");
    const auto all = lines.after_stop();
    CHECK(all.size() == 4);
    CHECK(all[0].find(R"("what":"refused token","ip":"192.0.2.0","reason":"expired"})") != std::string::npos);
    CHECK(all[3].find("\"repeated\":4}") != std::string::npos);
}

TEST_CASE("text for people has the same content") {
    Lines lines({.format = log::Format::text});
    log::info("listening on\nport", {{"port", 8001}, {"name", "a b"}, {"password", "x"}});
    CHECK(std::regex_match(
        lines.all()[0],
        std::regex(R"(\S+Z info server: listening on\\nport port=8001 name="a b" password="\[Filtered\]")")));
}

TEST_CASE("a thread's name is in its lines") {
    Lines lines;
    std::thread([] {
        log::name_thread("io-0 and much more");
        log::info("x");
    }).join();
    CHECK(lines.all()[0].find("\"thread\":\"io-0 and much m\"") != std::string::npos);
}

TEST_CASE("lines of many threads all arrive, also of those that have ended") {
    Lines lines({.queue_bytes = 4 << 20});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t] {
            for (int i = 0; i < 2'000; ++i) log::info("x", {{"t", t}, {"i", i}});
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(lines.after_stop().size() == 8'000);
}

TEST_CASE("a full queue drops lines, counts them and says so; the thread that logs goes on") {
    std::mutex gate;
    std::string text;
    gate.lock();  // the log thread is stuck in its sink, as it would be on a hanging disk
    log::start(quiet({.queue_bytes = 4096, .sink = [&](std::string_view lines) {
                          const std::lock_guard lock(gate);
                          text += lines;
                      }}));
    for (int i = 0; i < 1'000; ++i) log::info("x", {{"i", i}});
    gate.unlock();
    log::stop();
    long shown = 0;
    long dropped = 0;
    const std::string mark = "\"msg\":\"log lines dropped\"";
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
        const std::string line = text.substr(at, end - at);
        if (line.find(mark) == std::string::npos) {
            ++shown;
        } else {
            dropped += std::stol(line.substr(line.find("\"count\":") + 8));
        }
    }
    CHECK(shown + dropped == 1'000);
    CHECK(dropped > 500);
}

TEST_CASE("a closed stderr and a full disk stop nothing") {
    const int saved = ::dup(STDERR_FILENO);
    ::close(STDERR_FILENO);
    std::string text;
    log::start(
        {.file = "/dev/full", .rotated_files = 0, .sink = [&](std::string_view lines) { text += lines; }});
    log::info("one");
    log::flush();
    log::info("two");
    log::stop();
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("a stderr that nobody reads does not hold up the others") {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(pipe_ends[1], STDERR_FILENO);
    std::string text;
    log::start({.sink = [&](std::string_view lines) { text += lines; }});
    const std::string big(4000, 'x');
    for (int i = 0; i < 50; ++i) log::info("x", {{"big", big}, {"i", i}});  // more than a pipe holds
    log::flush();
    log::stop();
    ::dup2(saved, STDERR_FILENO);
    for (const int fd : {saved, pipe_ends[0], pipe_ends[1]}) ::close(fd);
    CHECK(std::count(text.begin(), text.end(), '\n') == 50);
}

TEST_CASE("before the start and after the stop only what matters goes to stderr") {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(pipe_ends[1], STDERR_FILENO);
    log::info("no");
    log::warning("yes");
    log::flush();
    log::reopen();
    log::stop();
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    ::close(pipe_ends[1]);
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(::read(pipe_ends[0], text.data(), text.size())));
    ::close(pipe_ends[0]);
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    CHECK(text.find("\"msg\":\"yes\"") != std::string::npos);
}
