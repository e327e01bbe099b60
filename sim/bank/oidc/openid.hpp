// The bank as an OpenID Provider, so that another application logs its users in with a code of the reader:
// OpenID Connect Core 1.0 with the authorization code flow (3.1) and nothing else, PKCE for every client
// (RFC 7636, S256), the issuer in the response (RFC 9207), RP-Initiated Logout 1.0; and what RFC 9700 asks.
//
//     authorize() → the application, with a code; or the bank's page, where the user must do something
//     …the page: pending(), then complete() → the application, with a code
//     exchange()  → an ID token, and an access token for user_info()
//
// A code is over with the first attempt to use it, by any client and with anything beside it; at a second one
// the tokens that it gave are over too (RFC 6749, 4.1.2). Codes and tokens are random, and kept as hashes.
// There are no refresh tokens: an application that needs the user again asks for the user again.
//
// All time is the bank's clock, which may be a test's: so are iat, exp and auth_time.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sim/bank/bank.hpp"
#include "sim/bank/oidc/clients.hpp"
#include "sim/bank/oidc/form.hpp"
#include "sim/bank/oidc/jws.hpp"

namespace sesame::bank {

// The Level of a session, for applications.
inline constexpr std::string_view kAcrSimple = "urn:sesame:acr:simple", kAcrStrong = "urn:sesame:acr:strong";

// What the user has to do before an application gets its answer.
enum class Lack : std::uint8_t {
  nothing,
  login,   // log in, or log in again
  strong,  // authenticate strongly in this session: POST api/operations {"kind":"strong"}
  secret,  // change a secret that the bank has made
};
inline constexpr std::string_view kLackNames[] = {"nothing", "login", "strong", "secret"};
constexpr std::string_view to_string(Lack lack) { return kLackNames[static_cast<std::size_t>(lack)]; }

// The answer of the endpoints that applications call (RFC 6749, 5.2; RFC 6750, 3.1).
struct OAuthError {
  int status = 400;
  std::string error;  // "invalid_grant"
  std::string description;
};

// What an application asks: authorizations.request.
struct AuthorizationRequest {
  std::string client_id, redirect_uri, state, nonce, challenge;
  bool profile = false, email = false;  // scope
  bool silent = false;                  // prompt=none
  bool again = false;                   // prompt=login, or max_age=0
  std::optional<Millis> max_age;
  bool simple_will_do = true, strong_first = false;  // acr_values
  std::string subject;                               // of id_token_hint: nobody else
  std::string login_hint, locale;                    // for the page; locale: "fr" or "en"
  Millis at = 0;
  std::string asked_in;  // the session in which it was asked, as hexadecimal of its id
};

// The application that a session's user is asked for by.
struct Pending {
  std::string id;
  std::string client;  // its name
  AuthorizationRequest request;
  Lack lack = Lack::nothing;
};

class OpenId {
 public:
  static constexpr Millis kCodeLives = kMinute, kTokenLives = 10 * kMinute, kRequestLives = 15 * kMinute;
  static constexpr std::int64_t kMostRequests = 10'000;

  // `issuer`: where the site is, "https://localhost:8037/t/ID". The first two outlive it.
  OpenId(Bank& bank, const keys::SealingKey& key, Random random, std::string issuer);

  nlohmann::ordered_json discovery() const;
  std::string jwks(Millis now);
  // A page of this origin is a client's: it may read what is answered to it.
  bool is_origin_of_client(std::string_view origin);

  // Where the browser goes. sim::ApiError: there is nobody to whom it could be led back.
  std::string authorize(std::string_view token, const Parameters& given, Millis now);
  std::optional<Pending> pending(const View& view, Millis now);
  // Of the session's request, and where `id` is not empty, of that one alone. Refused::over: there is none,
  // or its time is over; no_session. `lack`: set to what is missing, and the request stays.
  std::string complete(std::string_view token, std::string_view id, Lack& lack, Millis now);
  // The user does not want to: where the browser goes. Refused::over
  std::string decline(std::string_view token, std::string_view id, Millis now);

  // `authorization`: the header. Each throws OAuthError.
  nlohmann::ordered_json exchange(const Parameters& form, std::string_view authorization, Millis now);
  nlohmann::ordered_json user_info(std::string_view authorization, Millis now);

  // Where the browser goes; the session is over where the application proves that it logged its user in.
  std::string log_out(std::string_view token, const Parameters& given, Millis now);

  std::string subject(Id user) const;

 private:
  struct Grant;

  SigningKey signing_key(Database& database, Millis now);
  std::string issue_code(Database& database, const AuthorizationRequest& request, const View& view,
                         Millis now);
  Lack lack_of(const AuthorizationRequest& request, const View& view, Millis now) const;
  void keep_request(const AuthorizationRequest& request, const std::string& id, const View& view, Millis now);
  std::string answer(const AuthorizationRequest& request,
                     std::vector<std::pair<std::string, std::string>> parameters) const;
  Client authenticated(const Parameters& form, std::string_view authorization);
  Grant take_grant(Database& database, const std::string& code, Millis now);
  void check_grant(const Grant& grant, const Client& client, const Parameters& form, Millis now) const;
  // The payload of an ID token of this bank, in time or not.
  std::optional<nlohmann::json> verified(std::string_view id_token, Millis now);
  std::string random_text();

  Bank& bank_;
  const keys::SealingKey& key_;
  Random random_;
  std::string issuer_;
};

// How it was authenticated (RFC 8176), and when: in seconds since 1970.
nlohmann::ordered_json amr_of(const Session& session);
Millis authenticated_at(const Session& session);

}  // namespace sesame::bank
