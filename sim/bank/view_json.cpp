#include "sim/bank/view_json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sesame::bank {

namespace {

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }
Json or_null(const std::optional<Millis>& time) { return time ? Json(*time) : Json(nullptr); }

Json entitlement_list(Entitlements entitlements) {
  Json list = Json::array();
  for (std::size_t i = 0; i < std::size(kEntitlementNames); ++i) {
    if (has(entitlements, static_cast<Entitlement>(i))) list.push_back(kEntitlementNames[i]);
  }
  return list;
}

// "+33 ••••• 01": who looks over a shoulder learns no number.
Json masked(const std::optional<std::string>& mobile) {
  if (!mobile || mobile->size() < 6) return or_null(mobile);
  return mobile->substr(0, 3) + " ••••• " + mobile->substr(mobile->size() - 2);
}

void show(Json& list, const char* field, const Json& value) {
  list.push_back({{"field", field}, {"value", value}});
}

}  // namespace

Json user_json(const User& user) {
  return {{"name", user.name},
          {"client_id", user.client_id},
          {"user_number", user.number},
          {"user_code", or_null(user.user_code)},
          {"role", to_string(user.role)},
          {"entitlements", entitlement_list(user.entitlements)}};
}

Json managed_json(const Managed& one) {
  Json json = user_json(one.user);
  json["disabled"] = one.disabled;
  return json;
}

Json session_json(const View& view, const Bank& bank, Millis now, Millis ends, const SessionExtras& extras) {
  const Rules& rules = bank.rules();
  const bool somebody = view.user.has_value();
  Json user = nullptr;
  if (somebody) {
    user = user_json(*view.user);
    user["last_login_ms"] = or_null(view.user->login_before);
    user["last_login_method"] = or_null(view.user->method_before);
    user["mobile"] = masked(view.user->mobile);
    user["email"] = or_null(view.user->email);
    user["address"] = or_null(view.user->address);
    user["bank_iban"] = or_null(view.user->bank_iban);
  }
  Json json{{"level", to_string(view.session.level)},
            {"access", to_string(view.access)},
            {"site", nullptr},
            {"csrf", extras.csrf},
            {"now_ms", now},
            {"idle_ms", rules.idle},
            {"ends_ms", nullptr},
            {"user", user},
            {"strong_until_ms", or_null(view.strong_until)},
            {"rules",
             {{"confidential_min", rules.confidential_min},
              {"confidential_max", rules.confidential_max},
              {"password_min", rules.password_min},
              {"password_max", rules.password_max},
              {"password_mixed", rules.password_mixed},
              {"strong_days", rules.strong_days},
              {"history_days", rules.history_days}}},
            {"methods", {{"certificate", extras.certificates}}},
            {"demo", extras.demo},
            {"authorization", extras.authorization}};
  if (somebody) {
    json["site"] = to_string(view.session.site);
    json["ends_ms"] = ends;
  }
  return json;
}

Json account_json(const Account& account) {
  return {{"id", account.id},
          {"iban", account.iban},
          {"label", account.label},
          {"balance", money(account.balance)},
          {"currency", "EUR"}};
}

Json movement_json(const Movement& movement) {
  return {{"at_ms", movement.at},    {"kind", movement.kind},
          {"label", movement.label}, {"counterpart", movement.counterpart},
          {"iban", movement.iban},   {"amount", money(movement.amount)}};
}

Json event_json(const Event& event) {
  return {{"number", event.number},
          {"at_ms", event.at},
          {"user", event.user == 0 ? Json(nullptr) : Json(event.user)},
          {"event", event.event},
          {"method", or_null(event.method)},
          {"detail", Json::parse(event.detail, nullptr, false)}};
}

Json beneficiary_json(const Beneficiary& one) {
  return {{"id", one.id}, {"name", one.name}, {"iban", one.iban}, {"since_ms", one.since}};
}

Json batch_json(const Batch& batch, const std::vector<User>& users) {
  const auto name = [&](const std::optional<Id>& id) -> Json {
    const auto found =
        std::find_if(users.begin(), users.end(), [&](const User& user) { return id && user.id == *id; });
    return found == users.end() ? Json(nullptr) : Json(found->name);
  };
  Json orders = Json::array();
  for (const Order& order : batch.orders) {
    orders.push_back({{"name", order.name},
                      {"iban", order.iban},
                      {"amount", money(order.amount)},
                      {"label", order.label}});
  }
  return {{"id", batch.id},
          {"account", batch.account},
          {"label", batch.label},
          {"state", batch.signed_by ? "signed" : "entered"},
          {"total", money(batch.total())},
          {"count", batch.orders.size()},
          {"orders", orders},
          {"entered_by", name(batch.entered_by)},
          {"signed_by", name(batch.signed_by)},
          {"at_ms", batch.at},
          {"signed_ms", or_null(batch.signed_at)}};
}

Json operation_json(const Begun& begun) {
  const Operation& operation = begun.operation;
  const Wish& wish = operation.wish;
  Json summary = Json::array();
  if (begun.account) show(summary, "account", begun.account->label + ", " + begun.account->iban);
  if (!wish.user_number.empty()) {
    show(summary, "user", wish.user_number);
    show(summary, "entitlements", entitlement_list(wish.entitlements));
  }
  if (!wish.order.name.empty()) show(summary, "payee", wish.order.name);
  if (!wish.order.iban.empty()) show(summary, "iban", wish.order.iban);
  if (wish.order.amount != 0) show(summary, "amount", money(wish.order.amount));
  if (!wish.order.label.empty()) show(summary, "label", wish.order.label);
  if (begun.batch) {
    show(summary, "label", begun.batch->label);
    show(summary, "total", money(begun.batch->total()));
    show(summary, "count", begun.batch->orders.size());
    for (const Order& order : begun.batch->orders) {
      show(summary, "payee", fmt::format("{}, {}: {}", order.name, order.iban, money(order.amount)));
    }
  }
  if (wish.count != 0) show(summary, "count", wish.count);
  for (const auto& [field, value] : {std::pair("mobile", &wish.mobile),
                                     {"email", &wish.email},
                                     {"address", &wish.address},
                                     {"iban", &wish.bank_iban}}) {
    if (*value) show(summary, field, **value);
  }
  Json inputs = Json::array();
  for (const Input& input : operation.inputs) {
    inputs.push_back({{"field", input.field}, {"value", input.value}});
  }
  return {{"id", operation.id},
          {"kind", to_string(wish.kind)},
          {"method", to_string(operation.proof)},
          {"summary", summary},
          {"inputs", inputs},
          {"expires_ms", operation.ends}};
}

Json message_json(const Message& message) {
  return {{"number", message.number},
          {"at_ms", message.at},
          {"kind", to_string(message.kind)},
          {"to", message.to},
          {"subject", message.subject},
          {"text", message.text},
          {"values", {{"code", or_null(message.code)}}}};
}

Json seeded_json(const SeededUser& one) {
  Json json = user_json(one.user);
  json["email"] = or_null(one.user.email);
  json["company"] = or_null(one.user.company);
  json["server_code"] = or_null(one.user.server_code);
  json["card"] = nullptr;
  if (one.card_toml) json["card"] = {{"toml", *one.card_toml}, {"pin", one.pin}};
  return json;
}

}  // namespace sesame::bank
