// The JSON that the client of a Proxmark3 writes for `emv scan`. It has no commands; what is there is what
// the card answered to those that it must have got:
//
//   {"File": {"Created": "proxmark3 `emv scan`"},
//    "Card": {"Contact": {"ATR": "3B 65 …"}},
//    "PPSE": {"AID": "32 50 …", "FCITemplate": TREE},
//    "Application": {"AID": "A0 …", "FCITemplate": TREE, "GPO": TREE,
//                    "Records": [{"SFI": "01", "RecordNum": "02", "Data": TREE}]},
//    "ApplicationData": {"PAN": "…"}}
//
// TREE: {"tag": "6F", "value": "…"}, or with "Childs": [TREE …]; {"appdata": "PAN"} stands for the value of
// that name in ApplicationData.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/tlv.hpp"
#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/base/safe_text.hpp"
#include "host/logs/lines.hpp"

namespace sesame::logs {

namespace {

using ByteString = std::vector<std::uint8_t>;
using Json = nlohmann::json;

struct NamedData {
  std::string_view name;
  emv::Tag tag;
};

// What that tool calls them.
constexpr std::array kNamedData{
    NamedData{"AIP", 0x82},
    NamedData{"AFL", 0x94},
    NamedData{"PAN", 0x5A},
    NamedData{"PANSeqNo", 0x5F34},
    NamedData{"ExpirationDate", 0x5F24},
    NamedData{"EffectiveDate", 0x5F25},
    NamedData{"IssuerCountryCode", 0x5F28},
    NamedData{"ApplicationLabel", 0x50},
    NamedData{"VersionNumber", 0x9F08},
    NamedData{"CurrencyCode", 0x9F42},
    NamedData{"LanguagePreference", 0x5F2D},
    NamedData{"PriorityIndicator", 0x87},
    NamedData{"ATC", 0x9F36},
    NamedData{"CardholderName", 0x5F20},
    NamedData{"PDOL", 0x9F38},
    NamedData{"CDOL1", 0x8C},
    NamedData{"CDOL2", 0x8D},
    NamedData{"AUC", 0x9F07},
    NamedData{"CTQ", 0x9F6C},
    NamedData{"CVMList", 0x8E},
    NamedData{"IACDefault", 0x9F0D},
    NamedData{"IACDeny", 0x9F0E},
    NamedData{"IACOnline", 0x9F0F},
    NamedData{"CertificationAuthorityPublicKeyIndex", 0x8F},
    NamedData{"IssuerPublicKeyExponent", 0x9F32},
    NamedData{"IssuerPublicKeyRemainder", 0x92},
    NamedData{"IssuerPublicKeyCertificate", 0x90},
    NamedData{"ICCPublicKeyExponent", 0x9F47},
    NamedData{"ICCPublicKeyCertificate", 0x9F46},
};

constexpr int kMostDepth = 16;
constexpr std::size_t kLongest = 0xFFFF;

class Scan {
 public:
  Scan(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {
    try {
      root_ = Json::parse(text);
    } catch (const Json::parse_error& error) {
      fail(line_at(error.byte), "no JSON from here on");
    } catch (const Json::exception&) {
      fail(1, "a number that is too large");
    }
    if (!root_.is_object()) fail(1, "a JSON object is expected");
  }

  std::vector<Event> all() {
    reset();
    if (const Json* const pse = member(root_, "PPSE")) select(*pse);
    if (const Json* const application = member(root_, "Application")) {
      select(*application);
      options(*application);
      records(*application);
    }
    const bool any = std::any_of(events_.begin(), events_.end(),
                                 [](const Event& event) { return event.kind == Event::Kind::exchange; });
    if (!any) fail(1, "there is neither PPSE nor Application with what they answered");
    return std::move(events_);
  }

 private:
  // ---- JSON

  [[noreturn]] void fail(std::size_t line, std::string_view why) const {
    throw Failure(Failure::invalid, fmt::format("{}:{}: {}", safe::one_line(name_), line, why));
  }

  std::size_t line_at(std::size_t offset) const {
    const std::string_view before = text_.substr(0, std::min(offset, text_.size()));
    return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  }

  // JSON values know no lines: the first with that text.
  std::size_t line_of(const std::string& text) const {
    const std::size_t at = text_.find(fmt::format("\"{}\"", text));
    return at == std::string_view::npos ? 1 : line_at(at);
  }

  static const Json* member(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
  }

  ByteString hex(const Json& value, std::size_t most = kLongest) const {
    if (!value.is_string()) fail(1, "bytes are a string");
    const auto& text = value.get_ref<const std::string&>();
    auto parsed = parse_printed_hex(text);
    auto* const bytes = std::get_if<ByteString>(&parsed);
    if (bytes == nullptr) fail(line_of(text), "bytes that are not hexadecimal");
    if (bytes->size() > most) fail(line_of(text), fmt::format("{} bytes, at most {}", bytes->size(), most));
    return std::move(*bytes);
  }

  // ---- data objects

  static void append_object(ByteString& out, emv::Tag tag, const ByteString& value) {
    Buffer<8> header;
    static_cast<void>(emv::append_header(header, tag, value.size()));
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), value.begin(), value.end());
  }

