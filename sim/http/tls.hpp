// TLS 1.3 and 1.2 (RFC 8446, RFC 5246) on a connected socket, by OpenSSL. No call waits: each says what to
// wait for. README.md says why it is not that of Asio.
//
// Suites with authenticated encryption and ephemeral keys alone; no compression, no renegotiation; no
// resumption, so that no ticket outlives what its certificate was good for. HTTP/1.1 where the client asks
// for a protocol (ALPN, RFC 7301).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host/base/secret.hpp"
#include "sim/http/message.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace sesame::sim {

// All in PEM.
struct TlsServerSettings {
  std::string certificates;  // the server's, then those between it and its authority's
  SecretString key;
  // Of those whose clients are served, and no others; empty: clients are not asked for certificates.
  std::string client_authority;
};

struct TlsClientSettings {
  std::string authority;     // of the servers that are believed
  std::string certificates;  // the client's own, where it has one
  SecretString key;
};

// For any number of sessions, which may outlive it.
class TlsContext {
 public:
  // Failure (invalid): what is given is no PEM, or the key is not the certificate's.
  explicit TlsContext(const TlsServerSettings& settings);
  explicit TlsContext(const TlsClientSettings& settings);

 private:
  friend class TlsSession;
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

// One connection's, for one thread at a time. Only the constructors and client() throw, where
// there is no memory.
class TlsSession {
 public:
  // What a call has come to. After `broken` only the destructor may be called, and finish().
  enum class Next : std::uint8_t {
    done,
    when_readable,  // the same call again when the socket is …
    when_writable,
    at_once,  // the same call again; others may have their turn first
    ended,    // nothing more will come; what is sent is read, maybe
    broken
  };
  struct Outcome {
    Next next = Next::broken;
    std::size_t count = 0;  // bytes
  };

  static constexpr std::size_t kLargestRecord = 16'384;  // bytes of what is said; RFC 8446, 5.1

  // The socket outlives it.
  TlsSession(const TlsContext& context, int socket);
  // A client's; the server must have a certificate for `host`, a name or a numeric address.
  TlsSession(const TlsContext& context, int socket, const std::string& host);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Outcome shake_hands();
  Outcome read(std::span<char> room);
  // read() would give some at once, whether the socket is readable or not.
  bool holds_bytes() const;
  // Sends some of them. Where it is to be called again, then with the same bytes, wherever they are. `more`
  // is sent at once afterwards: they may share a segment.
  Outcome write(std::string_view bytes, bool more);
  // Tells the other side that nothing more will come. Not while write() is to be called again.
  void finish();

  // Why the other side's certificate is not believed; empty where it is, or none has come.
  std::string mistrust() const;
  // That was verified: an authority of the settings has issued it for clients, and it is not over.
  std::optional<ClientCertificate> client() const;

 private:
  struct Wire;  // the socket, as OpenSSL's BIO
  struct Free {
    void operator()(ssl_st* session) const;
    void operator()(Wire* wire) const;
  };
  void begin();
  template <class Call>
  Outcome attempt(Call call);

  std::unique_ptr<Wire, Free> wire_;
  std::unique_ptr<ssl_st, Free> session_;
  bool is_broken_ = false;
};

}  // namespace sesame::sim
