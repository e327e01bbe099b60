#include "host/card/file/card_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "firmware/core/iso7816/atr.hpp"
#include "host/base/hex.hpp"
#include "host/card/file/card_application.hpp"
#include "host/card/file/card_behavior.hpp"
#include "host/document/toml.hpp"
#include "host/profile/source.hpp"

namespace sesame::card {

namespace {

using card::Application;
using card::ByteString;
using card::Personalization;

using document::quoted;
using document::Table;
using document::TomlDocument;
using document::Value;

class CardFile {
 public:
  CardFile(std::string_view file, const Issued& issued) : issued_(issued) {
    card_.name = document::stem(file);
  }

  Personalization read(const Value& document) {
    Table root(document);
    const Value title = root.at("title"), pan = root.at("pan"), psn = root.at("psn"), pin = root.at("pin");
    const auto try_limit = root.find("try_limit");
    const Value atr = root.at("atr");
    const auto warm_atr = root.find("warm_atr");
    const Value protocol = root.at("protocol");
    const auto language = root.find("language"), pse = root.find("pse");
    const Value applications = root.at("applications");
    const auto behavior = root.find("behavior");
    root.done();
    card_.title = title.title();
    card_.pan = pan.digits(12, 19);
    card_.psn = psn.digits(2, 2);
    if (issued_.pan) card_.pan = *issued_.pan;
    if (issued_.psn) card_.psn = *issued_.psn;
    card_.pin = SecretString(pin.digits(4, 12));
    if (try_limit) card_.try_limit = try_limit->number<std::uint8_t>(1, 15);
    card_.protocol = protocol.enumerator<card::Protocol>();
    card_.atr = read_atr(atr);
    if (warm_atr) card_.warm_atr = read_atr(*warm_atr);
    if (language) card_.language = read_language(*language);
    card_.pse = pse && pse->boolean();
    read_applications(applications, pse);
    if (behavior) card_.behavior = read_behavior(*behavior);
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

  void read_applications(const Value& applications, const std::optional<Value>& pse) {
    bool listed = false;
    for (const Value& entry : applications.list(1, 16)) {
      Application application = read_application(entry, card_, issued_);
      for (const Application& other : card_.applications) {
        if (other.aid == application.aid) {
          entry.refuse(fmt::format("have the AID {} twice; each may be there once", to_hex(application.aid)));
        }
      }
      listed = listed || application.in_directory;
      card_.applications.push_back(std::move(application));
    }
    if (card_.pse && !listed) {
      pse->refuse("has nothing to list; one application at least needs in_directory = true");
    }
  }

  const Issued& issued_;
  Personalization card_;
};

}  // namespace

Personalization load_card(std::string_view name_or_path, const Issued& issued) {
  const profile::Source source(profile::ProfileKind::cards, name_or_path);
  return read_card(source.text(), source.file(), issued);
}

Personalization read_card(std::string_view text, std::string_view file, const Issued& issued) {
  const TomlDocument document(text, file);
  return CardFile(file, issued).read(document.root());
}

}  // namespace sesame::card
