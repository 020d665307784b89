#include "platform/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <string_view>

namespace grover::http {

namespace {

constexpr std::string_view kProtocols = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
    unsigned char* chosen = nullptr;
    if (::SSL_select_next_proto(&chosen, size, reinterpret_cast<const unsigned char*>(kProtocols.data()),
                                static_cast<unsigned>(kProtocols.size()), offered,
                                offered_size) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

SSL_CTX* new_context(const SSL_METHOD* method) {
    SSL_CTX* const context = ::SSL_CTX_new(method);
    if (context == nullptr) throw std::bad_alloc();
    ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    ::SSL_CTX_set_options(context,
                          SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
    // Idle sessions keep no buffers; a write that could take a part takes it.
    ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
}

// That the peer has the private key belonging to what it shows is proved by the handshake itself.
int has_our_key(X509_STORE_CTX* shown, void* context) {
    const X509* const theirs = ::X509_STORE_CTX_get0_cert(shown);
    const X509* const ours = ::SSL_CTX_get0_certificate(static_cast<const SSL_CTX*>(context));
    if (theirs != nullptr && ours != nullptr &&
        ::EVP_PKEY_eq(::X509_get0_pubkey(theirs), ::X509_get0_pubkey(ours)) == 1)
        return 1;
    ::X509_STORE_CTX_set_error(shown, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

[[noreturn]] void fail(SSL_CTX* context, const std::string& what) {
    std::array<char, 256> reason{};
    ::ERR_error_string_n(::ERR_get_error(), reason.data(), reason.size());
    ::ERR_clear_error();
    ::SSL_CTX_free(context);
    throw std::runtime_error(what + " (" + reason.data() + ")");
}

}  // namespace

TlsContext::TlsContext(const std::string& cert_file, const std::string& key_file)
    : context_(new_context(::TLS_server_method())) {
    ::SSL_CTX_set_alpn_select_cb(context_, choose_protocol, nullptr);
    constexpr std::string_view kSessionContext = "grover";
    ::SSL_CTX_set_session_id_context(context_, reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                     static_cast<unsigned>(kSessionContext.size()));
    if (::SSL_CTX_use_certificate_chain_file(context_, cert_file.c_str()) != 1) {
        fail(context_,
             "Cannot read the TLS certificate " + cert_file + ": give a PEM file with the whole chain");
    }
    if (::SSL_CTX_use_PrivateKey_file(context_, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        fail(context_,
             "Cannot read the TLS key " + key_file + ": give the certificate's private key as a PEM file");
    }
}

std::unique_ptr<const TlsContext> TlsContext::to_holders_of(const std::string& cert_file) {
    SSL_CTX* const context = new_context(::TLS_client_method());
    if (::SSL_CTX_use_certificate_chain_file(context, cert_file.c_str()) != 1)
        fail(context, "Cannot read the TLS certificate " + cert_file);
    ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_cert_verify_callback(context, has_our_key, context);
    return std::unique_ptr<const TlsContext>(new TlsContext(context));
}

TlsContext::~TlsContext() { ::SSL_CTX_free(context_); }

TlsSession::TlsSession(const TlsContext& context, int socket) : session_(::SSL_new(context.get())) {
    if (session_ == nullptr || ::SSL_set_fd(session_, socket) != 1) {
        ::SSL_free(session_);
        throw std::bad_alloc();
    }
    if (::SSL_is_server(session_) == 1) {
        ::SSL_set_accept_state(session_);
    } else {
        ::SSL_set_connect_state(session_);
    }
}

TlsSession::~TlsSession() { ::SSL_free(session_); }

IoResult TlsSession::handshake() { return result_of(::SSL_do_handshake(session_)); }

IoResult TlsSession::read(std::span<char> buffer) {
    return result_of(
        ::SSL_read(session_, buffer.data(), static_cast<int>(std::min<std::size_t>(buffer.size(), 1 << 30))));
}

IoResult TlsSession::write(std::string_view data) {
    return result_of(
        ::SSL_write(session_, data.data(), static_cast<int>(std::min<std::size_t>(data.size(), 1 << 30))));
}

void TlsSession::close_notify() {
    if (::SSL_is_init_finished(session_) == 1) ::SSL_shutdown(session_);
    ::ERR_clear_error();
}

IoResult TlsSession::result_of(int returned) {
    if (returned > 0) return {IoStatus::done, static_cast<std::size_t>(returned)};
    const int error = ::SSL_get_error(session_, returned);
    // The queue is per thread, and the next session on it must not find our errors.
    ::ERR_clear_error();
    switch (error) {
        case SSL_ERROR_WANT_READ:
            return {IoStatus::wants_read};
        case SSL_ERROR_WANT_WRITE:
            return {IoStatus::wants_write};
        case SSL_ERROR_ZERO_RETURN:
            return {IoStatus::end};
        default:
            return {IoStatus::failed};
    }
}

}  // namespace grover::http
