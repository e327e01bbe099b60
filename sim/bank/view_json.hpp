// What the API says of a bank.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/bank/bank.hpp"
#include "sim/bank/seed.hpp"

namespace sesame::bank {

// NOLINTNEXTLINE(bugprone-exception-escape): a move of JSON allocates nothing
struct SessionExtras {
  std::string csrf;
  bool certificates = false;
  Json demo;           // null: there is no reader beside the page
  Json authorization;  // the application that waits for this login
};
Json session_json(const View& view, const Bank& bank, Millis now, Millis ends, const SessionExtras& extras);
Json account_json(const Account& account);
Json movement_json(const Movement& movement);
Json event_json(const Event& event);
Json beneficiary_json(const Beneficiary& one);
Json batch_json(const Batch& batch, const std::vector<User>& users);
Json user_json(const User& user);
Json managed_json(const Managed& one);
Json operation_json(const Begun& begun);
Json message_json(const Message& message);
Json seeded_json(const SeededUser& one);

}  // namespace sesame::bank
