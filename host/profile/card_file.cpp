#include "host/profile/card_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "firmware/core/iso7816/atr.hpp"
#include "host/profile/card_application.hpp"
#include "host/profile/hex.hpp"
#include "host/profile/schema.hpp"
#include "host/profile/source.hpp"

namespace sesame::profile {

namespace {

using card::Application;
using card::ByteString;
using card::Personalisation;

using Keys = std::string_view[];

constexpr Keys kRoot = {"title",    "pan",      "psn",      "pin", "try_limit",   "atr",
                        "warm_atr", "protocol", "language", "pse", "applications"};
constexpr Keys kProtocols = {"T=0", "T=1"};  // in the order of card::Protocol

class CardFile {
 public:
  CardFile(const Node& document, std::string_view file) : root_(document, file, "", kRoot) {
    card_.name = stem(file);
  }

  Personalisation read() {
    card_.title = root_.at("title").title();
    card_.pan = root_.at("pan").digits(12, 19);
    card_.psn = root_.at("psn").digits(2, 2);
    card_.pin = SecretString(root_.at("pin").digits(4, 12));
    if (const auto limit = root_.find("try_limit")) card_.try_limit = limit->number<std::uint8_t>(1, 15);
    card_.protocol = root_.at("protocol").enumerator<card::Protocol>(kProtocols);
    card_.atr = read_atr(root_.at("atr"));
    if (const auto warm = root_.find("warm_atr")) card_.warm_atr = read_atr(*warm);
    if (const auto language = root_.find("language")) card_.language = read_language(*language);
    card_.pse = root_.flag("pse", false);
    read_applications();
    return std::move(card_);
  }

 private:
  ByteString read_atr(const Value& value) const {
    ByteString bytes = value.hex(1, iso7816::Atr::kMaxLength);
    const auto atr = iso7816::parse_atr(bytes);
    if (!atr) value.refuse(fmt::format("is not an ATR (ISO 7816-3, 8): {}", to_string(atr.error())));
    const int protocol = card_.protocol == card::Protocol::t1 ? 1 : 0;
    const int fixed = atr->specific_protocol().value_or(protocol);
    if (!atr->offers(protocol) || fixed != protocol) {
      value.refuse(fmt::format("does not offer T={}, the card's protocol", protocol));
    }
    return bytes;
  }

  // EMV 4.3 Book 1, 12.2.4: 1 to 4 codes of ISO 639.
  static std::string read_language(const Value& value) {
    const std::string_view text = value.text();
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    if (text.size() > 8 || text.size() % 2 != 0 || !std::all_of(text.begin(), text.end(), lower)) {
      value.refuse(
          fmt::format("is {}; allowed: up to 4 codes of two small letters, as in fr, fren", quoted(text)));
    }
    return std::string(text);
  }

  void read_applications() {
    bool listed = false;
    for (const Value& entry : root_.at("applications").list(1, 16)) {
      Application application = read_application(entry, card_);
      for (const Application& other : card_.applications) {
        if (other.aid == application.aid) {
          entry.refuse(fmt::format("have the AID {} twice; each may be there once", to_hex(application.aid)));
        }
      }
      listed = listed || application.in_directory;
      card_.applications.push_back(std::move(application));
    }
    if (card_.pse && !listed) {
      root_.at("pse").refuse("has nothing to list; one application at least needs in_directory = true");
    }
  }

  Table root_;
  Personalisation card_;
};

}  // namespace

Personalisation load_card(std::string_view name_or_path) {
  const Source source(Shelf::cards, name_or_path);
  return read_card(source.text(), source.file());
}

Personalisation read_card(std::string_view text, std::string_view file) {
  const Node document = parse_document(text, file);
  return CardFile(document, file).read();
}

}  // namespace sesame::profile
