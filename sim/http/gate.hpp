// Who may ask: what a browser page of another site, or a name that leads here by DNS rebinding, may not.
//
// Every request must name this server in Host, and where it says Origin, that must be this server too; unless
// others were let in by name (Admission). /healthz answers any Host: who asks whether a container lives knows
// its address, and learns nothing else. With a token, everything beyond the page itself needs it:
// `Authorization: Bearer T`, or the cookie that POST /v1/session gives for it, since an event stream of a
// browser sends no headers of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/http/message.hpp"

namespace sesame::sim {

// A name under which others find this server.
struct AllowedHost {
  std::string name;  // in small letters; an IPv6 address in brackets
  enum class Port : std::uint8_t {
    own,  // none in Host, or the server's
    this_one,
    any,
  };
  Port port_is = Port::own;
  std::uint16_t port = 0;
};

struct Admission {
  std::vector<AllowedHost> hosts;
  std::vector<std::string> origins;  // as browsers say them: "https://app.example:8443"
};

// NAME, NAME:PORT or NAME:*; an IPv6 address with a port in brackets. Failure(Failure::invalid) where it is
// none of these; a name that means all is none.
AllowedHost parse_allowed_host(std::string_view text);
// SCHEME://HOST[:PORT], without the port that its scheme has anyway.
std::string parse_origin(std::string_view text);

class Gate {
 public:
  // `address`: what --listen said, else 127.0.0.1. Of an address that means all of the machine's, any IP
  // address will do as Host: a name would open the door to rebinding.
  // `scheme`: "https" where it is served over TLS.
  Gate(std::string_view address, std::uint16_t port, std::optional<std::string> token,
       std::string_view scheme = "http", Admission admission = {});

  // ApiError bad_host or bad_origin, 403, with the option that would help.
  void check_source(const Request& request) const;
  // It has the token, or its cookie; or none is needed.
  bool knows(const Request& request) const;
  // ApiError unauthorized, 401.
  void check_token(const Request& request) const;

  // What Origin says, where that is let in by its name.
  std::optional<std::string> allowed_origin(const Request& request) const;

  bool has_token() const { return token_.has_value(); }
  // The value of Set-Cookie. ApiError wrong_token, 403; not_found, 404, where no token is needed.
  std::string open_session(std::string_view token) const;

 private:
  bool is_us(std::string_view authority) const;
  bool is_let_in(std::string_view host, std::optional<std::string_view> port) const;

  std::string address_, scheme_;
  std::uint16_t port_;
  std::optional<std::string> token_;
  Admission admission_;
  std::string cookie_;  // name=value
};

// 128 random bits, in hex. Failure(Failure::environment): the system has none.
std::string random_token();

}  // namespace sesame::sim
