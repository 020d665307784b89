#include "platform/api/router.hpp"

#include <doctest/doctest.h>

using namespace grover;
using namespace grover::api;

namespace {

template <int N>
struct Paths;

template <>
struct Paths<0> {
    static constexpr Route route{
        .method = http::Method::get, .path = "/files/{kind}/get/{key...}", .summary = "A file."};
    static constexpr auto fields = Pack{};
};
template <>
struct Paths<1> {
    static constexpr Route route{
        .method = http::Method::get, .path = "/files/{file_id}", .summary = "About a file."};
    static constexpr auto fields = Pack{};
};
template <>
struct Paths<2> {
    static constexpr Route route{
        .method = http::Method::get, .path = "/files/{kind}/get/{key}/info", .summary = "More."};
    static constexpr auto fields = Pack{};
};

struct Picture {
    std::optional<http::UploadedFile> picture;
    std::optional<std::string> text;  // base64 where the file belongs
    static constexpr Route route{.method = http::Method::post, .path = "/pictures", .summary = "A picture."};
    static constexpr auto fields =
        Pack{api::file("picture", &Picture::picture), wire::field("picture", &Picture::text, wire::in_body)};
};

Api make_api() {
    Api api;
    api.on<Paths<0>>([](const Caller&, Paths<0>&) { return NoContent{}; });
    api.on<Paths<1>>([](const Caller&, Paths<1>&) { return NoContent{}; });
    api.on<Paths<2>>([](const Caller&, Paths<2>&) { return NoContent{}; });
    return api;
}

}  // namespace

TEST_CASE("the last parameter may take all segments that are left, and yields to what is more exact") {
    const Api api = make_api();
    const Router router(api);
    const auto found = [&](std::string_view path) {
        const auto match = router.find(http::Method::get, path);
        if (!match.endpoint) return std::string("none");
        std::string text = match.endpoint->name;
        for (std::size_t i = 0; i < match.parameter_count; ++i) {
            text +=
                " " + std::string(match.parameters[i].first) + "=" + std::string(match.parameters[i].second);
        }
        return text;
    };
    CHECK(found("/api/files/image/get/a") == "/api/files/{kind}/get/{key...} kind=image key=a");
    CHECK(found("/api/files/image/get/a/b%2Fc/d.jpg") ==
          "/api/files/{kind}/get/{key...} kind=image key=a/b%2Fc/d.jpg");
    CHECK(found("/api/files/image/get/a/info") == "/api/files/{kind}/get/{key}/info kind=image key=a");
    CHECK(found("/api/files/image/get/a/info/b") == "/api/files/{kind}/get/{key...} kind=image key=a/info/b");
    CHECK(found("/api/files/image/get") == "none");
    CHECK(found("/api/files/image/get/") == "none");
    CHECK(found("/api/files/x") == "/api/files/{file_id} file_id=x");
    CHECK(found("/api/files/image/put/a") == "none");
}

TEST_CASE("OpenAPI shows such a parameter as an ordinary one") {
    const auto document = openapi_of(make_api(), "1.0.0");
    CHECK(document.find(R"("/api/files/{kind}/get/{key}":)") != std::string::npos);
    CHECK(document.find("...") == std::string::npos);
}

TEST_CASE("OpenAPI takes a name once, that of a file which may also come as text") {
    Api api;
    api.on<Picture>([](const Caller&, const Picture&) { return std::string("taken"); });
    const auto document = openapi_of(api, "1.0.0");
    const auto at = document.find(R"("picture":)");
    REQUIRE(at != std::string::npos);
    CHECK(document.substr(at).starts_with(R"("picture":{"type":"string","format":"binary"})"));
    CHECK(document.find(R"("picture":)", at + 1) == std::string::npos);
}
