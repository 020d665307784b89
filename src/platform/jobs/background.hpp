// What goes on behind the requests: telling listeners of events, running jobs. One for each store of a
// process.
//
//     jobs::Background background(*db, {.clock = &clock});
//     background.events().on<...>(...);  background.jobs().on<...>(...);      // while the server is put
//     together background.start(loops);                                               // on the loops'
//     threads, in fibers background.stop();                                                     // before the
//     loops stop
// or, in tests, instead of start(): move the clock, then background.run_due().
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/base/clock.hpp"
#include "platform/db/db.hpp"
#include "platform/jobs/events.hpp"
#include "platform/jobs/jobs.hpp"

namespace grover::runtime {
class Loops;
}

namespace grover::jobs {

class Background {
public:
    struct Options {
        const Clock* clock = nullptr;                    // null: the system's
        std::string node{};                              // names this process among the nodes; empty: made up
        std::function<void(const RunReport&)> report{};  // any thread
        int jobs_at_once = 16;
    };

    // Attaches itself to the store, which must outlive it.
    Background(db::Database& database, Options options);
    // stop() must have returned if start() was called.
    ~Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    Events& events();
    Jobs& jobs();

    // Everything that is due now and everything that follows from it, on this thread, until nothing is left.
    // Returns how many events were told and jobs run. Not together with start().
    int run_due();

    // Begins to work in fibers of all loops; nothing may be registered any more.
    void start(runtime::Loops& loops);
    // Begins nothing new, and returns when what runs has ended. Any fiber or thread that is no loop's own.
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grover::jobs
