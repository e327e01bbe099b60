#include "sim/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "host/base/failure.hpp"
#include "sim/http/x509.hpp"

namespace sesame::sim {

namespace {

// Of a client's certificate with what is above it: more is refused before it is read.
constexpr long kLargestChain = 16'384;
constexpr int kLongestChain = 4;
// What one call may read from its socket, so that one client's records keep no other waiting.
constexpr std::size_t kTlsAtOnce = 65'536;

SSL_CTX* new_context(const SSL_METHOD* method) {
  return x509::require(SSL_CTX_new_ex(x509::library(), nullptr, method), "making a context");
}

void set_up(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CLEANSE_PLAINTEXT
                                   // The length of a message of HTTP is known without its end.
                                   | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_clear_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_security_level(context, 2);  // 112 bits
  SSL_CTX_set_max_cert_list(context, kLargestChain);
  SSL_CTX_set_verify_depth(context, kLongestChain);
  x509::require(SSL_CTX_set_num_tickets(context, 0), "turning tickets off");
  x509::require(static_cast<int>(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION)),
                "asking for TLS 1.2");
  x509::require(SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20"), "choosing suites");
  x509::require(SSL_CTX_set_ciphersuites(context,
                                         "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                         "TLS_CHACHA20_POLY1305_SHA256"),
                "choosing suites");
  x509::require(static_cast<int>(SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384")), "choosing groups");
}

void present(SSL_CTX* context, const std::string& certificates, const SecretString& key) {
  std::vector<x509::Certificate> all = x509::read_certificates(certificates, "the certificate for TLS");
  const x509::Key private_key = x509::read_key(key.view(), "the key for TLS");
  if (SSL_CTX_use_certificate(context, all.front().get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, private_key.get()) != 1) {
    ERR_clear_error();
    throw Failure(Failure::invalid, "the key for TLS is not that of its certificate, or either is too weak");
  }
  for (std::size_t i = 1; i < all.size(); ++i)
    x509::require(static_cast<int>(SSL_CTX_add1_chain_cert(context, all[i].get())), "adding a certificate");
}

void believe(SSL_CTX* context, const std::string& authorities, int mode) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const x509::Certificate& one : x509::read_certificates(authorities, "the authority for TLS")) {
    x509::require(X509_STORE_add_cert(store, one.get()), "adding an authority");
    // By these names a browser knows which of its certificates to offer.
    if (SSL_CTX_get_ssl_method(context) == TLS_server_method())
      x509::require(SSL_CTX_add_client_CA(context, one.get()), "adding an authority");
  }
  SSL_CTX_set_verify(context, mode, nullptr);
}

constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};  // RFC 7301, 3.1

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kProtocols, sizeof kProtocols, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

// ---- context

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(const TlsServerSettings& settings) : context_(new_context(TLS_server_method())) {
  set_up(context_.get());
  present(context_.get(), settings.certificates, settings.key);
  if (!settings.client_authority.empty()) {
    believe(context_.get(), settings.client_authority, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
  }
  SSL_CTX_set_alpn_select_cb(context_.get(), choose_protocol, nullptr);
}

TlsContext::TlsContext(const TlsClientSettings& settings) : context_(new_context(TLS_client_method())) {
  set_up(context_.get());
  if (!settings.certificates.empty()) present(context_.get(), settings.certificates, settings.key);
  believe(context_.get(), settings.authority, SSL_VERIFY_PEER);
  if (SSL_CTX_set_alpn_protos(context_.get(), kProtocols, sizeof kProtocols) != 0)
    x509::fail("asking for ALPN");
}

// ---- the socket

// OpenSSL's own BIO for sockets writes without MSG_NOSIGNAL, reads on and on, and does not say whether there
// is more.
struct TlsSession::Wire {
  int socket = -1;
  std::size_t left = 0;   // that may be read in this call
  bool is_dry = false;    // there was nothing to read
  bool is_ended = false;  // there will not be
  bool more = false;

  static Wire& of(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* room, int size) {
    Wire& wire = of(bio);
    BIO_clear_retry_flags(bio);
    if (wire.left == 0) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const ssize_t count =
        ::recv(wire.socket, room, std::min(static_cast<std::size_t>(size), wire.left), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      wire.is_dry = errno == EAGAIN;
      BIO_set_retry_read(bio);
    }
    wire.is_ended = count == 0;
    if (count > 0) wire.left -= static_cast<std::size_t>(count);
    return static_cast<int>(count);
  }
  static int write(BIO* bio, const char* bytes, int size) {
    const Wire& wire = of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::send(wire.socket, bytes, static_cast<std::size_t>(size),
                                 MSG_DONTWAIT | MSG_NOSIGNAL | (wire.more ? MSG_MORE : 0));
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(count);
  }
  static long control(BIO* bio, int what, long, void*) {
    if (what == BIO_CTRL_EOF) return of(bio).is_ended ? 1 : 0;
    return what == BIO_CTRL_FLUSH ? 1 : 0;
  }

  // One for all, for as long as the process lives.
  static const BIO_METHOD* method() {
    static const BIO_METHOD* const all = [] {
      BIO_METHOD* made =
          x509::require(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket"), "memory");
      BIO_meth_set_read(made, read);
      BIO_meth_set_write(made, write);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return all;
  }
};

// ---- session

void TlsSession::Free::operator()(ssl_st* session) const { SSL_free(session); }
void TlsSession::Free::operator()(Wire* wire) const { delete wire; }

TlsSession::TlsSession(const TlsContext& context, int socket)
    : wire_(new Wire{socket}), session_(x509::require(SSL_new(context.context_.get()), "making a session")) {
  begin();
  SSL_set_accept_state(session_.get());
}

TlsSession::TlsSession(const TlsContext& context, int socket, const std::string& host)
    : wire_(new Wire{socket}), session_(x509::require(SSL_new(context.context_.get()), "making a session")) {
  begin();
  SSL_set_connect_state(session_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), host.c_str()) == 1) return;
  x509::require(SSL_set1_host(session_.get(), host.c_str()), "setting a host");
  // SSL_set_tlsext_host_name(), without its cast
  x509::require(static_cast<int>(SSL_ctrl(session_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                          TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()))),
                "setting a host");
}

void TlsSession::begin() {
  BIO* bio = x509::require(BIO_new(Wire::method()), "memory");
  BIO_set_data(bio, wire_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(session_.get(), bio, bio);
}

template <class Call>
TlsSession::Outcome TlsSession::attempt(Call call) {
  if (is_broken_) return {};
  ERR_clear_error();
  wire_->left = kTlsAtOnce;
  wire_->is_dry = false;
  std::size_t count = 0;
  const int result = call(&count);
  if (result == 1) return {Next::done, count};
  const int why = SSL_get_error(session_.get(), result);
  ERR_clear_error();
  switch (why) {
    case SSL_ERROR_WANT_READ: return {wire_->is_dry ? Next::when_readable : Next::at_once};
    case SSL_ERROR_WANT_WRITE: return {Next::when_writable};
    case SSL_ERROR_ZERO_RETURN: return {Next::ended};
    default: is_broken_ = true; return {};
  }
}

TlsSession::Outcome TlsSession::shake_hands() {
  return attempt([this](std::size_t*) { return SSL_do_handshake(session_.get()); });
}

TlsSession::Outcome TlsSession::read(std::span<char> room) {
  return attempt(
      [&](std::size_t* count) { return SSL_read_ex(session_.get(), room.data(), room.size(), count); });
}

bool TlsSession::holds_bytes() const { return SSL_pending(session_.get()) > 0; }

TlsSession::Outcome TlsSession::write(std::string_view bytes, bool more) {
  wire_->more = more;
  const Outcome outcome = attempt(
      [&](std::size_t* count) { return SSL_write_ex(session_.get(), bytes.data(), bytes.size(), count); });
  wire_->more = false;
  return outcome;
}

void TlsSession::finish() {
  if (is_broken_ || SSL_is_init_finished(session_.get()) != 1) return;
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

std::string TlsSession::mistrust() const {
  const long result = SSL_get_verify_result(session_.get());
  return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
}

std::optional<ClientCertificate> TlsSession::client() const {
  const X509* certificate = SSL_get0_peer_certificate(session_.get());
  if (certificate == nullptr || SSL_get_verify_result(session_.get()) != X509_V_OK) return std::nullopt;
  return x509::described(*certificate);
}

}  // namespace sesame::sim
