#include "platform/api/errors.hpp"

#include <algorithm>

#include "platform/observability/reports.hpp"
#include "platform/runtime/runtime.hpp"
#include "platform/wire/json_out.hpp"

namespace grover::api {

void answer_error(const Error& error, http::Response& response, std::string_view request_id) {
    response.clear();
    response.status = error.status;
    response.content_type = "application/json";
    auto& out = response.body;
    out += "{\"detail\":";
    if (error.kind == ErrorKind::invalid_input && !error.fields.empty()) {
        out += '[';
        for (const auto& field : error.fields) {
            if (out.back() == '}') out += ',';
            out += "{\"loc\":";
            wire::write(out, field.loc);
            out += ",\"msg\":";
            wire::append_string(out, field.msg);
            out += ",\"type\":";
            wire::append_string(out, field.type);
            out += '}';
        }
        out += ']';
    } else {
        wire::append_string(out, error.detail);
    }
    out += ",\"code\":";
    wire::append_string(out, code_of(error.kind));
    out += ",\"request_id\":";
    wire::append_string(out, request_id);
    out += '}';
    if (error.retry_after)
        response.add_header("Retry-After",
                            std::to_string(std::max<std::int64_t>(1, error.retry_after->count())));
    if (error.status == 401) response.add_header("WWW-Authenticate", "Bearer");
}

Failure answer_current_exception(http::Response& response, std::string_view request_id) {
    const auto answer = [&](const Error& error) {
        answer_error(error, response, request_id);
        return Failure{.status = error.status,
                       .code = code_of(error.kind),
                       .cause = error.cause,
                       .is_fault = reports::is_fault(error)};
    };
    const auto answer_bug = [&](std::string cause, std::string type) {
        auto failure =
            answer(Error(ErrorKind::internal_error, "Internal server error").with_cause(std::move(cause)));
        failure.is_bug = true;
        failure.type = std::move(type);
        return failure;
    };
    const auto busy = [] { return unavailable("Service temporarily unavailable", std::chrono::seconds{2}); };
    try {
        throw;
    } catch (const Error& error) {
        return answer(error);
    } catch (const runtime::DeadlineExceeded& late) {
        auto failure = answer(busy().with_cause("the handler took longer than it may"));
        failure.type = reports::type_of(late);
        return failure;
    } catch (const runtime::Cancelled&) {
        return answer(busy());
    } catch (const std::exception& error) {
        return answer_bug(error.what(), reports::type_of(error));
    } catch (...) {
        return answer_bug("exception of unknown type", {});
    }
}

}  // namespace grover::api
