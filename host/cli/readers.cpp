#include <memory>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>

#include "host/base/safe_text.hpp"
#include "host/base/utf8.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/pcsc/errors.hpp"
#include "host/pcsc/features.hpp"
#include "host/pcsc/readers.hpp"

namespace sesame::cli {

namespace {

struct ReadersOptions {
  bool json = false;
};

struct Listed {
  pcsc::ReaderInfo reader;
  std::optional<pcsc::Features> features;  // unknown of a reader that is not to be had at the moment
};

std::string_view pinpad(const Listed& listed) {
  if (!listed.features) return "?";
  return pcsc::has_pinpad(*listed.features) ? "yes" : "no";
}

void print_table(const std::vector<Listed>& all) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const Listed& listed : all) names.push_back(safe::one_line(listed.reader.name));
  std::size_t width = 6;
  for (const std::string& name : names) width = std::max(width, utf8::length(name));
  print_line(
      fmt::format("{:>5}  {:<{}}  {:<11}  {:<6}  {}", "INDEX", "READER", width, "STATE", "PINPAD", "ATR"));
  for (std::size_t i = 0; i < all.size(); ++i) {
    print_line(fmt::format("{:>5}  {:<{}}  {:<11}  {:<6}  {}", i, names[i], width,
                           to_string(all[i].reader.state), pinpad(all[i]), hex(all[i].reader.atr)));
  }
}

void print_list(const std::vector<Listed>& all) {
  auto array = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    nlohmann::ordered_json entry{{"index", i},
                                 {"name", all[i].reader.name},
                                 {"state", to_string(all[i].reader.state)},
                                 {"atr", hex(all[i].reader.atr)}};
    if (all[i].features) {
      entry["pinpad"] = pcsc::has_pinpad(*all[i].features);
      entry["features"] = nlohmann::ordered_json::array();
      for (const pcsc::Feature& feature : *all[i].features) {
        entry["features"].push_back(pcsc::feature_name(feature.tag));
      }
    } else {
      entry["pinpad"] = nullptr;
      entry["features"] = nullptr;
    }
    array.push_back(std::move(entry));
  }
  print_json(array, 2);
}

// Asked by itself: a reader that another program has, one that hangs and one that has just gone hide no
// other.
Listed listed(pcsc::ReaderInfo reader) {
  Listed out{std::move(reader), std::nullopt};
  try {
    out.features = pcsc::features_of(pcsc::Context(), out.reader.name);
    if (!out.features && out.reader.state == pcsc::ReaderState::card) {
      out.reader.state = pcsc::ReaderState::in_use;
    }
  } catch (const Failure&) {
    out.reader.state = pcsc::ReaderState::unavailable;
  }
  return out;
}

void readers(const ReadersOptions& options) {
  std::vector<std::future<Listed>> asked;
  for (pcsc::ReaderInfo& reader : pcsc::list_readers(pcsc::Context())) {
    asked.push_back(std::async(std::launch::async, listed, std::move(reader)));
  }
  std::vector<Listed> all;
  all.reserve(asked.size());
  for (std::future<Listed>& reader : asked) all.push_back(reader.get());
  if (all.empty()) throw pcsc::failure(SCARD_E_NO_READERS_AVAILABLE);
  options.json ? print_list(all) : print_table(all);
}

}  // namespace

void add_readers(const Command& parent) {
  const auto options = std::make_shared<ReadersOptions>();
  const Command command(parent, "readers", "list the PC/SC readers of this machine");
  command.flag("--json", options->json, "print JSON");
  command.run([options] { readers(*options); });
}

}  // namespace sesame::cli
