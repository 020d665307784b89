#include "domains/media/media_api.hpp"

#include "domains/media/media_own.hpp"
#include "domains/media/media_parts.hpp"
#include "domains/media/media_serving.hpp"

namespace grover::media {

namespace {

constexpr std::string_view kBelow = "/api/media/";

void get_file(MediaService& media, const Caller& me, const MediaFile& in, api::Reply& reply) {
    const auto& request = reply.request();
    auto& response = reply.response();
    // As sent: an encoded slash or dot is part of no key.
    const auto path =
        request.path.starts_with(kBelow) ? request.path.substr(kBelow.size()) : std::string_view{};
    const UrlQuery query{
        .exp = in.exp ? std::string_view(*in.exp) : std::string_view{},
        .sig = in.sig ? std::string_view(*in.sig) : std::string_view{},
        .is_download = in.download && *in.download != "0" && *in.download != "false",
    };
    serve_file(media.parts(), request, path, query, response);
    if (response.status != 416) return;
    response.content_type = "application/json";
    response.body = R"({"detail":"Range not satisfiable","code":"validation_error","request_id":)";
    wire::write(response.body, me.request_id);
    response.body += '}';
}

}  // namespace

void add_media_api(Api& api, MediaService& media) {
    api.on<MediaUpload>([&](const Caller& me, MediaUpload& in) { return upload_own(media, me, in); });
    api.on<MediaGet>([&](const Caller& me, const MediaGet& in) { return get_own(media, me, in.media_id); });
    api.on<MediaDelete>(
        [&](const Caller& me, const MediaDelete& in) { return delete_own(media, me, in.media_id); });
    api.on<MediaFile>([&](const Caller& me, const MediaFile& in, api::Reply& reply) {
        get_file(media, me, in, reply);
        return api::NoContent{};
    });
    api.on<MediaStatus>([&](const Caller&, const MediaStatus&) { return status_of(media.parts()); });
}

}  // namespace grover::media
