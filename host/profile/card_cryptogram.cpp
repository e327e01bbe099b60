#include "host/profile/card_cryptogram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "host/profile/hex.hpp"
#include "host/profile/tree_text.hpp"

namespace sesame::profile {

namespace {

using card::CryptogramRules;
using card::CvrFormat;
using card::CvrTemplate;

using Keys = std::string_view[];

constexpr Keys kCryptogram = {"scheme",    "imk", "mk",  "option",  "tree",
                              "mac_input", "iad", "cvr", "mac_cvr", "counters"};
constexpr Keys kCvr = {"format", "template"};

// In the order of the enumerations.
constexpr Keys kOptions = {"A", "B", "C"};
constexpr Keys kMacInputs = {"list", "cdol"};
constexpr Keys kCvrFormats = {"visa", "mchip", "ccd"};
constexpr std::size_t kCvrSizes[] = {4, 6, 5};

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

std::string_view name(CvrFormat format) { return kCvrFormats[static_cast<std::size_t>(format)]; }

// The key, and nothing of it left behind.
keys::Key read_key(const Value& value) {
  std::vector<std::uint8_t> bytes = value.hex(keys::Key::size);
  keys::Key key{std::span(bytes).first<keys::Key::size>()};
  wipe(bytes.data(), bytes.size());
  return key;
}

class CryptogramFile {
 public:
  CryptogramFile(const Value& value, const card::Personalisation& card)
      : table_(value.table(kCryptogram)), card_(card) {}

  CardCryptogram read() {
    rules_.scheme = read_scheme(table_.at("scheme"));
    rules_.master_key = read_master_key();
    if (const auto tree = read_tree()) rules_.tree = *tree;
    rules_.mac_input = read_mac_input();
    read_cvrs();
    read_iad(table_.at("iad"));
    read_counters();
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

  keys::Key read_master_key() const {
    const auto mk = table_.find("mk");
    const auto imk = table_.find("imk");
    const auto option = table_.find("option");
    if (!mk && !imk) table_.refuse("applications.cryptogram has neither mk nor imk; allowed: one of them");
    if (mk && imk) mk->refuse("is there beside imk; allowed: one of them");
    if (mk && option) option->refuse("is there beside mk; it says how imk makes the card's key");
    if (mk) return read_key(*mk);
    return keys::master_key(read_option(option), read_key(*imk), card_.pan, card_.psn);
  }

  keys::MasterKeyOption read_option(const std::optional<Value>& value) const {
    const keys::SchemeRules& scheme = keys::rules(rules_.scheme);
    if (!value) return scheme.option;
    const auto option = value->enumerator<keys::MasterKeyOption>(kOptions);
    const bool aes = scheme.option == keys::MasterKeyOption::c;
    if ((option == keys::MasterKeyOption::c) != aes) {
      value->refuse(fmt::format("does not go with scheme {}; allowed: {}", scheme.name, aes ? "C" : "A, B"));
    }
    return option;
  }

  std::optional<keys::Tree> read_tree() const {
    const auto value = table_.find("tree");
    const bool wanted = rules_.scheme == keys::Scheme::tree;
    if (!value && wanted)
      table_.refuse("applications.cryptogram.tree is missing; scheme tree needs it, as in 4/8");
    if (!value) return std::nullopt;
    if (!wanted) value->refuse(fmt::format("does not go with scheme {}; allowed with: tree", scheme_name()));
    try {
      return parse_tree(value->text());
    } catch (const std::invalid_argument& error) {
      value->refuse(fmt::format("does not do: {}", error.what()));
    }
  }

  card::MacInput read_mac_input() const {
    if (const auto value = table_.find("mac_input")) return value->enumerator<card::MacInput>(kMacInputs);
    return is_ccd() ? card::MacInput::cdol : card::MacInput::list;
  }

  static CvrTemplate read_cvr(const Value& value) {
    const Table table = value.table(kCvr);
    CvrTemplate cvr;
    cvr.format = table.at("format").enumerator<CvrFormat>(kCvrFormats);
    const Value bytes = table.at("template");
    cvr.bytes = bytes.hex(kCvrSizes[static_cast<std::size_t>(cvr.format)]);
    if (cvr.format == CvrFormat::visa && cvr.bytes[0] != 0x03) {
      bytes.refuse("does not begin with 03; a visa CVR begins with its length");
    }
    return cvr;
  }

  void read_cvrs() {
    const CvrRules allowed = cvr_rules(rules_.scheme);
    const Value cvr = table_.at("cvr");
    rules_.cvr = read_cvr(cvr);
    if (!allowed.in_iad[static_cast<std::size_t>(rules_.cvr.format)]) {
      refuse_format(cvr, rules_.cvr.format, allowed);
    }
    const auto mac_cvr = table_.find("mac_cvr");
    if (mac_cvr && !allowed.under_mac) {
      mac_cvr->refuse(fmt::format("does not go with scheme {}, whose MAC covers the IAD", scheme_name()));
    }
    if (mac_cvr) rules_.mac_cvr = read_cvr(*mac_cvr);
    const CvrFormat used = mac_cvr ? rules_.mac_cvr->format : rules_.cvr.format;
    if (allowed.under_mac && used != *allowed.under_mac) {
      mac_cvr.value_or(cvr).refuse(
          fmt::format("has format {}, but scheme {} has {} under its MAC: give mac_cvr one", name(used),
                      scheme_name(), name(*allowed.under_mac)));
    }
  }

  [[noreturn]] void refuse_format(const Value& value, CvrFormat format, const CvrRules& rules) const {
    std::vector<std::string_view> allowed;
    for (std::size_t i = 0; i < std::size(kCvrFormats); ++i) {
      if (rules.in_iad[i]) allowed.push_back(kCvrFormats[i]);
    }
    value.refuse(fmt::format("has format {}, which does not go with scheme {}; allowed: {}", name(format),
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
        const auto bytes = value.hex_of(rest.substr(0, taken), at, 0, text.size());
        rules_.iad += to_hex(bytes);
        iad_size_ += bytes.size();
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
    const std::string_view mark = is(kCvrMark) ? kCvrMark : kCountersMark;
    if (rules_.iad.find(mark) != std::string::npos) {
      value.refuse(fmt::format("has {} twice; each placeholder may be there once", mark));
    }
    rules_.iad += mark;
    iad_size_ += mark == kCvrMark ? rules_.cvr.bytes.size() : kCountersSize;
    return mark.size();
  }

  void read_counters() {
    const auto value = table_.find("counters");
    const bool needed =
        cvr_rules(rules_.scheme).counters_under_mac || rules_.iad.find(kCountersMark) != std::string::npos;
    if (needed && !value) {
      table_.refuse(
          "applications.cryptogram.counters is missing; cvn17, cvn21 and {counters} in iad need "
          "it");
    }
    if (!needed && value) value->refuse("is not used here; allowed with: cvn17, cvn21, {counters} in iad");
    if (value) rules_.counters = value->hex(kCountersSize);
  }

  Table table_;
  const card::Personalisation& card_;
  CryptogramRules rules_;
  std::size_t iad_size_ = 0;
};

}  // namespace

CardCryptogram read_cryptogram(const Value& value, const card::Personalisation& card) {
  return CryptogramFile(value, card).read();
}

}  // namespace sesame::profile
