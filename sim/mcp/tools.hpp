// The tools that an agent has: a card reader to log in with, and the issuer that says whether a code is good.
// What they are called, take and give is data, tools.json, which is also what checks their arguments; what
// each does is a row of the table in tools.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "host/card/file/card_spec.hpp"
#include "sim/mcp/code_check.hpp"
#include "sim/mcp/readers_api.hpp"

namespace sesame::sim {

class Tools {
 public:
  using Json = nlohmann::ordered_json;

  // `offered`: a card beside the shipped ones, which the readers have by its name, too.
  Tools(std::unique_ptr<ReadersApi> readers, std::optional<OfferedCard> offered = std::nullopt);
  Tools(const Tools&) = delete;
  Tools& operator=(const Tools&) = delete;
  ~Tools();  // with the readers that were made

  // As `tools/list` tells them.
  const Json& list() const { return list_; }
  bool has(std::string_view name) const;
  // The result of `tools/call`, for a tool that there is. What is refused, the arguments for a start, is a
  // result too: with isError, and a text that says what to do.
  Json call(std::string_view name, const Json& arguments);

 private:
  // The card that was put into a reader, and what the issuer remembers of it.
  struct Issued {
    CardSpec card;
    std::uint16_t last_atc = 0;
    std::optional<CodeCheck> check;  // once it was asked for
  };
  struct Row {
    std::string_view name;
    Json (Tools::*run)(const Json& arguments);
  };
  static const Row* find(std::string_view name);

  Json list_models(const Json&);
  Json list_cards(const Json&);
  Json create_reader(const Json&);
  Json list_readers(const Json&);
  Json delete_reader(const Json&);
  Json see_screen(const Json&);
  Json insert_card(const Json&);
  Json remove_card(const Json&);
  Json press_keys(const Json&);
  Json hold_key(const Json&);
  Json type_digits(const Json&);
  Json get_code(const Json&);
  Json send_computer_command(const Json&);
  Json advance_time(const Json&);
  Json set_card_state(const Json&);
  Json set_faults(const Json&);
  Json reset_reader(const Json&);
  Json get_dialogue(const Json&);
  Json verify_code(const Json&);

  void check(std::string_view name, const Json& arguments) const;
  Json ask(const std::string& method, const std::string& path, const Json& body = nullptr);
  Json press(const Json& arguments, const Json& keys);
  CardSpec spec_of(const Json& arguments) const;
  void put(const std::string& id, const CardSpec& card, const Json& reader);
  Issued& issued_in(const std::string& id);

  std::unique_ptr<ReadersApi> readers_;
  std::optional<OfferedCard> offered_;
  Json list_;
  std::set<std::string> made_;            // readers
  std::map<std::string, Issued> issued_;  // by reader
  std::string picture_;                   // PNG: of the call that runs
};

}  // namespace sesame::sim
