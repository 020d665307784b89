#include "app/docs_page.hpp"

#include <algorithm>
#include <array>

#include "platform/base/error.hpp"
#include "platform/http/compression.hpp"

namespace grover::app {
namespace {

using api::Reply;

constexpr std::array kRedoc{api::Alias{http::Method::get, "/redoc"}};
struct DocsGet {
    static constexpr api::Route route{.method = http::Method::get,
                                      .path = "/docs",
                                      .summary = "The interactive documentation.",
                                      .auth = api::Auth::none,
                                      .limit = api::RateClass::exempt,
                                      .aliases = kRedoc,
                                      .absolute = true,
                                      .cache_control = "no-store"};
    static constexpr auto fields = Pack{};
};
// Whoever opens the address that the server prints.
struct FrontGet {
    static constexpr api::Route route{.method = http::Method::get,
                                      .path = "/",
                                      .summary = "Leads to the interactive documentation.",
                                      .auth = api::Auth::none,
                                      .limit = api::RateClass::exempt,
                                      .status = 302,
                                      .absolute = true,
                                      .cache_control = "no-store"};
    static constexpr auto fields = Pack{};
};
struct DocsAssetGet {
    std::string name;
    static constexpr api::Route route{.method = http::Method::get,
                                      .path = "/docs/{name}",
                                      .summary = "A part of the documentation page.",
                                      .auth = api::Auth::none,
                                      .limit = api::RateClass::exempt,
                                      .absolute = true,
                                      .cache_control = "public, max-age=3600"};
    static constexpr auto fields = Pack{wire::field("name", &DocsAssetGet::name, wire::in_path)};
};

void send(Documents& documents, std::string_view name, Reply& reply) {
    const bool is_packed = http::accepts_gzip(reply.request().header("accept-encoding"));
    const auto sent = is_packed ? documents.packed(name) : documents.unpacked(name);
    auto& response = reply.response();
    response.content_type = sent.content_type;
    response.shared_body = sent.body;
    response.may_compress = false;
    reply.header("Vary", "Accept-Encoding");
    if (is_packed) reply.header("Content-Encoding", "gzip");
}

}  // namespace

Documents::Documents(std::span<const Asset> assets) {
    for (const auto& asset : assets) documents_.emplace_back().asset = asset;
}

Documents::Document& Documents::get(std::string_view name) {
    const auto found = std::ranges::find(documents_, name, [](const auto& one) { return one.asset.name; });
    if (found == documents_.end()) throw not_found("Not Found");
    return *found;
}

Documents::Sent Documents::packed(std::string_view name) {
    auto& found = get(name);
    std::call_once(found.packed_made,
                   [&] { found.packed = std::make_shared<const std::string>(found.asset.gzipped); });
    return {found.asset.content_type, found.packed};
}

Documents::Sent Documents::unpacked(std::string_view name) {
    auto& found = get(name);
    std::call_once(found.unpacked_made, [&] {
        found.unpacked = std::make_shared<const std::string>(http::unpack_gzip(found.asset.gzipped));
    });
    return {found.asset.content_type, found.unpacked};
}

void add_docs_page(Api& api) {
    const auto documents = std::make_shared<Documents>(assets());
    api.on<FrontGet>([](const Caller&, const FrontGet&, Reply& reply) { reply.header("Location", "/docs"); });
    api.on<DocsGet>(
        [documents](const Caller&, const DocsGet&, Reply& reply) { send(*documents, "index.html", reply); });
    api.on<DocsAssetGet>([documents](const Caller&, const DocsAssetGet& in, Reply& reply) {
        send(*documents, in.name, reply);
    });
}

}  // namespace grover::app
