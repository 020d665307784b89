#include "platform/db/postgres_listen.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace grover::db {

PostgresListen::PostgresListen(PostgresConnection::Settings settings, Subscriber& listener)
    : settings_(std::move(settings)), listener_(listener), stop_event_(eventfd(0, EFD_CLOEXEC)) {
    thread_ = std::thread([this] { work(); });
}

PostgresListen::~PostgresListen() {
    stopping_ = true;
    eventfd_write(stop_event_, 1);
    thread_.join();
    close(stop_event_);
}

void PostgresListen::work() {
    pthread_setname_np(pthread_self(), "db-listen");
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (!stopping_) {
        try {
            listen();
        } catch (const PostgresFailure&) {
            sleep(1'000, -1);
        }
    }
}

void PostgresListen::listen() {
    const auto connection = PostgresConnection::connect(settings_);
    connection->leave_pipeline();
    connection->exec("LISTEN grover_events");
    PGconn* const handle = connection->handle();
    // What was announced while nobody listened.
    listener_.events_committed();
    while (sleep(30'000, PQsocket(handle))) {
        if (PQconsumeInput(handle) == 0) return;
        bool announced = false;
        while (PGnotify* const notice = PQnotifies(handle)) {
            PQfreemem(notice);
            announced = true;
        }
        if (announced) listener_.events_committed();
    }
}

// False: it is time to stop.
bool PostgresListen::sleep(int milliseconds, int other_socket) {
    pollfd watched[] = {{stop_event_, POLLIN, 0}, {other_socket, POLLIN, 0}};
    poll(watched, other_socket < 0 ? 1 : 2, milliseconds);
    return !stopping_;
}

}  // namespace grover::db
