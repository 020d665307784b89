#include "platform/observability/reports.hpp"

#include <cxxabi.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <typeinfo>

namespace grover::reports {
namespace {

constinit std::atomic<Receiver*> current{nullptr};

constexpr int kFirstFault = 500;

}  // namespace

void set_receiver(Receiver* receiver) { current.store(receiver, std::memory_order_release); }
bool has_receiver() { return current.load(std::memory_order_acquire) != nullptr; }

void report(const Failure& failure) {
    if (Receiver* const receiver = current.load(std::memory_order_acquire)) receiver->take(failure);
}

bool is_fault(const Error& error) {
    if (error.status < kFirstFault) return false;
    return error.kind != ErrorKind::unavailable || !error.cause.empty();
}

void report_exception(std::string_view component, std::string_view action, const std::exception& error,
                      std::string_view user_id) {
    if (!has_receiver()) return;
    const auto transaction = std::string(component) + ' ' + std::string(action);
    const auto tell = [&](std::string_view type, std::string_view text, bool handled) {
        report({.component = component,
                .action = action,
                .transaction = transaction,
                .type = type,
                .text = text,
                .handled = handled,
                .user_id = user_id});
    };
    if (const auto* const known = dynamic_cast<const Error*>(&error)) {
        if (is_fault(*known))
            tell(code_of(known->kind), known->cause.empty() ? known->detail : known->cause, true);
    } else {
        tell(type_of(error), error.what(), false);
    }
}

std::string type_of(const std::exception& error) {
    const char* const mangled = typeid(error).name();
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
    return status == 0 ? name.get() : mangled;
}

}  // namespace grover::reports
