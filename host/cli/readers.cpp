#include <nlohmann/json.hpp>

#include <algorithm>

#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/pcsc/errors.hpp"
#include "host/pcsc/features.hpp"
#include "host/pcsc/readers.hpp"

namespace sesame::cli {

namespace {

struct Listed {
  pcsc::ReaderInfo reader;
  std::optional<pcsc::Features> features;  // unknown of a reader that is not to be had at the moment
};

std::string_view pinpad(const Listed& listed) {
  if (!listed.features) return "?";
  return pcsc::has_pinpad(*listed.features) ? "yes" : "no";
}

void print_table(const std::vector<Listed>& all) {
  std::size_t width = 6;
  for (const Listed& listed : all) width = std::max(width, listed.reader.name.size());
  print_line(
      fmt::format("{:>5}  {:<{}}  {:<11}  {:<6}  {}", "INDEX", "READER", width, "STATE", "PINPAD", "ATR"));
  for (std::size_t i = 0; i < all.size(); ++i) {
    print_line(fmt::format("{:>5}  {:<{}}  {:<11}  {:<6}  {}", i, all[i].reader.name, width,
                           to_string(all[i].reader.state), pinpad(all[i]), hex(all[i].reader.atr)));
  }
}

void print_json(const std::vector<Listed>& all) {
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
  print_line(array.dump(2));
}

}  // namespace

void readers(const ListOptions& options) {
  const pcsc::Context context;
  std::vector<Listed> all;
  for (pcsc::ReaderInfo& reader : pcsc::list_readers(context)) {
    all.push_back({std::move(reader), std::nullopt});
    try {
      all.back().features = pcsc::features_of(context, all.back().reader.name);
    } catch (const Failure&) {
      all.back().reader.state =
          pcsc::ReaderState::unavailable;  // one that has just gone must not hide the others
    }
  }
  if (all.empty()) throw pcsc::failure(SCARD_E_NO_READERS_AVAILABLE);
  options.json ? print_json(all) : print_table(all);
}

}  // namespace sesame::cli
