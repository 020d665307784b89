// The load of ./dev bench realtime: one job for each call, its result as JSON on one line.
//
//     floor PORT SOCKETS SECONDS                      deliveries/s of bench_realtime_floor
//     broadcast PORT SOCKETS SENDERS SECONDS [RATE]   everybody in one room; RATE messages/s, or the next when all have the last
//     handshakes PORT SECONDS WINDOW TOKENS           connections to `ready`, authenticated when the file has tokens
//     crowd PORT SOCKETS SECONDS TOKENS               the same while one address holds SOCKETS connections that say nothing
//     idle PORT SOCKETS TOKENS                        holds them until its input ends
//     messages PORT SENDERS SECONDS CHATS             send_message to ack; each line of CHATS: token other_token conversation_id
//     cross PORT_A PORT_B RATE SECONDS CHATS          sent on A, received on B
#include <poll.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "client.hpp"

namespace {

using namespace bench;
using std::chrono::microseconds;
using std::chrono::seconds;

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

std::vector<std::vector<std::string>> read_words(const char* path) {
    std::vector<std::vector<std::string>> out;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::vector<std::string> found;
        for (std::string word; words >> word;) found.push_back(word);
        if (!found.empty()) out.push_back(found);
    }
    return out;
}

std::vector<std::string> first_words(const char* path) {
    std::vector<std::string> out;
    for (const auto& line : read_words(path)) out.push_back(line.front());
    return out;
}

std::uint64_t number_at(std::string_view text, std::string_view key) {
    const auto at = text.find(key);
    return at == text.npos ? 0 : std::strtoull(text.data() + at + key.size(), nullptr, 10);
}

