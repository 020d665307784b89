#include "platform/integrations/thread_transfers.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <stdexcept>

#include "platform/integrations/transfers.hpp"

namespace grover::integrations {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLongestPoll{1'000};

}  // namespace

struct ThreadTransfers::Impl {
    Impl() {
        initialise_curl();
        multi = curl_multi_init();
        if (multi == nullptr) throw std::runtime_error("cannot prepare outgoing connections");
        curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1L);
    }
    ~Impl() { curl_multi_cleanup(multi); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::chrono::milliseconds time_left() const {
        return std::chrono::ceil<std::chrono::milliseconds>(end.load() - Steady::now());
    }
    CURLcode result_of_the_only_one() const {
        int left = 0;
        const CURLMsg* const message = curl_multi_info_read(multi, &left);
        return message != nullptr ? message->data.result : CURLE_RECV_ERROR;
    }

    CURLM* multi;
    std::atomic<Steady::time_point> end{Steady::now() + std::chrono::years{100}};
};

ThreadTransfers::ThreadTransfers() : impl_(std::make_unique<Impl>()) {}
ThreadTransfers::~ThreadTransfers() = default;

int ThreadTransfers::perform(void* easy) {
    CURLM* const multi = impl_->multi;
    // curl looks names up in a thread of its own. Whoever must end does not wait for one that hangs.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    if (curl_multi_add_handle(multi, easy) != CURLM_OK) return CURLE_FAILED_INIT;
    struct Removal {
        CURLM* multi;
        CURL* easy;
        ~Removal() { curl_multi_remove_handle(multi, easy); }
    } removal{multi, easy};
    while (impl_->time_left().count() > 0) {
        int running = 0;
        if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_RECV_ERROR;
        if (running == 0) return impl_->result_of_the_only_one();
        const auto wait = std::min(impl_->time_left(), kLongestPoll);
        if (wait.count() > 0) curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    }
    return CURLE_OPERATION_TIMEDOUT;
}

void ThreadTransfers::end_by(Steady::time_point when) {
    impl_->end = when;
    curl_multi_wakeup(impl_->multi);
}

}  // namespace grover::integrations
