#include "platform/jobs/run_guarded.hpp"

#include "platform/base/error.hpp"
#include "platform/runtime/runtime.hpp"

namespace grover::jobs {

std::string run_guarded(FunctionRef<void()> f, std::chrono::microseconds& duration) {
    const auto begin = std::chrono::steady_clock::now();
    std::string error;
    try {
        f();
    } catch (const runtime::Cancelled&) {
        throw;
    } catch (const Error& thrown) {
        error = thrown.cause.empty() ? thrown.detail : thrown.detail + ": " + thrown.cause;
    } catch (const std::exception& thrown) {
        error = thrown.what();
    } catch (...) {
        error = "something that is no exception";
    }
    duration =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    return error;
}

}  // namespace grover::jobs
