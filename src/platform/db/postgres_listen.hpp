// Hears, on a thread of its own, that another node put events in order (NOTIFY). Private to this folder.
#pragma once

#include <atomic>
#include <thread>

#include "platform/db/db.hpp"
#include "platform/db/postgres_connection.hpp"

namespace grover::db {

class PostgresListen {
public:
    // Reconnects by itself; what it misses meanwhile is found by the listener's own look at the store, once a second.
    PostgresListen(PostgresConnection::Settings settings, Subscriber& listener);
    ~PostgresListen();

private:
    void work();
    void listen();
    bool sleep(int milliseconds, int other_socket);

    const PostgresConnection::Settings settings_;
    Subscriber& listener_;
    int stop_event_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace grover::db
