// The bodies of the API's requests, read: what is not understood is refused, never ignored. Each throws
// sim::ApiError.
#pragma once

#include <optional>
#include <string>

#include "host/base/secret.hpp"
#include "host/document/value.hpp"
#include "sim/bank/bank.hpp"
#include "sim/bank/seed.hpp"

namespace sesame::bank {

struct CodeLogin {
  Identifier who;
  SecretString code;
  std::string card;  // four digits, or empty
};
CodeLogin code_login(const document::Value& body);

struct SecretLogin {
  Identifier who;
  SecretString secret;
};
SecretLogin confidential_login(const document::Value& body);
SecretLogin password_login(const document::Value& body);
Identifier certificate_login(const document::Value& body);
SecretLogin reactivation(const document::Value& body);

struct ForgottenIdentifier {
  std::string name, born;
};
ForgottenIdentifier forgotten_identifier(const document::Value& body);
struct ForgottenSecret {
  Identifier who;
  Method method = Method::code;
};
ForgottenSecret forgotten_secret(const document::Value& body);

struct SecretChange {
  SecretString old, secret;
};
SecretChange secret_change(const document::Value& body);

Wish wish(const document::Value& body);
SecretString operation_code(const document::Value& body);
Batch batch(const document::Value& body);

struct NewTenant {
  Rules rules;
  bool is_virtual = true;
  std::optional<Millis> now;
  std::optional<document::Value> seed;  // as long as the body lives
  bool has_state = false;               // the body's "state", for state.hpp; then there is no seed
};
NewTenant new_tenant(const document::Value& body);
// By how much, or to when.
struct ClockMove {
  std::optional<Millis> advance, to;
};
ClockMove clock_move(const document::Value& body);

}  // namespace sesame::bank
