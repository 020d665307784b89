#include "domains/auth/sign_in_guard.hpp"

#include <algorithm>

#include "domains/auth/trace_store.hpp"
#include "platform/http/client_address.hpp"

namespace grover::auth {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr auto kWindow = 15min;
constexpr int kFreeFailures = 4;  // of an account; the next one makes it wait
constexpr int kMaxFailuresOfAddress = 20;
constexpr microseconds kFirstWait = 30s;
constexpr microseconds kLongestWait = 15min;

std::string account_key(std::string_view email) { return "account:" + std::string(SecretHash(email).view()); }
std::string address_key(std::string_view address) { return "address:" + http::rate_key(address); }

std::chrono::seconds whole_seconds(microseconds wait) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds{1});
}

// A wait that has just ended still counts for the next one, so it is looked for over twice the window.
std::vector<FailureRow> recent(db::Read& tx, std::string_view key, Time now) {
    return trace_store::failures_since(tx, key, now - 2 * kWindow, kMaxFailuresOfAddress);
}

Time wait_ends(const FailureRow& failure) { return failure.failed_at + microseconds{failure.wait_us}; }

// The failure whose wait ends last, if any: several may have come in one instant.
const FailureRow* last_wait(const std::vector<FailureRow>& failures) {
    const FailureRow* last = nullptr;
    for (const auto& failure : failures) {
        if (failure.wait_us > 0 && (!last || wait_ends(failure) > wait_ends(*last))) last = &failure;
    }
    return last;
}

}  // namespace

void SignInGuard::require_open(db::Read& tx, std::string_view email, std::string_view address) const {
    const Time now = core_.clock.now();
    const auto of_account = recent(tx, account_key(email), now);
    const auto* waiting = last_wait(of_account);
    if (waiting && wait_ends(*waiting) > now) throw rate_limited(whole_seconds(wait_ends(*waiting) - now));
    const auto of_address =
        trace_store::failures_since(tx, address_key(address), now - kWindow, kMaxFailuresOfAddress);
    if (static_cast<int>(of_address.size()) >= kMaxFailuresOfAddress) {
        throw rate_limited(whole_seconds(of_address.back().failed_at + kWindow - now));
    }
}

std::optional<std::chrono::seconds> SignInGuard::record_failure(db::Write& tx, std::string_view email,
                                                                std::string_view address) const {
    const Time now = core_.clock.now();
    const auto key = account_key(email);
    const auto before = recent(tx, key, now);
    const auto* waited = last_wait(before);
    if (waited && wait_ends(*waited) > now) return whole_seconds(wait_ends(*waited) - now);

    const auto failures = 1 + std::count_if(before.begin(), before.end(), [&](const auto& failure) {
                              return failure.failed_at > now - kWindow;
                          });
    microseconds wait{0};
    if (waited && wait_ends(*waited) > now - kWindow) {
        wait = std::min(2 * microseconds{waited->wait_us}, kLongestWait);
    } else if (failures > kFreeFailures) {
        wait = kFirstWait;
    }
    trace_store::insert_failure(tx, new_secret(""), key, now, wait.count());
    trace_store::insert_failure(tx, new_secret(""), address_key(address), now, 0);
    if (wait.count() == 0) return std::nullopt;
    return whole_seconds(wait);
}

void SignInGuard::clear(db::Write& tx, std::string_view email) const {
    trace_store::clear_failures(tx, account_key(email));
}

}  // namespace grover::auth