  emv::Tag tag(const Json& tree) const {
    const Json* const text = member(tree, "tag");
    if (text == nullptr) fail(1, "an object has a tag, or the name of its data");
    emv::Tag all = 0;
    for (const std::uint8_t byte : hex(*text, 4)) all = all << 8 | byte;
    return all;
  }

  void append(ByteString& out, const Json& tree, int depth) const {
    if (depth > kMostDepth) fail(1, "objects too deep inside each other");
    ByteString value;
    emv::Tag its_tag = 0;
    if (const Json* const name = member(tree, "appdata"); name != nullptr && name->is_string()) {
      const auto& text = name->get_ref<const std::string&>();
      const auto found = std::find_if(kNamedData.begin(), kNamedData.end(),
                                      [&](const NamedData& each) { return each.name == text; });
      const Json* const data = member(root_, "ApplicationData");
      const Json* const given = data == nullptr ? nullptr : member(*data, text.c_str());
      if (found == kNamedData.end() || given == nullptr)
        fail(line_of(text), "data that ApplicationData does not have");
      its_tag = found->tag;
      value = hex(*given);
    } else {
      its_tag = tag(tree);
      if (const Json* const inside = member(tree, "Childs"); inside != nullptr && inside->is_array()) {
        for (const Json& each : *inside) append(value, each, depth + 1);
      } else if (const Json* const bytes = member(tree, "value")) {
        value = hex(*bytes);
      }
    }
    if (value.size() > kLongest) fail(1, "an object of more bytes than any has");
    append_object(out, its_tag, value);
  }

  // ---- what was asked

  void check_size(const ByteString& data) const {
    if (data.size() > 256) fail(1, "a response of more than 256 bytes");
  }

  void exchange(ByteString command, ByteString data, std::size_t unknown = 0) {
    check_size(data);
    Event event;
    event.command = std::move(command);
    event.response = std::move(data);
    event.response.insert(event.response.end(), {0x90, 0x00});
    event.unknown = unknown;
    events_.push_back(std::move(event));
  }

  void reset() {
    const Json* const card = member(root_, "Card");
    const Json* const contact = card == nullptr ? nullptr : member(*card, "Contact");
    const Json* const atr = contact == nullptr ? nullptr : member(*contact, "ATR");
    if (atr == nullptr) return;
    Event event;
    event.kind = Event::Kind::reset;
    event.atr = hex(*atr, 33);
    if (!event.atr.empty()) events_.push_back(std::move(event));
  }

  void select(const Json& what) {
    const Json *const aid = member(what, "AID"), *const tree = member(what, "FCITemplate");
    if (aid == nullptr || tree == nullptr) return;
    const ByteString name = hex(*aid, 16);
    ByteString fci;
    append(fci, *tree, 1);
    check_size(fci);
    pdol_ = find(fci, 0x9F38);
    ByteString command{0x00, 0xA4, 0x04, 0x00, static_cast<std::uint8_t>(name.size())};
    command.insert(command.end(), name.begin(), name.end());
    command.push_back(0x00);
    exchange(std::move(command), std::move(fci));
  }

  // The first of that tag, wherever it is.
  static ByteString find(Bytes bytes, emv::Tag wanted) {
    for (emv::TlvReader reader(bytes); reader.more();) {
      const auto object = reader.next();
      if (!object) return {};
      if (object->tag == wanted) return {object->value.begin(), object->value.end()};
      if (!object->constructed()) continue;
      if (auto inside = find(object->value, wanted); !inside.empty()) return inside;
    }
    return {};
  }

  // What the terminal filled the PDOL with is not in the file.
  void options(const Json& application) {
    const Json* const tree = member(application, "GPO");
    if (tree == nullptr) return;
    ByteString data;
    append(data, *tree, 1);
    const auto size = emv::data_length(pdol_);
    const std::size_t unknown = size && *size <= 0x7F ? *size : 0;
    ByteString command{0x80,
                       0xA8,
                       0x00,
                       0x00,
                       static_cast<std::uint8_t>(unknown + 2),
                       0x83,
                       static_cast<std::uint8_t>(unknown)};
    command.insert(command.end(), unknown, 0x00);
    exchange(std::move(command), std::move(data), unknown);
  }

  void records(const Json& application) {
    const Json* const all = member(application, "Records");
    if (all == nullptr || !all->is_array()) return;
    for (const Json& record : *all) {
      const Json *const sfi = member(record, "SFI"), *const number = member(record, "RecordNum"),
                        *const tree = member(record, "Data");
      if (sfi == nullptr || number == nullptr || tree == nullptr)
        fail(1, "a record has SFI, RecordNum and Data");
      const ByteString file = hex(*sfi, 1), place = hex(*number, 1);
      if (file.empty() || place.empty() || file[0] > 30) fail(1, "a record has an SFI up to 30 and a number");
      ByteString data;
      append(data, *tree, 1);
      exchange({0x00, 0xB2, place[0], static_cast<std::uint8_t>(file[0] << 3 | 4), 0x00}, std::move(data));
    }
  }

  std::string_view text_;
  std::string name_;
  Json root_;
  ByteString pdol_;
  std::vector<Event> events_;
};

}  // namespace

std::vector<Event> read_proxmark_emv(std::string_view text, const std::string& name) {
  return Scan(text, name).all();
}

}  // namespace sesame::logs
