#include "sim/bank/records.hpp"

#include <nlohmann/json.hpp>

#include "host/base/safe_json.hpp"

namespace sesame::bank {

namespace {

std::optional<std::int64_t> or_null(Id user) { return user == 0 ? std::nullopt : std::optional(user); }

Event event_row(const sqlite::Query& row) {
  return {row.number(0), row.number(1),        row.optional_number(2).value_or(0),
          row.text(3),   row.optional_text(4), row.text(5)};
}

}  // namespace

std::int64_t send(Database& database, const Message& message) {
  database.query("INSERT INTO outbox (at, kind, recipient, user, subject, text, code) VALUES (?,?,?,?,?,?,?)")
      .with(message.at)
      .with(static_cast<std::int64_t>(message.kind))
      .with(message.to)
      .with(or_null(message.user))
      .with(message.subject)
      .with(message.text)
      .with(message.code)
      .step();
  return database.last_id();
}

std::vector<Message> sent(Database& database, std::int64_t after, std::size_t most) {
  std::vector<Message> messages;
  sqlite::Query found = database.query(
      "SELECT number, at, kind, recipient, user, subject, text, code FROM outbox WHERE number>? "
      "ORDER BY number LIMIT ?");
  found.with(after).with(static_cast<std::int64_t>(most));
  while (found.step()) {
    messages.push_back({found.number(0), found.number(1), static_cast<MessageKind>(found.number(2)),
                        found.text(3), found.optional_number(4).value_or(0), found.text(5), found.text(6),
                        found.optional_text(7)});
  }
  return messages;
}

std::optional<Millis> last_sent(Database& database, Id user, std::string_view subject) {
  sqlite::Query found = database.query("SELECT max(at) FROM outbox WHERE user=? AND subject=?");
  found.with(user).with(subject).step();
  return found.optional_number(0);
}

void note(Database& database, Millis at, Id user, std::string_view event,
          const std::optional<std::string>& method, const nlohmann::ordered_json& detail) {
  const std::string text = safe::json(detail);
  database.query("INSERT INTO audit (at, user, event, method, detail) VALUES (?,?,?,?,?)")
      .with(at)
      .with(or_null(user))
      .with(event)
      .with(method)
      .with(text)
      .step();
}

std::vector<Event> events(Database& database, std::int64_t from, std::size_t most) {
  std::vector<Event> all;
  sqlite::Query found = database.query(
      "SELECT number, at, user, event, method, detail FROM audit WHERE number>=? ORDER BY number LIMIT ?");
  found.with(from).with(static_cast<std::int64_t>(most));
  while (found.step()) all.push_back(event_row(found));
  return all;
}

std::vector<Event> events_of(Database& database, Id user, Millis since, std::size_t most) {
  std::vector<Event> all;
  sqlite::Query found = database.query(
      "SELECT number, at, user, event, method, detail FROM audit WHERE user=? AND at>=? "
      "ORDER BY number DESC LIMIT ?");
  found.with(user).with(since).with(static_cast<std::int64_t>(most));
  while (found.step()) all.push_back(event_row(found));
  return all;
}

}  // namespace sesame::bank
