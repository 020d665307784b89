// What becomes of a user's collections and follows when the account ends, and what an export holds of them.
#include "domains/collections/collections_store.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/collections.hpp"
#include "sql/collections_people.hpp"

namespace grover::collections {
namespace {

class CollectionsEraser final : public users::AccountEraser {
public:
    explicit CollectionsEraser(const posts::PostGate& gate) : gate_(gate) {}

    std::string_view name() const override { return "collections"; }

    bool erase_some(db::Write& tx, const UserId& user, int batch) override {
        const auto followed = tx.list<CollectionId>(
            sql::collections_people::some_follows_of_user{.user_id = user, .limit = batch});
        for (const auto& id : followed) {
            if (tx.exec(sql::collections_people::delete_follow{.user_id = user, .collection_id = id}) > 0)
                tx.exists(sql::collections::add_followers{.delta = -1, .collection_id = id});
        }
        if (!followed.empty()) return false;
        // Each may hold some hundred posts.
        const auto own = tx.list<CollectionRow>(sql::collections::some_of_user{.user_id = user, .limit = 1});
        for (const auto& row : own) erase(tx, gate_, row);
        return own.empty();
    }

private:
    const posts::PostGate& gate_;
};

struct OwnCollection {
    CollectionId collection_id;
    std::string name;
    std::optional<std::string> description;
    bool is_public = false;
    std::vector<PostId> post_ids;
    Time created_at;

    static constexpr auto fields = Pack{
        wire::field("collection_id", &OwnCollection::collection_id),
        wire::field("name", &OwnCollection::name),
        wire::field("description", &OwnCollection::description),
        wire::field("is_public", &OwnCollection::is_public),
        wire::field("post_ids", &OwnCollection::post_ids),
        wire::field("created_at", &OwnCollection::created_at),
    };
};

class CollectionsExport final : public users::ExportContributor {
public:
    explicit CollectionsExport(db::Database& db) : db_(db) {}

    void contribute(const UserId& user, users::ExportWriter& out) override {
        const auto own = db_.read([&](db::Read& tx) {
            std::vector<OwnCollection> all;
            for (const auto& row : tx.list<CollectionRow>(
                     sql::collections::some_of_user{.user_id = user, .limit = kMaxCollections})) {
                all.push_back(
                    {row.collection_id, row.name, row.description, row.is_public, {}, row.created_at});
            }
            std::vector<CollectionId> ids;
            for (const auto& collection : all) ids.push_back(collection.collection_id);
            for (const auto& entry : entries_of(tx, ids)) {
                const auto at = std::ranges::find(ids, entry.collection_id) - ids.begin();
                all[static_cast<std::size_t>(at)].post_ids.push_back(entry.post_id);
            }
            return all;
        });
        out.begin("collections.json");
        out.text(wire::to_json(own));
    }

private:
    db::Database& db_;
};

}  // namespace

std::unique_ptr<users::AccountEraser> collections_eraser(const posts::PostGate& gate) {
    return std::make_unique<CollectionsEraser>(gate);
}

std::unique_ptr<users::ExportContributor> collections_export(db::Database& db) {
    return std::make_unique<CollectionsExport>(db);
}

}  // namespace grover::collections