int floor_of(std::uint16_t port, std::size_t sockets, int length) {
    Client client;
    for (std::size_t i = 0; i < sockets; ++i) client.open(port, "", true);
    while (client.ready_count < sockets) client.poll(microseconds{10'000});
    const auto run = [&](seconds how_long) {
        const auto begin = Clock::now();
        const auto before = client.bytes;
        while (Clock::now() - begin < how_long) client.poll_awake();
        return static_cast<double>(client.bytes - before) / 200.0 * 1'000.0 / ms_since(begin);
    };
    run(seconds{1});
    std::printf("{\"rate\": %.0f}\n", run(seconds{length}));
    return 0;
}

// The frame that receivers get is 200 bytes long, as the floor's.
std::string message(std::uint64_t number) {
    std::string text = "42[\"say\",{\"n\":" + std::to_string(number) + ",\"pad\":\"";
    text.resize(192, 'x');
    return text + "\"}]";
}

int broadcast(std::uint16_t port, std::size_t sockets, std::size_t senders, int length, double rate) {
    Client client;
    const auto connections = client.open_all(port, std::vector<std::string>(sockets), 64);
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::vector<std::uint32_t> counts;
    std::vector<Clock::time_point> sent_at;
    std::vector<double> latencies;
    bool counting = false;
    const auto say = [&](Connection& connection) {
        connection.send_text(message(sent++));
        counts.push_back(0);
        sent_at.push_back(Clock::now());
    };
    client.on_packet = [&](Connection&, std::string_view text) {
        if (!text.starts_with("42[\"said\"")) return;
        ++received;
        const auto number = number_at(text, "\"n\":");
        const bool last = ++counts[number] == sockets;
        if (last && counting) latencies.push_back(ms_since(sent_at[number]));
        if (rate > 0) return;
        if (last) say(*connections[0]);
    };
    if (senders > 1) {
        // Each goes on when it hears itself: as many messages are under way as there are senders.
        std::vector<std::uint64_t> next(senders);
        client.on_packet = [&, next](Connection& connection, std::string_view text) mutable {
            if (!text.starts_with("42[\"said\"")) return;
            ++received;
            const auto number = number_at(text, "\"n\":");
            if (static_cast<std::size_t>(connection.index) != number % senders) return;
            next[number % senders] += 1;
            connection.send_text(message(next[number % senders] * senders + number % senders));
        };
        for (std::size_t i = 0; i < senders; ++i) connections[i]->send_text(message(i));
    } else if (rate <= 0) {
        say(*connections[0]);
    }
    const auto run = [&](seconds how_long) {
        const auto begin = Clock::now();
        const auto before = received;
        const auto sent_before = sent;
        while (Clock::now() - begin < how_long) {
            if (rate > 0) {
                const auto due = sent_before + static_cast<std::uint64_t>(ms_since(begin) * rate / 1'000.0);
                while (sent < due) say(*connections[0]);
            }
            // Until the next one is due: who spins takes time from the server on the core's other thread.
            if (rate > 0) {
                const double next_ms =
                    static_cast<double>(sent - sent_before + 1) * 1'000.0 / rate - ms_since(begin);
                client.poll(
                    microseconds{static_cast<std::int64_t>(std::clamp(next_ms, 0.0, 10.0) * 1'000.0)});
            } else {
                client.poll_awake();
            }
        }
        return static_cast<double>(received - before) * 1'000.0 / ms_since(begin);
    };
    run(seconds{1});
    counting = true;
    const double measured = run(seconds{length});
    std::printf("{\"rate\": %.0f, \"p50\": %.3f, \"p99\": %.3f}\n", measured, percentile(latencies, 0.5),
                percentile(latencies, 0.99));
    return 0;
}

int handshakes(std::uint16_t port, int length, std::size_t window, const std::vector<std::string>& tokens,
               std::size_t crowd = 0) {
    Client client;
    client.one_address = true;
    for (std::size_t i = 0; i < crowd; ++i) {
        client.open(port, {}, true);
        if (i % 64 == 63) client.poll(microseconds{1'000});
    }
    // A server makes room at the cost of those that were silent for a second.
    const auto opened_at = Clock::now();
    while (crowd > 0 && Clock::now() < opened_at + microseconds{1'200'000}) client.poll(microseconds{10'000});
    client.one_address = false;
    client.ready_count = 0;
    std::size_t opened = 0;
    std::vector<double> latencies;
    std::vector<Clock::time_point> begun(crowd);
    const auto open = [&] {
        begun.push_back(Clock::now());
        client.open(port, tokens.empty() ? std::string{} : tokens[opened % tokens.size()]);
        ++opened;
    };
    client.on_ready = [&](Connection& connection) {
        latencies.push_back(ms_since(begun[static_cast<std::size_t>(connection.index)]));
        client.close(connection);
        open();
    };
    client.on_closed = [&](Connection& connection) {
        if (static_cast<std::size_t>(connection.index) < crowd) return;
        std::fprintf(stderr, "a handshake failed\n");
        std::exit(1);
    };
    for (std::size_t i = 0; i < window; ++i) open();
    const auto run = [&](seconds how_long) {
        const auto begin = Clock::now();
        const auto before = client.ready_count;
        latencies.clear();
        while (Clock::now() - begin < how_long) client.poll(microseconds{10'000});
        return static_cast<double>(client.ready_count - before) * 1'000.0 / ms_since(begin);
    };
    run(seconds{1});
    const double rate = run(seconds{length});
    std::printf("{\"rate\": %.0f, \"p50\": %.3f, \"p99\": %.3f}\n", rate, percentile(latencies, 0.5),
                percentile(latencies, 0.99));
    return 0;
}

int idle(std::uint16_t port, std::size_t sockets, const std::vector<std::string>& tokens) {
    Client client;
    std::vector<std::string> used;
    for (std::size_t i = 0; i < sockets; ++i)
        used.push_back(tokens.empty() ? std::string{} : tokens[i % tokens.size()]);
    std::size_t closed = 0;
    client.on_closed = [&](Connection&) { ++closed; };
    client.open_all(port, used, 64);
    std::printf("{\"connected\": %zu}\n", client.ready_count);
    std::fflush(stdout);
    pollfd input{0, POLLIN, 0};
    while (poll(&input, 1, 0) == 0) client.poll(microseconds{100'000});
    return closed == 0 ? 0 : 1;
}

int messages(std::uint16_t port, std::size_t senders, int length,
             const std::vector<std::vector<std::string>>& chats) {
    Client client;
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < senders; ++i) tokens.push_back(chats.at(i).at(0));
    const auto connections = client.open_all(port, tokens, 16);
    std::vector<Clock::time_point> begun(senders);
    std::vector<double> latencies;
    std::uint64_t acked = 0;
    std::uint64_t number = 0;
    const auto send = [&](Connection& connection) {
        const auto i = static_cast<std::size_t>(connection.index);
        begun[i] = Clock::now();
        ++number;
        connection.send_text("42" + std::to_string(number) + "[\"send_message\",{\"conversation_id\":\"" +
                             chats[i].at(2) + "\",\"content\":\"message number " + std::to_string(number) +
                             "\"}]");
    };
    client.on_packet = [&](Connection& connection, std::string_view text) {
        if (!text.starts_with("43")) return;
        if (text.find("\"ok\":true") == text.npos) {
            std::fprintf(stderr, "refused: %.*s\n", static_cast<int>(text.size()), text.data());
            std::exit(1);
        }
        ++acked;
        latencies.push_back(ms_since(begun[static_cast<std::size_t>(connection.index)]));
        send(connection);
    };
    for (auto* connection : connections) send(*connection);
    const auto run = [&](seconds how_long) {
        const auto begin = Clock::now();
        const auto before = acked;
        latencies.clear();
        while (Clock::now() - begin < how_long) client.poll(microseconds{10'000});
        return static_cast<double>(acked - before) * 1'000.0 / ms_since(begin);
    };
    run(seconds{1});
    const double rate = run(seconds{length});
    std::printf("{\"rate\": %.0f, \"p50\": %.3f, \"p99\": %.3f}\n", rate, percentile(latencies, 0.5),
                percentile(latencies, 0.99));
    return 0;
}

int cross(std::uint16_t port_a, std::uint16_t port_b, double rate, int length,
          const std::vector<std::vector<std::string>>& chats) {
    Client client;
    std::vector<std::string> tokens;
    std::vector<std::string> others;
    for (const auto& chat : chats) {
        tokens.push_back(chat.at(0));
        others.push_back(chat.at(1));
    }
    const auto senders = client.open_all(port_a, tokens, 16);
    const auto receivers = client.open_all(port_b, others, 16);
    for (std::size_t i = 0; i < chats.size(); ++i)
        receivers[i]->send_text("420[\"join_conversation\",{\"conversation_id\":\"" + chats[i].at(2) +
                                "\"}]");
    std::vector<Clock::time_point> begun;
    std::vector<double> latencies;
    std::uint64_t received = 0;
    const auto first_receiver = static_cast<int>(chats.size());
    client.on_packet = [&](Connection& connection, std::string_view text) {
        if (connection.index < first_receiver || !text.starts_with("42[\"new_message\"")) return;
        ++received;
        const auto number = number_at(text, "message number ");
        if (number < begun.size()) latencies.push_back(ms_since(begun[number]));
    };
    const auto settle = Clock::now();
    while (Clock::now() - settle < seconds{1}) client.poll(microseconds{10'000});
    const auto run = [&](seconds how_long) {
        const auto begin = Clock::now();
        const auto before = received;
        const auto first = begun.size();
        latencies.clear();
        while (Clock::now() - begin < how_long) {
            const auto due = first + static_cast<std::size_t>(ms_since(begin) * rate / 1'000.0);
            while (begun.size() < due) {
                const auto number = begun.size();
                const auto i = number % chats.size();
                begun.push_back(Clock::now());
                senders[i]->send_text("42[\"send_message\",{\"conversation_id\":\"" + chats[i].at(2) +
                                      "\",\"content\":\"message number " + std::to_string(number) + "\"}]");
            }
            client.poll(microseconds{1'000});
        }
        return static_cast<double>(received - before) * 1'000.0 / ms_since(begin);
    };
    run(seconds{1});
    const double measured = run(seconds{length});
    std::printf("{\"rate\": %.0f, \"p50\": %.3f, \"p99\": %.3f}\n", measured, percentile(latencies, 0.5),
                percentile(latencies, 0.99));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto number = [&](std::size_t i) { return std::atoi(words.at(i).c_str()); };
    const auto size = [&](std::size_t i) { return static_cast<std::size_t>(number(i)); };
    const auto port = [&](std::size_t i) { return static_cast<std::uint16_t>(number(i)); };
    try {
        const std::string& job = words.at(0);
        if (job == "floor") return floor_of(port(1), size(2), number(3));
        if (job == "broadcast")
            return broadcast(port(1), size(2), size(3), number(4),
                             words.size() > 5 ? std::atof(words[5].c_str()) : 0);
        if (job == "handshakes")
            return handshakes(port(1), number(2), size(3),
                              words.size() > 4 ? first_words(words[4].c_str()) : std::vector<std::string>{});
        if (job == "crowd")
            return handshakes(port(1), number(3), 16, first_words(words.at(4).c_str()), size(2));
        if (job == "idle")
            return idle(port(1), size(2),
                        words.size() > 3 ? first_words(words[3].c_str()) : std::vector<std::string>{});
        if (job == "messages") return messages(port(1), size(2), number(3), read_words(words.at(4).c_str()));
        if (job == "cross")
            return cross(port(1), port(2), number(3), number(4), read_words(words.at(5).c_str()));
    } catch (const std::out_of_range&) {
    }
    std::fprintf(stderr, "see the top of bench/realtime/load.cpp\n");
    return 64;
}
