#include "host/card/file/card_cryptogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "host/keys/tree_text.hpp"

namespace sesame::card {

namespace {

using card::ByteString;
using card::CryptogramRules;
using card::CvrFormat;
using card::CvrTemplate;

using card::IadPiece;
using document::joined;
using document::quoted;
using document::Table;
using document::Value;

constexpr std::size_t kCvrSizes[] = {4, 6, 5};  // by CvrFormat

constexpr std::string_view kCvrMark = "{cvr}", kCountersMark = "{counters}";
constexpr std::size_t kCountersSize = 8;

// Which CVR each scheme has in its IAD and under its MAC.
struct CvrRules {
  bool in_iad[3];  // by CvrFormat
  std::optional<CvrFormat> under_mac;
  bool counters_under_mac;
};
CvrRules cvr_rules(keys::Scheme scheme) {
  switch (scheme) {
    case keys::Scheme::cvn10: return {{true, false, false}, CvrFormat::visa, false};
    case keys::Scheme::cvn18: return {{true, false, false}, std::nullopt, false};
    case keys::Scheme::cvn16:
    case keys::Scheme::cvn20: return {{false, true, false}, CvrFormat::mchip, false};
    case keys::Scheme::cvn17:
    case keys::Scheme::cvn21: return {{false, true, false}, CvrFormat::mchip, true};
    case keys::Scheme::ccd_3des:
    case keys::Scheme::ccd_aes: return {{false, false, true}, std::nullopt, false};
    case keys::Scheme::tree: return {{true, true, false}, CvrFormat::mchip, false};
  }
  return {};
}

// The key, and nothing of it left behind.
keys::Key read_key(const Value& value) {
  std::vector<std::uint8_t> bytes = value.hex(keys::Key::size);
  keys::Key key{std::span(bytes).first<keys::Key::size>()};
  wipe(bytes.data(), bytes.size());
  return key;
}

class CryptogramFile {
 public:
  CryptogramFile(const card::Personalization& card, const Issued& issued) : card_(card), issued_(issued) {}

  CardCryptogram read(const Value& value) {
    Table table(value);
    const Value scheme = table.at("scheme");
    const auto imk = table.find("imk"), mk = table.find("mk"), option = table.find("option"),
               tree = table.find("tree"), mac_input = table.find("mac_input");
    const Value iad = table.at("iad"), cvr = table.at("cvr");
    const auto mac_cvr = table.find("mac_cvr"), counters = table.find("counters");
    table.done();
    rules_.scheme = read_scheme(scheme);
    if (!mk && !imk) table.refuse("applications.cryptogram has neither mk nor imk; allowed: one of them");
    rules_.master_key = read_master_key(mk, imk, option);
    if (is_tree() && !tree) {
      table.refuse("applications.cryptogram.tree is missing; scheme tree needs it, as in 4/8");
    }
    if (tree) rules_.tree = read_tree(*tree);
    rules_.mac_input = read_mac_input(mac_input);
    read_cvrs(cvr, mac_cvr);
    read_iad(iad);
    if (needs_counters() && !counters) {
      table.refuse(
          "applications.cryptogram.counters is missing; cvn17, cvn21 and {counters} in iad need "
          "it");
    }
    if (counters) rules_.counters = read_counters(*counters);
    return {std::move(rules_), iad_size_};
  }

 private:
  static keys::Scheme read_scheme(const Value& value) {
    std::vector<std::string_view> names;
    for (const keys::SchemeRules& scheme : keys::schemes()) names.push_back(scheme.name);
    return keys::schemes()[value.one_of(names)].scheme;
  }

  std::string_view scheme_name() const { return keys::rules(rules_.scheme).name; }
  bool is_ccd() const {
    const keys::Scheme scheme = rules_.scheme;
    return scheme == keys::Scheme::ccd_3des || scheme == keys::Scheme::ccd_aes;
  }

  bool is_tree() const { return rules_.scheme == keys::Scheme::tree; }

  keys::Key read_master_key(const std::optional<Value>& mk, const std::optional<Value>& imk,
                            const std::optional<Value>& option) {
    if (mk && imk) mk->refuse("is there beside imk; allowed: one of them");
    if (mk && option) option->refuse("is there beside mk; it says how imk makes the card's key");
    rules_.option = read_option(option);
    if (issued_.mk) return issued_.mk->clone();
    if (issued_.imk) return keys::master_key(rules_.option, *issued_.imk, card_.pan, card_.psn);
    if (mk && (issued_.pan || issued_.psn)) {
      mk->refuse("is the key of the file's own PAN and PSN; others need the issuer's master key");
    }
    if (mk) return read_key(*mk);
    return keys::master_key(rules_.option, read_key(*imk), card_.pan, card_.psn);
  }

  keys::MasterKeyOption read_option(const std::optional<Value>& value) const {
    const keys::SchemeRules& scheme = keys::rules(rules_.scheme);
    if (!value) return scheme.option;
    const auto option = value->enumerator<keys::MasterKeyOption>();
    const bool aes = scheme.option == keys::MasterKeyOption::c;
    if ((option == keys::MasterKeyOption::c) != aes) {
      value->refuse(fmt::format("does not go with scheme {}; allowed: {}", scheme.name, aes ? "C" : "A, B"));
    }
    return option;
  }

