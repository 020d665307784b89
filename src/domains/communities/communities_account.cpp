// What becomes of memberships and owned communities when an account ends, and what an export holds of them (users.md §5).
#include "domains/communities/communities_store.hpp"
#include "platform/wire/json_out.hpp"
#include "sql/communities.hpp"
#include "sql/communities_members.hpp"

namespace grover::communities {
namespace {

namespace s = sql::communities;
namespace m = sql::communities_members;

class Eraser final : public users::AccountEraser {
public:
    Eraser(media::MediaService& media, posts::PostWriter& writer) : media_(media), writer_(writer) {}

    std::string_view name() const override { return "communities"; }

    bool erase_some(db::Write& tx, const UserId& user, int batch) override {
        const auto ids = tx.list<CommunityId>(m::communities_of{.user_id = user, .limit = batch});
        for (const auto& id : ids) {
            tx.exists(s::lock_community{.community_id = id});
            const auto row = find(tx, user, id);
            if (row && row->is_owner() && !hand_over(tx, *row)) {
                // A community without anybody else ends, posts of former members first.
                if (!writer_.erase_some_of(tx, id, batch)) return false;
                unindex(tx, *row);
                media_.release(tx, {"community", id.view()});
                tx.exec(s::mark_deleted{.now = Time{1}, .community_id = id});
                tx.publish(CommunityDeleted{.community_id = id});
                tx.exec(m::delete_member{.user_id = user, .community_id = id});
                tx.exec(s::delete_community{.community_id = id});
                continue;
            }
            // One that is being deleted counts nobody any more.
            if (row) {
                drop_member(tx, *row, user);
            } else {
                tx.exec(m::delete_member{.user_id = user, .community_id = id});
            }
        }
        return ids.empty();
    }

private:
    // False: nobody is left to own it.
    static bool hand_over(db::Write& tx, const Row& community) {
        const auto& id = community.community_id;
        const auto heir = tx.find<UserId>(m::heir_of{.community_id = id, .user_id = community.owner_id});
        if (!heir) return false;
        tx.exec(m::set_role{.role = static_cast<int>(Role::owner), .user_id = *heir, .community_id = id});
        tx.exec(s::set_owner{.owner_id = *heir, .community_id = id});
        return true;
    }

    media::MediaService& media_;
    posts::PostWriter& writer_;
};

struct Membership {
    CommunityId community_id;
    std::string name;
    Role role = Role::member;
    Time joined_at;
    static constexpr auto fields = Pack{
        field("community_id", &Membership::community_id),
        field("name", &Membership::name),
        field("role", &Membership::role),
        field("joined_at", &Membership::joined_at),
    };
};

class Export final : public users::ExportContributor {
public:
    explicit Export(db::Database& db) : db_(db) {}

    void contribute(const UserId& user, users::ExportWriter& out) override {
        users::ListWriter list(out, "communities.json");
        CommunityId after;
        for (auto page = next_page(user, after); !page.empty(); page = next_page(user, after)) {
            for (const auto& membership : page) list.add(wire::to_json(membership));
            after = page.back().community_id;
        }
        list.end();
    }

private:
    std::vector<Membership> next_page(const UserId& user, const CommunityId& after) {
        return db_.read([&](db::Read& tx) {
            std::vector<Membership> page;
            tx.each(m::memberships_after{.user_id = user, .after = after, .limit = 500},
                    [&](const db::Row& row) {
                        page.push_back({row.get<CommunityId>(0), row.get<std::string>(1), row.get<Role>(2),
                                        row.get<Time>(3)});
                    });
            return page;
        });
    }

    db::Database& db_;
};

}  // namespace

std::unique_ptr<users::AccountEraser> communities_eraser(media::MediaService& media,
                                                         posts::PostWriter& writer) {
    return std::make_unique<Eraser>(media, writer);
}

std::unique_ptr<users::ExportContributor> communities_export(db::Database& db) {
    return std::make_unique<Export>(db);
}

}  // namespace grover::communities
