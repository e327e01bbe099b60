#include <memory>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>

#include "firmware/core/cap/token.hpp"
#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/tags.hpp"
#include "firmware/core/names.hpp"
#include "host/card/file/card_behavior.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/files.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/keys/scheme.hpp"

namespace sesame::cli {

namespace {

struct CardShowOptions {
  std::string card;
  bool json = false;
};

using card::Application;
using card::Personalization;

std::string dol_text(Bytes dol) {
  std::string out;
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry) break;
    out += fmt::format("{}{:02X}({})", out.empty() ? "" : " ", entry->tag, entry->length);
  }
  return out;
}

// What a mask takes from each part of the data: "CID 1 bit, ATC 5 bits, AC 20 bits, IAD 1 bit".
std::string ipb_text(Bytes ipb, bool psn) {
  struct Part {
    std::string_view name;
    std::size_t size;
  };
  std::vector<Part> parts{{"CID", 1}, {"ATC", 2}, {"AC", 8}, {"IAD", 32}};
  if (psn) parts.insert(parts.begin(), {"PSN", 1});
  std::string out;
  std::size_t at = 0;
  for (const Part& part : parts) {
    int bits = 0;
    for (std::size_t i = 0; i < part.size && at < ipb.size(); ++i, ++at) bits += std::popcount(ipb[at]);
    if (bits > 0)
      out += fmt::format("{}{} {} bit{}", out.empty() ? "" : ", ", part.name, bits, bits == 1 ? "" : "s");
  }
  return out;
}

std::optional<card::ByteString> data(const Application& application, emv::Tag tag) {
  const auto found = application.data.find(tag);
  if (found == application.data.end()) return std::nullopt;
  return found->second;
}

// As a card file has it: "060112{cvr}".
std::string iad_text(const std::vector<card::IadPiece>& iad) {
  std::string out;
  for (const card::IadPiece& piece : iad) {
    switch (piece.kind) {
      case card::IadPiece::Kind::fixed: out += hex(piece.bytes); break;
      case card::IadPiece::Kind::cvr: out += "{cvr}"; break;
      case card::IadPiece::Kind::counters: out += "{counters}"; break;
    }
  }
  return out;
}

nlohmann::ordered_json described(const Application& application) {
  const auto& cryptogram = application.cryptogram;
  nlohmann::ordered_json out{{"aid", hex(application.aid)}, {"label", application.label}};
  if (application.priority) out["priority"] = *application.priority;
  out["scheme"] = keys::rules(cryptogram.scheme).name;
  out["answer_format"] = static_cast<int>(application.answer_format);
  out["needs_pin"] = application.needs_pin;
  out["aip"] = hex(application.aip);
  out["afl"] = hex(card::application_file_locator(application));
  if (!application.pdol.empty()) out["pdol"] = dol_text(application.pdol);
  out["cdol1"] = dol_text(application.cdol1);
  out["cdol2"] = dol_text(application.cdol2);
  const auto iaf = data(application, emv::tag::iaf);
  if (iaf) out["iaf"] = hex(*iaf);
  if (const auto ipb = data(application, emv::tag::ipb)) {
    out["ipb"] = hex(*ipb);
    out["ipb_takes"] = ipb_text(*ipb, iaf && !iaf->empty() && ((*iaf)[0] & cap::iaf::psn) != 0);
  }
  out["iad"] = iad_text(cryptogram.iad);
  return out;
}

nlohmann::ordered_json described(const card::Reply& reply, const card::Behavior& behavior) {
  const std::string answer = card::answer_text(reply);
  return answer + (reply.then ? ", then " + behavior.states[*reply.then].name : "");
}

nlohmann::ordered_json described(const card::Replies& replies, const card::Behavior& behavior) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  if (replies.right) out["right"] = described(*replies.right, behavior);
  if (replies.wrong) out["wrong"] = described(*replies.wrong, behavior);
  const bool same = out.size() == 2 && out["right"] == out["wrong"];
  return same ? out["right"] : out;
}

// What differs from every card: nothing where the file says nothing.
nlohmann::ordered_json described(const card::Behavior& behavior) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& [kind, status] : behavior.wrong)
    out["wrong"][std::string(name_of(kind))] = fmt::format("{:04X}", status);
  for (std::size_t i = 0; i < behavior.states.size(); ++i) {
    const card::CardState& state = behavior.states[i];
    nlohmann::ordered_json shown = nlohmann::ordered_json::object();
    if (i != static_cast<std::size_t>(state.phase)) shown["like"] = name_of(state.phase);
    if (state.after_error) shown["after_error"] = behavior.states[*state.after_error].name;
    for (const auto& [kind, replies] : state.replies)
      shown[std::string(name_of(kind))] = described(replies, behavior);
    if (!shown.empty()) out[state.name] = std::move(shown);
  }
  return out;
}

// Keys and PIN are in the file for who needs them; they are not shown.
nlohmann::ordered_json described(const Personalization& card) {
  nlohmann::ordered_json out{{"name", card.name},
                             {"title", card.title},
                             {"pan", card.pan},
                             {"psn", card.psn},
                             {"try_limit", card.try_limit},
                             {"atr", hex(card.atr)},
                             {"protocol", name_of(card.protocol)},
                             {"language", card.language},
                             {"directory", card.pse}};
  out["applications"] = nlohmann::ordered_json::array();
  for (const Application& application : card.applications)
    out["applications"].push_back(described(application));
  if (auto behavior = described(card.behavior); !behavior.empty()) out["behavior"] = std::move(behavior);
  return out;
}

void print(const nlohmann::ordered_json& object, int depth, int width = 14) {
  constexpr int kCommandWidth = 22;
  for (const auto& [key, value] : object.items()) {
    if (value.is_array()) {
      for (const auto& item : value) {
        print_line(fmt::format("{:{}}application", "", depth));
        print(item, depth + 2);
      }
    } else if (value.is_object()) {
      print_line(fmt::format("{:{}}{}", "", depth, key));
      print(value, depth + 2, kCommandWidth);
    } else {
      print_line(fmt::format("{:{}}{:<{}} {}", "", depth, key, width,
                             value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
}

void card_show(const CardShowOptions& options) {
  const Personalization card = card::load_card(options.card);
  const auto all = described(card);
  options.json ? print_json(all, 2) : print(all, 0);
}

}  // namespace

void add_card_show(const Command& parent) {
  const auto options = std::make_shared<CardShowOptions>();
  const Command command(parent, "show", "explain a card file; keys and PIN are not shown");
  command.option("FILE|NAME", options->card, "a card file or a shipped card").required();
  command.flag("--json", options->json, "print JSON");
  command.run([options] { card_show(*options); });
}

}  // namespace sesame::cli