  keys::Tree read_tree(const Value& value) const {
    if (!is_tree())
      value.refuse(fmt::format("does not go with scheme {}; allowed with: tree", scheme_name()));
    try {
      return keys::parse_tree(value.text());
    } catch (const std::invalid_argument& error) {
      value.refuse(fmt::format("does not do: {}", error.what()));
    }
  }

  card::MacInput read_mac_input(const std::optional<Value>& value) const {
    if (value) return value->enumerator<card::MacInput>();
    return is_ccd() ? card::MacInput::cdol : card::MacInput::list;
  }

  static CvrTemplate read_cvr(const Value& value) {
    Table table(value);
    const Value format = table.at("format"), bytes = table.at("template");
    table.done();
    CvrTemplate cvr;
    cvr.format = format.enumerator<CvrFormat>();
    cvr.bytes = bytes.hex(kCvrSizes[static_cast<std::size_t>(cvr.format)]);
    if (cvr.format == CvrFormat::visa && cvr.bytes[0] != 0x03) {
      bytes.refuse("does not begin with 03; a visa CVR begins with its length");
    }
    return cvr;
  }

  void read_cvrs(const Value& cvr, const std::optional<Value>& mac_cvr) {
    const CvrRules allowed = cvr_rules(rules_.scheme);
    rules_.cvr = read_cvr(cvr);
    if (!allowed.in_iad[static_cast<std::size_t>(rules_.cvr.format)]) {
      refuse_format(cvr, rules_.cvr.format, allowed);
    }
    if (mac_cvr && !allowed.under_mac) {
      mac_cvr->refuse(fmt::format("does not go with scheme {}, whose MAC covers the IAD", scheme_name()));
    }
    if (mac_cvr) rules_.mac_cvr = read_cvr(*mac_cvr);
    const CvrFormat used = mac_cvr ? rules_.mac_cvr->format : rules_.cvr.format;
    if (allowed.under_mac && used != *allowed.under_mac) {
      mac_cvr.value_or(cvr).refuse(
          fmt::format("has format {}, but scheme {} has {} under its MAC: give mac_cvr one", name_of(used),
                      scheme_name(), name_of(*allowed.under_mac)));
    }
  }

  [[noreturn]] void refuse_format(const Value& value, CvrFormat format, const CvrRules& rules) const {
    std::vector<std::string_view> allowed;
    for (std::size_t i = 0; i < std::size(card::kCvrFormatNames); ++i) {
      if (rules.in_iad[i]) allowed.push_back(card::kCvrFormatNames[i]);
    }
    value.refuse(fmt::format("has format {}, which does not go with scheme {}; allowed: {}", name_of(format),
                             scheme_name(), joined(allowed)));
  }

  void read_iad(const Value& value) {
    const std::string_view text = value.text();
    for (std::size_t at = 0; at < text.size();) {
      const std::string_view rest = text.substr(at);
      std::size_t taken = rest.find('{');
      if (taken == 0) {
        taken = take_placeholder(value, rest);
      } else {
        taken = std::min(taken, rest.size());
        auto bytes = value.hex_of(rest.substr(0, taken), at, 0, text.size());
        iad_size_ += bytes.size();
        if (!bytes.empty()) rules_.iad.push_back({IadPiece::Kind::fixed, std::move(bytes)});
      }
      at += taken;
    }
    if (iad_size_ < 1 || iad_size_ > 32)
      value.refuse(fmt::format("makes {} bytes; allowed: 1 to 32", iad_size_));
  }

  // How many characters it has.
  std::size_t take_placeholder(const Value& value, std::string_view text) {
    const auto is = [&](std::string_view mark) { return text.starts_with(mark); };
    if (!is(kCvrMark) && !is(kCountersMark)) {
      value.refuse(fmt::format("has the placeholder {}; allowed: {}, {}",
                               quoted(text.substr(0, text.find('}') + 1)), kCvrMark, kCountersMark));
    }
    const auto kind = is(kCvrMark) ? IadPiece::Kind::cvr : IadPiece::Kind::counters;
    const std::string_view mark = is(kCvrMark) ? kCvrMark : kCountersMark;
    if (has_piece(kind)) value.refuse(fmt::format("has {} twice; each placeholder may be there once", mark));
    rules_.iad.push_back({kind, {}});
    iad_size_ += kind == IadPiece::Kind::cvr ? rules_.cvr.bytes.size() : kCountersSize;
    return mark.size();
  }

  bool has_piece(IadPiece::Kind kind) const {
    return std::any_of(rules_.iad.begin(), rules_.iad.end(),
                       [&](const IadPiece& piece) { return piece.kind == kind; });
  }

  bool needs_counters() const {
    return cvr_rules(rules_.scheme).counters_under_mac || has_piece(IadPiece::Kind::counters);
  }

  ByteString read_counters(const Value& value) const {
    if (!needs_counters()) {
      value.refuse("is not used here; allowed with: cvn17, cvn21, {counters} in iad");
    }
    return value.hex(kCountersSize);
  }

  const card::Personalization& card_;
  const Issued& issued_;
  CryptogramRules rules_;
  std::size_t iad_size_ = 0;
};

}  // namespace

CardCryptogram read_cryptogram(const Value& value, const card::Personalization& card, const Issued& issued) {
  return CryptogramFile(card, issued).read(value);
}

}  // namespace sesame::card
