// Applications that log their users in with the bank: clients of OAuth 2.0 (RFC 6749, 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/document/value.hpp"
#include "sim/bank/secrets.hpp"
#include "sim/bank/tables.hpp"

namespace sesame::bank {

struct Client {
  std::string client_id, name;
  std::vector<std::string> redirect_uris, post_logout_redirect_uris;
  // A random key, and HMAC of its secret with it; empty: it is public, and has none. It goes with the bank's
  // state to another bank, whose keys are others.
  ByteString secret;

  bool is_public() const { return secret.empty(); }
};

// What may follow a login there: an absolute URI without a fragment (RFC 6749, 3.1.2), of http, https or a
// scheme that is a domain name reversed (RFC 8252, 7.1); none that a browser would run.
bool is_redirect_uri(std::string_view uri);
// "https://app.example:8443"; empty: it is of no browser's.
std::string origin_of(std::string_view uri);

// In the same time, whatever it is. A public client has none.
bool is_secret_of(const Client& client, std::string_view secret);

// {"client_id", "name", "redirect_uris": […], "post_logout_redirect_uris"?: […], "client_secret"?: "16
// characters at least"}; without a secret it is a public client. sim::ApiError
Client read_client(const document::Value& body, const Random& random);

// Failure(Failure::refused): there is one of this client_id.
void insert_client(Database& database, const Client& client);
std::optional<Client> find_client(Database& database, std::string_view client_id);
std::vector<Client> all_clients(Database& database);
// With what it was given; false: there is none.
bool remove_client(Database& database, std::string_view client_id);

}  // namespace sesame::bank
