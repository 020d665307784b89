// The world of a test of pushes: that of notifications, and Expo on the other end of a real socket.
#pragma once

#include <zlib.h>

#include <deque>
#include <mutex>

#include "domains/notifications/devices_api.hpp"
#include "domains/notifications/notifications_test.hpp"
#include "platform/integrations/expo_push.hpp"
#include "platform/integrations/http_client.hpp"
#include "testing/http_peer.hpp"

namespace grover::notifications::test {

using namespace std::chrono_literals;
using testing::HttpPeer;

inline std::string unzipped(const std::string& body) {
    if (!body.starts_with("\x1f\x8b")) return body;
    std::string out(1 << 20, '\0');
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

// Expo as it behaves: a ticket for each message, and receipts when asked. What `answers` holds is sent instead.
class Expo {
public:
    Expo()
        : peer_([this](const testing::PeerRequest& request) { return answer(request); }),
          push(http_, {.push_url = peer_.url("/send"),
                       .receipts_url = peer_.url("/getReceipts"),
                       .access_token = ""}) {}

    // "title: body" of all messages since the last call, in order, one on each line.
    std::string sent() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(sent_, {});
    }
    std::string last() const { return last_; }
    std::size_t requests() const { return peer_.requests().size(); }

    std::deque<std::string> answers;  // to the next sends
    std::string receipts = "{}";

private:
    std::string answer(const testing::PeerRequest& request) {
        const std::scoped_lock lock(mutex_);
        if (request.target == "/getReceipts") return HttpPeer::json("{\"data\":" + receipts + "}");
        if (!answers.empty()) {
            auto next = std::move(answers.front());
            answers.pop_front();
            return next;
        }
        last_ = unzipped(request.body);
        const auto messages = wire::JsonDocument::parse(last_);
        std::string tickets;
        for (std::size_t i = 0; i < messages->root().size(); ++i) {
            const auto message = messages->root().at(i);
            if (!sent_.empty()) sent_ += '\n';
            sent_ += std::string(message.find("title").string()) + ": " +
                     std::string(message.find("body").string());
            if (i > 0) tickets += ',';
            tickets += "{\"status\":\"ok\",\"id\":\"ticket" + std::to_string(++tickets_) + "\"}";
        }
        return HttpPeer::json("{\"data\":[" + tickets + "]}");
    }

    std::mutex mutex_;
    std::string sent_;
    std::string last_;
    int tickets_ = 0;
    HttpPeer peer_;
    integrations::HttpClient http_{nullptr};

public:
    integrations::ExpoPush push;
};

inline std::string failure(std::string_view error) {
    return HttpPeer::json(R"({"data":[{"status":"error","details":{"error":")" + std::string(error) +
                          "\"}}]}");
}

struct PushWorld {
    Expo expo;
    World w{true, {.expo = &expo.push}};
    Caller ada = w.user("ada"), bob = w.user("bob"), cleo = w.user("cleo");
    PostId post = w.post(ada);

    DeviceId device(const Caller& me, const std::string& token = "ExponentPushToken[ada]") {
        DeviceRegister in;
        in.token.text = token;
        return w.notifications.register_device(me, in).device_id;
    }
    // What is due within so long, each at its time.
    template <class Duration>
    std::string after(Duration time) {
        const auto end = w.clock.now() + time;
        while (true) {
            const auto next = w.number(
                "SELECT min(due) FROM (SELECT min(due_at) AS due FROM jobs WHERE parked_at IS NULL "
                "UNION ALL SELECT min(next_run_at) FROM periodic_jobs) AS both_kinds");
            const Time due = std::max(Time{next}, w.clock.now());
            if (due > end) break;
            w.wait(std::chrono::microseconds{due.us - w.clock.now().us});
        }
        w.wait(std::chrono::microseconds{std::max<std::int64_t>(0, end.us - w.clock.now().us)});
        return expo.sent();
    }
};

}  // namespace grover::notifications::test
