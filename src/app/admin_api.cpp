#include "app/admin_api.hpp"

#include "platform/observability/active_users.hpp"

namespace grover::app {
namespace {

using api::Auth;
using api::Route;
using http::Method;
using wire::field;

constexpr std::chrono::minutes kTotalsReuse{1};

struct AdminStats {
    std::int64_t users = 0;
    std::int64_t posts = 0;
    std::int64_t active_5m = 0;
    std::int64_t streams_live = 0;
    std::map<std::string, std::int64_t> queues;
    std::int64_t storage_bytes = 0;

    static constexpr auto fields = Pack{
        field("users", &AdminStats::users),         field("posts", &AdminStats::posts),
        field("active_5m", &AdminStats::active_5m), field("streams_live", &AdminStats::streams_live),
        field("queues", &AdminStats::queues),       field("storage_bytes", &AdminStats::storage_bytes),
    };
};

struct AdminStatsGet {
    static constexpr Route route{.method = Method::get,
                                 .path = "/admin/stats",
                                 .summary = "How much there is, and how much waits.",
                                 .auth = Auth::admin};
    static constexpr auto fields = Pack{};
};

struct JobView {
    std::string name;
    std::int64_t interval_s = 0;
    std::optional<Time> last_run_at;
    std::optional<std::string> last_status;
    Time next_run_at;

    static constexpr auto fields = Pack{
        field("name", &JobView::name),
        field("interval_s", &JobView::interval_s),
        field("last_run_at", &JobView::last_run_at),
        field("last_status", &JobView::last_status),
        field("next_run_at", &JobView::next_run_at),
    };
};

struct JobList {
    static constexpr Route route{.method = Method::get,
                                 .path = "/admin/jobs",
                                 .summary = "Work that comes back at intervals.",
                                 .auth = Auth::admin};
    static constexpr auto fields = Pack{};
};

struct JobStarted {
    std::string message;
    static constexpr auto fields = Pack{field("message", &JobStarted::message)};
};

struct JobRun {
    std::string name;

    static constexpr api::RouteError errors[] = {{404, "Job not found"}};
    static constexpr Route route{.method = Method::post,
                                 .path = "/admin/jobs/{name}/run",
                                 .summary = "Run it as soon as a node is free, one at a time over all nodes.",
                                 .auth = Auth::admin,
                                 .status = 202};
    static constexpr auto fields = Pack{field("name", &JobRun::name, wire::in_path)};
};

}  // namespace

AdminDesk::Totals AdminDesk::totals() {
    const Time now = clock_.now();
    {
        const std::scoped_lock lock(mutex_);
        if (totals_ && now - counted_at_ < kTotalsReuse) return *totals_;
    }
    const auto counted = db_.read([&](db::Read& tx) {
        const auto users = domains_.users.totals(tx);
        return Totals{users.accounts, users.posts, domains_.media.stored_bytes(tx)};
    });
    const std::scoped_lock lock(mutex_);
    totals_ = counted;
    counted_at_ = now;
    return counted;
}

void AdminDesk::add_endpoints(Api& api) {
    api.on<AdminStatsGet>([this](const Caller&, const AdminStatsGet&) {
        const auto counted = totals();
        const auto jobs = background_.jobs().counts();
        return AdminStats{
            .users = counted.users,
            .posts = counted.posts,
            .active_5m = static_cast<std::int64_t>(metrics::active_users(std::chrono::steady_clock::now())),
            .queues = {{"jobs", jobs.waiting},
                       {"parked_jobs", jobs.parked},
                       {"passwords", static_cast<std::int64_t>(domains_.hashing.waiting())},
                       {"files", static_cast<std::int64_t>(domains_.files.waiting())}},
            .storage_bytes = counted.storage_bytes,
        };
    });
    api.on<JobList>([this](const Caller&, const JobList&) {
        std::vector<JobView> out;
        for (const auto& job : background_.jobs().periodic()) {
            out.push_back(
                {.name = job.name,
                 .interval_s = job.interval.count(),
                 .last_run_at = job.last_run_at,
                 .last_status = job.last_status.empty() ? std::nullopt : std::optional(job.last_status),
                 .next_run_at = job.next_run_at});
        }
        return out;
    });
    api.on<JobRun>([this](const Caller&, const JobRun& in) {
        background_.jobs().run_soon(in.name);
        return JobStarted{"Job will run"};
    });
}

}  // namespace grover::app
