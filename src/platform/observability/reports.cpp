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

void report_failed(std::string_view component, std::string_view action, const std::exception& error,
                   std::string_view user_id, bool is_setback) {
    if (!has_receiver()) return;
    const auto* const known = dynamic_cast<const Error*>(&error);
    if (known != nullptr && !is_fault(*known)) return;
    const auto weight = known != nullptr ? weight_of(code_of(known->kind)) : Weight{};
    const auto transaction = std::string(component) + ' ' + std::string(action);
    const auto type = type_of(error);
    report({.level = is_setback ? Level::warning : weight.level,
            .component = component,
            .action = action,
            .transaction = transaction,
            .type = type,
            .text = cause_of(error),
            .handled = known != nullptr,
            .group = weight.group,
            .user_id = user_id});
}

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

Weight weight_of(std::string_view code) {
    // A provider that fails takes one feature away, and in ever new words.
    if (code == code_of(ErrorKind::upstream_error)) return {.level = Level::warning, .group = code};
    return {};
}

void report_exception(std::string_view component, std::string_view action, const std::exception& error,
                      std::string_view user_id) {
    report_failed(component, action, error, user_id, false);
}

void report_setback(std::string_view component, std::string_view action, const std::exception& error,
                    std::string_view user_id) {
    report_failed(component, action, error, user_id, true);
}

std::string type_of(const std::exception& error) {
    if (const auto* const known = dynamic_cast<const Error*>(&error))
        return std::string(code_of(known->kind));
    const char* const mangled = typeid(error).name();
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
    return status == 0 ? name.get() : mangled;
}

std::string_view cause_of(const std::exception& error) {
    const auto* const known = dynamic_cast<const Error*>(&error);
    return known != nullptr && !known->cause.empty() ? std::string_view(known->cause) : error.what();
}

}  // namespace grover::reports
