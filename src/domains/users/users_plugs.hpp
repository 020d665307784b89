// What users need from above or beside, declared here and plugged in by app. Included through users.hpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/caller.hpp"
#include "platform/db/db.hpp"

namespace grover::http {
class UploadedFile;
}

namespace grover::users {

// Sessions and passwords. auth implements it.
class AccountGuard {
public:
    virtual ~AccountGuard() = default;

    // Proves that the caller is the owner, by the password or by a re-authentication within 10 minutes (auth.md §7).
    // Throws 400 "Current password is incorrect". Hashes: never inside a transaction.
    virtual void confirm_owner(const Caller& me, const std::optional<std::string>& current_password) = 0;
    // Ends all sessions, refresh tokens and pending one-time tokens of the account.
    virtual void end_sessions(db::Write& tx, const UserId& user) = 0;
};

// Profile pictures. media implements it. A key is what users store in place of a URL.
class PictureStore {
public:
    virtual ~PictureStore() = default;

    // Validates (image, at most 10 MB), crops to a square, drops metadata and stores 400 and 100 px. The key of the larger.
    // Throws file_upload_error. Outside transactions, in a fiber. A key that is never kept is swept after 24 h.
    virtual std::string store(const UserId& owner, http::UploadedFile& file) = 0;
    // The same of a text where the file belongs (media.md §4); 422 when it is none.
    virtual std::string store_text(const UserId& owner, std::string_view text) = 0;
    // The key behind an absolute media URL of this server, if `owner` may use that medium as a picture.
    virtual std::optional<std::string> key_of(db::Read& tx, const UserId& owner, std::string_view url) = 0;
    // A profile refers to the key now / no more: the file of the last reference is deleted.
    virtual void keep(db::Write& tx, const UserId& owner, std::string_view key) = 0;
    virtual void release(db::Write& tx, const UserId& owner, std::string_view key) = 0;
    // Absolute URL of a key. Does no I/O.
    virtual std::string url(std::string_view key, std::string_view base_url) const = 0;
};

// posts implements it: sums over the posts of the last 30 days.
class EngagementSource {
public:
    struct Sums {
        std::int64_t posts = 0;
        std::int64_t engagements = 0;  // reactions + comments + reposts + shares
    };
    virtual ~EngagementSource() = default;
    virtual Sums engagement(db::Read& tx, const UserId& author, Time since) = 0;
};

// What keeps an account from being deleted, e.g. "pending payout". Empty: nothing.
class LeavingObstacle {
public:
    virtual ~LeavingObstacle() = default;
    virtual std::string open_matter(db::Read& tx, const UserId& user) = 0;
};

// Everything one domain keeps of a user, erased in batches.
class AccountEraser {
public:
    virtual ~AccountEraser() = default;
    virtual std::string_view name() const = 0;
    // Erases about `batch` rows of the user, with the counters of others, as the table in users.md §5 says. True when
    // nothing is left. Called again, also after a crash, until it says so.
    virtual bool erase_some(db::Write& tx, const UserId& user, int batch) = 0;
};

// Where a contributor writes; the archive holds one JSON file for each kind, and media files.
class ExportWriter {
public:
    virtual ~ExportWriter() = default;
    // Pieces of one file, in order: begin("posts.json"), text(...) as often as needed.
    virtual void begin(std::string_view file_name) = 0;
    virtual void text(std::string_view piece) = 0;
    // Copies the file at `path` into the archive as `file_name`; one that is gone is left out.
    virtual void file(std::string_view file_name, const std::string& path) = 0;
};

// A file of an export that is one JSON list, however long: on its way as soon as it is some pages long.
class ListWriter {
public:
    ListWriter(ExportWriter& out, std::string_view file_name);
    // One item of it, as JSON.
    void add(std::string_view json);
    void end();

private:
    ExportWriter& out_;
    std::string piece_ = "[";
    bool is_empty_ = true;
};

// What one domain puts into a data export. On a worker thread, outside transactions: it reads page by page.
class ExportContributor {
public:
    virtual ~ExportContributor() = default;
    virtual void contribute(const UserId& user, ExportWriter& out) = 0;
};

// A kind of content that people report. Its domain implements it.
class ReportedContent {
public:
    virtual ~ReportedContent() = default;
    virtual std::string_view target_type() const = 0;  // as given to UsersService::report
    virtual std::optional<UserId> owner_of(db::Read& tx, std::string_view target_id) = 0;
    // No effect when it is gone already.
    virtual void remove(db::Write& tx, const UserId& admin, std::string_view target_id) = 0;
};

// All that app joins to UsersService before the first request; it outlives the service. What is null does not exist yet:
// endpoints that need it answer 503.
struct Plugs {
    AccountGuard* guard = nullptr;
    PictureStore* pictures = nullptr;
    EngagementSource* engagement = nullptr;
    std::vector<LeavingObstacle*> obstacles;
    std::vector<AccountEraser*> erasers;  // in this order, users itself last
    std::vector<ExportContributor*> contributors;
    std::vector<ReportedContent*> reported;
};

}  // namespace grover::users
