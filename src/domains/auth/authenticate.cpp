// Who sends a request, and whom a socket acts as (auth.md §1).
#include <unordered_map>

#include "domains/auth/auth_parts.hpp"
#include "platform/text/utf8.hpp"

namespace grover::auth {
namespace {

// "Bearer <token>" in any case with one or more spaces, or the token alone: scripts in the field send that.
std::string_view credential_of(std::string_view header) {
    constexpr std::string_view kScheme = "bearer";
    const auto first = header.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    header.remove_prefix(first);
    header = header.substr(0, header.find_last_not_of(' ') + 1);
    const auto space = header.find(' ');
    const bool has_scheme = text::equal_ignoring_ascii_case(header.substr(0, space), kScheme);
    if (space == std::string_view::npos) return has_scheme ? std::string_view{} : header;
    if (!has_scheme) return {};
    header.remove_prefix(header.find_first_not_of(' ', space));
    return header;
}

// Whether a route makes content or moves money (auth.md §3), apart from what people change about themselves.
bool needs_verified_address(const api::Route& route) {
    using http::Method;
    const bool makes =
        route.method == Method::post || route.method == Method::put || route.method == Method::patch;
    const bool is_content = route.limit == api::RateClass::write || route.limit == api::RateClass::own ||
                            route.limit == api::RateClass::upload || route.limit == api::RateClass::money;
    return makes && is_content && !route.path.starts_with("/users/");
}

// Whose a token was when this thread saw it last. That never changes, so account and session are asked together; the row
// itself is read each time. For stores where nothing is kept in memory.
class OwnersSeen {
public:
    static OwnersSeen& of_this_thread() {
        thread_local OwnersSeen seen;
        return seen;
    }
    const UserId* find(const SecretHash& token) const {
        const auto found = owners_.find(std::string(token.view()));
        return found == owners_.end() ? nullptr : &found->second;
    }
    void remember(const SecretHash& token, const UserId& owner) {
        if (owners_.size() >= kMost) owners_.clear();
        owners_.insert_or_assign(std::string(token.view()), owner);
    }

private:
    static constexpr std::size_t kMost = 10'000;
    std::unordered_map<std::string, UserId> owners_;
};

}  // namespace

bool AuthService::Parts::ask_together(db::Read& tx, std::string_view token,
                                      std::shared_ptr<const LiveSession>& session,
                                      std::shared_ptr<const users::AccountState>& account) const {
    if (tx.snapshot() != 0 || !could_be_token(token)) return false;
    const SecretHash hash(token);
    const auto* owner = OwnersSeen::of_this_thread().find(hash);
    if (owner == nullptr) return false;
    db::Together both;
    sessions.ask_by_token(both, session, hash);
    core.users.ask_account(both, account, *owner);
    both.run(tx);
    if (session && session->row.user_id == *owner && !session->is_over(core.clock.now())) return true;
    session = nullptr;
    account = nullptr;
    return false;
}

std::shared_ptr<const LiveSession> AuthService::Parts::session_of(db::Read& tx,
                                                                  std::string_view token) const {
    if (!could_be_token(token)) return nullptr;
    // Whatever it looks like: an exchange may hand out anything as a session token.
    auto session = sessions.find_by_token(tx, token);
    if (!session) session = tokens.find_session(tx, token);
    if (!session || session->is_over(core.clock.now())) return nullptr;
    return session;
}

bool AuthService::authenticate(const http::RequestHead& request, const api::Route& route, Caller& caller) {
    const auto credential = credential_of(request.header("authorization"));
    if (credential.empty()) return false;
    const auto& parts = *parts_;
    std::shared_ptr<const LiveSession> session;
    std::shared_ptr<const users::AccountState> account;
    parts.core.db.read([&](db::Read& tx) {
        if (parts.ask_together(tx, credential, session, account)) return;
        session = parts.session_of(tx, credential);
        if (!session) return;
        account = parts.core.users.cached_account(tx, session->row.user_id);
        if (tx.snapshot() != 0) return;
        if (const SecretHash hash(credential); session->row.token_hash == hash.view())
            OwnersSeen::of_this_thread().remember(hash, session->row.user_id);
    });
    if (!session || !account->exists || account->deactivated()) return false;
    // An invalid credential counts as none where none is needed, and one of a blocked account is no better.
    const bool optional = route.auth == api::Auth::optional;
    if (account->suspended()) {
        if (optional) return false;
        throw not_authorized("Account suspended");
    }
    if (account->leaving() && !route.open_while_leaving) {
        if (optional) return false;
        throw not_authorized("Account scheduled for deletion");
    }
    caller.id = session->row.user_id;
    caller.session_id = session->row.session_id;
    caller.is_admin = account->is_admin;
    caller.email_verified = account->email_verified || !parts.core.options.require_email_verification;
    caller.credential = credential;
    if (!caller.email_verified && needs_verified_address(route)) throw not_authorized("Email not verified");
    parts.sessions.keep_alive(*session);
    return true;
}

std::optional<SocketIdentity> AuthService::Parts::socket_identity(
    db::Read& tx, const std::shared_ptr<const LiveSession>& session) const {
    if (!session || session->is_over(core.clock.now())) return std::nullopt;
    const auto account = core.users.cached_account(tx, session->row.user_id);
    if (account->suspended()) throw not_authorized("Account suspended");
    if (!account->exists || account->status != users::AccountStatus::active) return std::nullopt;
    return SocketIdentity{
        .user_id = session->row.user_id,
        .session_id = session->row.session_id,
        .expires_at = session->row.expires_at,
        .is_admin = account->is_admin,
        .email_verified = account->email_verified || !core.options.require_email_verification};
}

// `find` gives the session; the caller's socket is a use of it.
template <class F>
std::optional<SocketIdentity> AuthService::Parts::connect_socket(F&& find) const {
    std::shared_ptr<const LiveSession> session;
    const auto identity = core.db.read([&](db::Read& tx) {
        session = find(tx);
        return socket_identity(tx, session);
    });
    if (identity) sessions.keep_alive(*session);
    return identity;
}

std::optional<SocketIdentity> AuthService::identify_token(std::string_view token) {
    return parts_->connect_socket([&](db::Read& tx) { return parts_->session_of(tx, token); });
}

std::optional<SocketIdentity> AuthService::identify_cookie(std::string_view value) {
    if (!could_be_token(value)) return std::nullopt;
    return parts_->connect_socket([&](db::Read& tx) { return parts_->sessions.find_by_cookie(tx, value); });
}

std::optional<SocketIdentity> AuthService::identify_session(const SessionId& session) {
    return parts_->core.db.read(
        [&](db::Read& tx) { return parts_->socket_identity(tx, parts_->sessions.find_by_id(tx, session)); });
}

std::optional<SocketIdentity> AuthService::redeem_ticket(std::string_view ticket) {
    if (!could_be_token(ticket) || !ticket.starts_with(kTicketPrefix)) return std::nullopt;
    const SecretHash hash(ticket);
    const auto session = parts_->core.db.write(
        [&](db::Write& tx) { return session_store::take_ticket(tx, hash.view(), parts_->core.clock.now()); });
    if (!session) return std::nullopt;
    return parts_->connect_socket([&](db::Read& tx) { return parts_->sessions.find_by_id(tx, *session); });
}

}  // namespace grover::auth
