#include <fmt/chrono.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "host/base/safe_text.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct AuditOptions {
  StoreOptions store;
  std::uint64_t from = 1;
  std::optional<std::uint64_t> card;
  bool verify = false;
  std::optional<std::string> kept;  // a head of before
  bool json = false;
};

std::string time_text(issuer::Millis at) {
  const auto seconds = static_cast<std::time_t>(at / 1000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), at % 1000);
}

std::string head_text(const issuer::AuditHead& head) {
  return fmt::format("{}:{}", head.number, hex(head.chain));
}

// What was refused unseen is a row of the store's own card, and says of which one it was.
bool is_about(const issuer::AuditRow& row, const nlohmann::ordered_json& detail, issuer::CardId card) {
  if (row.card == card) return true;
  return detail.is_object() && detail.contains("card") && detail.at("card") == card;
}

void print_audit(const AuditOptions& options) {
  IssuerDesk desk(options.store);
  desk->read_audit(static_cast<std::int64_t>(options.from), [&](const issuer::AuditRow& row) {
    const auto detail = nlohmann::ordered_json::parse(row.detail, nullptr, false);
    if (options.card && !is_about(row, detail, static_cast<std::int64_t>(*options.card))) return;
    if (options.json) {
      return print_json({{"number", row.number},
                         {"at", time_text(row.at)},
                         {"card", row.card},
                         {"event", row.event},
                         {"detail", detail.is_discarded() ? nlohmann::ordered_json(row.detail) : detail}});
    }
    print_line(fmt::format("{:>6}  {}  card {:<4}  {:<14}  {}", row.number, time_text(row.at), row.card,
                           safe::one_line(row.event), safe::one_line(row.detail)));
  });
}

// The row of that head has still its chain.
bool is_still_there(IssuerDesk& desk, const std::string& kept) {
  const std::size_t colon = kept.find(':');
  if (colon == std::string::npos)
    usage("--kept: takes what `issuer audit --verify` printed as head: NUMBER:HEX");
  const auto number =
      static_cast<std::int64_t>(parse_number("--kept", kept.substr(0, colon), {1, 1ULL << 62}));
  const auto chain = parse_hex("--kept", kept.substr(colon + 1), 32);
  const auto found = desk->audit(number, 1);
  return !found.empty() && found.front().number == number && found.front().chain == chain;
}

std::string what_is_wrong(IssuerDesk& desk, const AuditOptions& options, const issuer::AuditCheck& check) {
  if (check.broken_at != 0)
    return fmt::format("row {} of the audit is not as it was written", check.broken_at);
  if (options.kept && !is_still_there(desk, *options.kept)) {
    return "the audit does not go on from the head that was kept: the store was put back";
  }
  if (!check.tampered.empty()) {
    return fmt::format("card{} {} not as {} written", check.tampered.size() == 1 ? "" : "s",
                       fmt::join(check.tampered, ", "), check.tampered.size() == 1 ? "it was" : "they were");
  }
  return "";
}

void verify_audit(const AuditOptions& options) {
  IssuerDesk desk(options.store);
  const issuer::AuditCheck check = desk->verify_audit();
  const std::string wrong = what_is_wrong(desk, options, check);
  const std::string head = head_text(desk->head());
  if (options.json) {
    nlohmann::ordered_json json{{"whole", wrong.empty()},
                                {"rows", check.rows},
                                {"head", head},
                                {"broken_at", nullptr},
                                {"tampered", check.tampered}};
    if (check.broken_at != 0) json["broken_at"] = check.broken_at;
    print_json(json);
  }
  if (!wrong.empty()) throw Ended{Exit::refused, wrong};
  if (!options.json) print_line(fmt::format("whole: {} rows, head {}", check.rows, head));
}

}  // namespace

void add_issuer_audit(const Command& parent) {
  const auto options = std::make_shared<AuditOptions>();
  const Command command(parent, "audit", "print what was done, or check that nothing of it was changed");
  command.number("--from", options->from, {1, 1ULL << 62}, "from this row on").type("N");
  command.number("--card", options->card, {1, 1ULL << 62}, "of this card alone").type("N");
  const Option verify = command.flag("--verify", options->verify,
                                     "check the chain of the audit, and every card; print its head");
  command
      .option("--kept", options->kept,
              "with --verify: a head of before, kept elsewhere, that tells a store put back from a backup")
      .type("N:HEX")
      .needs(verify);
  add_store(command, options->store);
  command.flag("--json", options->json,
               "print an object for each row; with --verify one: whole, rows, head, …");
  command.run([options] { options->verify ? verify_audit(*options) : print_audit(*options); });
}

}  // namespace sesame::cli
