// Spares the writer two system calls for each page that a commit adds to the log: SQLite writes a frame's head and its page
// one after the other, and here they are gathered and written at once. Private to this folder.
//
// Nothing is weaker for it. SQLite makes frames visible to others, in the log's index, only after the sync that ends the
// commit (synchronous=FULL), and the sync writes what was gathered first; if that fails, the commit fails. Whatever else
// is done with the file also writes first.
#pragma once

#include <memory>

namespace grover::db {

class SqliteConnection;

// From now on what the connection writes into its log is gathered. Returns what must live until the connection is closed.
// Any thread; the connection must not be in use, and is in WAL mode with synchronous=FULL.
std::shared_ptr<void> gather_log(SqliteConnection& connection);

}  // namespace grover::db
