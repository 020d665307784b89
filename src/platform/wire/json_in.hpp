// Reading JSON: a parsed document and views into it. Boost.JSON stays in json_in.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/cents.hpp"
#include "platform/base/clock.hpp"
#include "platform/base/id.hpp"
#include "platform/wire/fields.hpp"

namespace grover::wire {

enum class JsonKind : std::uint8_t { null, boolean, integer, number, string, array, object };

// A value inside a JsonDocument, which must outlive it. A default one is absent: its kind is null.
class JsonView {
public:
    JsonView() = default;

    bool present() const { return value_ != nullptr; }
    JsonKind kind() const;
    bool is_null() const { return kind() == JsonKind::null; }
    bool boolean() const;
    // Integer that fits 64 bits; numbers with a zero fraction (3.0) count as integers.
    std::optional<std::int64_t> integer() const;
    double number() const;
    std::string_view string() const;
    std::size_t size() const;                   // of an array
    JsonView at(std::size_t i) const;           // of an array
    JsonView find(std::string_view key) const;  // of an object; absent if there is none

private:
    friend class JsonDocument;
    explicit JsonView(const void* value) : value_(value) {}
    const void* value_ = nullptr;
};

class JsonDocument {
public:
    // Nothing when the text is no JSON, is nested deeper than 32 (system.md §2) or holds invalid UTF-8.
    static std::optional<JsonDocument> parse(std::string_view text);

    JsonDocument(JsonDocument&&) noexcept;
    JsonDocument& operator=(JsonDocument&&) noexcept;
    ~JsonDocument();

    JsonView root() const;

private:
    struct Impl;
    explicit JsonDocument(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// What this server wrote with json_out.hpp, read back: stored events, jobs, answers of peers. Absent and null members keep
// their initial value; a value of another type is a std::invalid_argument.
inline void read_into(JsonView in, std::string& out) { out = in.string(); }
inline void read_into(JsonView in, bool& out) { out = in.boolean(); }
inline void read_into(JsonView in, double& out) { out = in.number(); }
void read_into(JsonView in, Time& out);   // RFC 3339 with Z, milliseconds; or integer microseconds
void read_into(JsonView in, Cents& out);  // dollars with at most two decimals
template <std::integral T>
    requires(!std::is_same_v<T, bool>)
void read_into(JsonView in, T& out) { out = static_cast<T>(in.integer().value_or(0)); }
template <class Tag>
void read_into(JsonView in, Id<Tag>& out) {
    out = Id<Tag>(in.string());
}
template <NamedEnum E>
void read_into(JsonView in, E& out) {
    if (const auto value = enum_of<E>(in.string())) out = *value;
}
template <Described T>
void read_into(JsonView in, T& out);
template <class T>
void read_into(JsonView in, std::optional<T>& out) {
    read_into(in, out.emplace());
}
template <class T>
void read_into(JsonView in, std::vector<T>& out) {
    out.clear();
    for (std::size_t i = 0; i < in.size(); ++i) read_into(in.at(i), out.emplace_back());
}

template <Described T>
void read_into(JsonView in, T& out) {
    unpack(
        [&](const auto&... f) {
            auto one = [&](const auto& described) {
                const JsonView found = in.find(described.name);
                if (found.present() && !found.is_null()) read_into(found, out.*described.member);
            };
            (one(f), ...);
        },
        T::fields);
}

template <class T>
T read(std::string_view json) {
    const auto document = JsonDocument::parse(json);
    if (!document) throw std::invalid_argument("stored payload is not JSON");
    T out{};
    read_into(document->root(), out);
    return out;
}

}  // namespace grover::wire
