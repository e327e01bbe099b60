#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/new_card_options.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct CardImportOptions {
  StoreOptions store;
  NewCardOptions card;
  std::string list;
  bool json = false;
};

struct ImportLine {
  std::string pan, psn = "00", customer, last_atc = "0000";
};

std::string* field(ImportLine& line, std::string_view name) {
  if (name == "pan") return &line.pan;
  if (name == "psn") return &line.psn;
  if (name == "customer") return &line.customer;
  if (name == "last_atc") return &line.last_atc;
  return nullptr;
}

ImportLine read_object(const std::string& where, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) usage(fmt::format("{}: is no JSON object", where));
  ImportLine line;
  for (const auto& [name, value] : json.items()) {
    std::string* const to = field(line, name);
    if (to == nullptr)
      usage(fmt::format("{}: {} is none of pan, psn, customer, last_atc", where, safe::named(name)));
    if (!value.is_string()) usage(fmt::format("{}: {} is no text", where, name));
    *to = value.get<std::string>();
  }
  return line;
}

std::vector<std::string> cells(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string cell; std::getline(in, cell, ',');) all.push_back(cell);
  return all;
}

ImportLine read_cells(const std::string& where, const std::string& text,
                      const std::vector<std::string>& columns) {
  const auto values = cells(text);
  if (values.size() > columns.size()) {
    usage(fmt::format("{}: has {} cells, the first line {}", where, values.size(), columns.size()));
  }
  ImportLine line;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].empty()) *field(line, columns[i]) = values[i];
  }
  return line;
}

constexpr std::size_t kLongestLine = 4096, kMostLines = 1'000'000;

// One line of the list without its end; false after the last one.
bool next_line(std::istream& in, const std::string& where, std::string& line) {
  std::array<char, kLongestLine + 1> text{};
  in.getline(text.data(), text.size());
  if (in.bad()) throw Failure(Failure::environment, fmt::format("{}: cannot be read any further", where));
  if (in.eof() && in.gcount() == 0) return false;
  if (in.fail()) usage(fmt::format("{}: is longer than {} bytes", where, kLongestLine));
  line.assign(text.data(), static_cast<std::size_t>(in.gcount()) - (in.eof() ? 0 : 1));
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

// JSON, an object a line, or CSV whose first line names the columns.
std::vector<ImportLine> read_list(const std::string& path, std::vector<std::string>& places) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path)) usage(fmt::format("{}: cannot be read", path));
  std::vector<ImportLine> lines;
  std::vector<std::string> columns;
  std::string text;
  for (std::size_t number = 1;; ++number) {
    const std::string where = fmt::format("{}:{}", path, number);
    if (!next_line(in, where, text)) break;
    if (number > kMostLines + 1) usage(fmt::format("{}: has more than {} lines", path, kMostLines + 1));
    if (text.empty()) continue;
    if (text.front() == '{') {
      lines.push_back(read_object(where, text));
    } else if (columns.empty() && lines.empty()) {
      columns = cells(text);
      ImportLine none;
      for (const std::string& column : columns) {
        if (field(none, column) == nullptr) {
          usage(fmt::format("{}: {} is none of the columns pan, psn, customer, last_atc", where,
                            safe::named(column)));
        }
      }
      continue;
    } else if (columns.empty()) {
      usage(fmt::format("{}: is no JSON object", where));
    } else {
      lines.push_back(read_cells(where, text, columns));
    }
    places.push_back(where);
  }
  if (lines.empty()) usage(fmt::format("{}: has no card", path));
  return lines;
}

void show_progress(std::size_t done, std::size_t all) {
  constexpr std::size_t kWidth = 40;
  const std::size_t full = kWidth * done / all;
  note_drawing(fmt::format("\r[{}{}] {} of {}{}", std::string(full, '='), std::string(kWidth - full, ' '),
                           done, all, done == all ? "\n" : ""));
}

void card_import(const CardImportOptions& options) {
  const CardMaker maker(options.card);
  if (!maker.has_imk()) usage("--imk-file: required, as each card of the list has a key of its own");
  std::vector<std::string> places;
  const std::vector<ImportLine> lines = read_list(options.list, places);
  const bool shows = ::isatty(STDERR_FILENO) == 1;
  std::vector<issuer::NewCard> cards;
  cards.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    check_digits(places[i] + ": pan", lines[i].pan, 12, 19);
    issuer::NewCard card = maker.make(lines[i].pan, parse_psn(places[i] + ": psn", lines[i].psn));
    card.customer = lines[i].customer;
    card.last_atc = parse_atc(places[i] + ": last_atc", lines[i].last_atc);
    cards.push_back(std::move(card));
  }
  IssuerDesk desk(options.store);
  const auto ids = desk->add(cards, now(), [&](std::size_t done) {
    if (shows) show_progress(done, cards.size());
  });
  if (shows && cards.size() >= 1000) show_progress(cards.size(), cards.size());
  if (options.json) return print_json({{"added", ids.size()}, {"first", ids.front()}, {"last", ids.back()}});
  print_line(fmt::format("{} card{} added: {} to {}", ids.size(), ids.size() == 1 ? "" : "s", ids.front(),
                         ids.back()));
}

}  // namespace

void add_issuer_card_import(const Command& parent) {
  const auto options = std::make_shared<CardImportOptions>();
  const Command command(parent, "import", "take many cards into the store, all or none");
  add_new_card(command, options->card);
  command
      .option("LIST", options->list,
              "an object a line, {\"pan\": …, \"psn\": …, \"customer\": …, \"last_atc\": …}, or CSV with "
              "these columns; "
              "all but the PAN may be left out")
      .type("FILE")
      .required();
  add_store(command, options->store);
  command.flag("--json", options->json, "print an object: added, first, last");
  command.run([options] { card_import(*options); });
}

}  // namespace sesame::cli
