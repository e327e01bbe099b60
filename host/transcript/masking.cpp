#include "host/transcript/masking.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <vector>

#include "firmware/core/emv/tags.hpp"
#include "host/base/hex.hpp"

namespace sesame::transcript {

namespace tag = emv::tag;

namespace {

using Area = std::span<std::uint8_t>;

constexpr std::size_t kIssuerDigits = 6;
// Shorter ones turn up by chance.
constexpr std::size_t kLeastPanToSweep = 12;
constexpr std::size_t kLeastNameToSweep = 5;
constexpr std::string_view kName = "CARDHOLDER/TEST";

constexpr emv::Tag kTrack1 = 0x56, kTrack2Mastercard = 0x9F6B;
constexpr emv::Tag kNameExtended = 0x9F0B;

// Parts of tracks 1 and 2, and what else names the account.
constexpr std::array<emv::Tag, 3> kAccountInAscii{0x9F1F, 0x9F24, 0x5F53};
constexpr std::array<emv::Tag, 2> kAccountInBcd{0x9F20, 0x9F25};
// What a holder of a public key can read the account from, or check it with.
constexpr std::array<emv::Tag, 4> kSigned{0x93, 0x9F2D, 0x9F46, 0x9F4B};
constexpr std::array<emv::Tag, 21> kNeverTouched{tag::aid,
                                                 tag::df_name,
                                                 tag::aip,
                                                 tag::afl,
                                                 tag::psn,
                                                 tag::cdol1,
                                                 tag::cdol2,
                                                 tag::pdol,
                                                 0x97,
                                                 0x9F49,
                                                 tag::iad,
                                                 tag::ac,
                                                 tag::cid,
                                                 tag::atc,
                                                 tag::ipb,
                                                 tag::iaf,
                                                 tag::visa_ipb,
                                                 tag::visa_iaf,
                                                 tag::cvm_list,
                                                 tag::pin_try_counter,
                                                 tag::response_format1};

template <std::size_t N>
bool is_one_of(const std::array<emv::Tag, N>& tags, emv::Tag tag) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

bool is_digit(std::uint8_t byte) { return byte >= '0' && byte <= '9'; }

// ---- nibbles

class Nibbles {
 public:
  explicit Nibbles(Area bytes) : bytes_(bytes) {}

  std::size_t size() const { return 2 * bytes_.size(); }
  unsigned get(std::size_t i) const { return i % 2 == 0 ? bytes_[i / 2] >> 4 : bytes_[i / 2] & 0x0FU; }
  void set(std::size_t i, unsigned value) {
    std::uint8_t& byte = bytes_[i / 2];
    byte = static_cast<std::uint8_t>(i % 2 == 0 ? value << 4 | (byte & 0x0FU) : (byte & 0xF0U) | value);
  }

  // The decimal digits from `begin` on.
  std::string digits(std::size_t begin) const {
    std::string found;
    for (; begin < size() && get(begin) <= 9; ++begin) found += static_cast<char>('0' + get(begin));
    return found;
  }
  bool has(std::string_view digits, std::size_t at) const {
    if (digits.size() > size() - at) return false;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      if (get(at + i) != static_cast<unsigned>(digits[i] - '0')) return false;
    }
    return true;
  }
  void put(std::string_view digits, std::size_t at) {
    for (std::size_t i = 0; i < digits.size(); ++i) set(at + i, static_cast<unsigned>(digits[i] - '0'));
  }
  // Digits only: separators and padding stay.
  void put_zeros(std::size_t begin) {
    for (; begin < size(); ++begin) {
      if (get(begin) <= 9) set(begin, 0);
    }
  }

 private:
  Area bytes_;
};

// ---- ASCII

bool has(Area bytes, std::string_view text, std::size_t at) {
  return text.size() <= bytes.size() - at &&
         std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char c, std::uint8_t byte) { return static_cast<std::uint8_t>(c) == byte; });
}

void put(Area bytes, std::string_view text, std::size_t at) {
  for (std::size_t i = 0; i < text.size(); ++i) bytes[at + i] = static_cast<std::uint8_t>(text[i]);
}

std::string text_of(Area bytes) { return {bytes.begin(), bytes.end()}; }

std::string digits_of(Area bytes) {
  std::string found;
  std::copy_if(bytes.begin(), bytes.end(), std::back_inserter(found), is_digit);
  return found;
}

// Where there are digits; some cards have blanks between them.
void put_digits(Area bytes, std::string_view digits) {
  for (std::uint8_t& byte : bytes) {
    if (!is_digit(byte) || digits.empty()) continue;
    byte = static_cast<std::uint8_t>(digits.front());
    digits.remove_prefix(1);
  }
}

std::string ascii_hex(std::string_view text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return to_hex(bytes);
}

// ---- stand-ins

// ISO/IEC 7812-1, annex B.
char luhn_digit(std::string_view digits) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    unsigned digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
    if (i % 2 == 0) digit = 2 * digit > 9 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

// `number` is the cardholder's, right-justified.
std::string made_up_pan(std::string_view pan, unsigned number) {
  const std::size_t kept = pan.size() >= kLeastPanToSweep ? kIssuerDigits : 0;
  std::string made(pan.substr(0, kept));
  made.resize(pan.size() - 1, '0');
  for (std::size_t i = made.size(); i > kept && number > 0; number /= 10) {
    made[--i] = static_cast<char>('0' + number % 10);
  }
  return made + luhn_digit(made);
}

std::string made_up_name(std::size_t size) {
  std::string made(kName.substr(0, size));
  made.resize(size, ' ');
  return made;
}

// What begins at `at`, of all that is known; the longest.
template <class Begins>
std::string_view find_known(const std::map<std::string, std::string>& known, std::size_t least,
                            Begins begins) {
  std::string_view found, stand_in;
  for (const auto& [original, replacement] : known) {
    if (original.size() < least || original.size() <= found.size() || !begins(original)) continue;
    found = original;
    stand_in = replacement;
  }
  return stand_in;
}

// Tag and size of an element that announces more bytes than there are: enough bytes after it make it whole.
std::optional<emv::Tlv> cut_element(Bytes bytes) {
  std::vector<std::uint8_t> filled(bytes.begin(), bytes.end());
  filled.resize(bytes.size() + 0xFFFF, 0x01);
  const auto element = emv::TlvReader(filled).next();
  if (!element || element->header > bytes.size()) return std::nullopt;
  return emv::Tlv{element->tag, bytes.subspan(element->header), element->header};
}

// A record, an answer, an FCI, or whatever else parses to the end.
bool is_tlv(Bytes data) {
  constexpr std::array<std::uint8_t, 3> kTemplates{tag::fci, tag::record_template, tag::response_format2};
  return !data.empty() && (std::find(kTemplates.begin(), kTemplates.end(), data[0]) != kTemplates.end() ||
                           !emv::check(data).error);
}

}  // namespace

void Masking::apply(std::span<std::uint8_t> response) {
  if (response.size() < 2) return;
  const Area data = response.first(response.size() - 2);
  is_tlv(data) ? walk(data, 1) : sweep(data);
}

void Masking::walk(Area data, int depth) {
  if (depth > emv::kMaxDepth) return sweep(data);
  for (emv::TlvReader reader(data); reader.more();) {
    const std::size_t at = reader.offset();
    const auto next = reader.next();
    if (next) {
      element(next->tag, data.subspan(at + next->header, next->value.size()), depth);
      continue;
    }
    const Area rest = data.subspan(at);
    const auto cut = next.error() == emv::TlvError::truncated_value ? cut_element(rest) : std::nullopt;
    return cut ? element(cut->tag, rest.subspan(cut->header), depth) : sweep(rest);
  }
}

void Masking::element(emv::Tag tag, Area value, int depth) {
  if (is_one_of(kNeverTouched, tag)) return;
  if (emv::Tlv{tag, value, 0}.constructed()) return walk(value, depth + 1);
  if (options_.pan && is_one_of(kSigned, tag)) return std::fill(value.begin(), value.end(), std::uint8_t{0});
  if (options_.pan && is_one_of(kAccountInAscii, tag)) {
    return std::fill(value.begin(), value.end(), std::uint8_t{'0'});
  }
  if (options_.pan && is_one_of(kAccountInBcd, tag)) return Nibbles(value).put_zeros(0);
  if (options_.pan && tag == tag::pan) return mask_pan(value);
  if (options_.pan && (tag == tag::track2 || tag == kTrack2Mastercard)) return mask_track2(value);
  if (tag == kTrack1) return mask_track1(value);
  if (options_.name && (tag == tag::cardholder_name || tag == kNameExtended)) return mask_name(value);
  sweep(value);
}

void Masking::mask_pan(Area value) {
  Nibbles nibbles(value);
  const std::string pan = nibbles.digits(0);
  nibbles.put(stand_in_for_pan(pan), 0);
  nibbles.put_zeros(pan.size());
}

// PAN, D, expiry date 4, service code 3, discretionary data: EMV 4.3 Book 3, annex A, "Track 2 Equivalent
// Data".
void Masking::mask_track2(Area value) {
  constexpr std::size_t kStays = 1 + 4 + 3;
  Nibbles nibbles(value);
  const std::string pan = nibbles.digits(0);
  nibbles.put(stand_in_for_pan(pan), 0);
  const bool separated = pan.size() < nibbles.size() && nibbles.get(pan.size()) == 0xD;
  nibbles.put_zeros(pan.size() + (separated ? kStays : 0));
}

// B, PAN, ^, name, ^, expiry date 4, service code 3, discretionary data, in ASCII: ISO/IEC 7813.
void Masking::mask_track1(Area value) {
  constexpr std::size_t kStays = 4 + 3;
  const auto separator = [&](std::size_t from) {
    return static_cast<std::size_t>(
        std::find(value.begin() + static_cast<std::ptrdiff_t>(from), value.end(), '^') - value.begin());
  };
  const std::size_t pan_end = separator(0);
  const std::size_t name = std::min(pan_end + 1, value.size());
  const std::size_t name_end = separator(name);
  const std::size_t discretionary = std::min(name_end + 1 + kStays, value.size());
  if (options_.pan) {
    const Area pan = value.first(pan_end);
    put_digits(pan, stand_in_for_pan(digits_of(pan)));
    std::fill(value.begin() + static_cast<std::ptrdiff_t>(discretionary), value.end(), std::uint8_t{'0'});
  }
  if (options_.name) mask_name(value.subspan(name, name_end - name));
}

void Masking::mask_name(Area value) {
  std::string name = text_of(value);
  name.erase(name.find_last_not_of(' ') + 1);
  names_.try_emplace(name, made_up_name(name.size()));
  put(value, made_up_name(value.size()), 0);
}

// ---- what turns up elsewhere

void Masking::sweep(Area bytes) const {
  Nibbles nibbles(bytes);
  for (std::size_t at = 0; at < nibbles.size();) {
    const auto stand_in =
        find_known(pans_, kLeastPanToSweep, [&](const std::string& pan) { return nibbles.has(pan, at); });
    nibbles.put(stand_in, at);
    at += std::max<std::size_t>(1, stand_in.size());
  }
  for (std::size_t at = 0; at < bytes.size();) {
    const auto begins = [&](const std::string& text) { return has(bytes, text, at); };
    auto stand_in = find_known(pans_, kLeastPanToSweep, begins);
    if (stand_in.empty()) stand_in = find_known(names_, kLeastNameToSweep, begins);
    put(bytes, stand_in, at);
    at += std::max<std::size_t>(1, stand_in.size());
  }
}

std::string Masking::mask(std::string_view text) const {
  // Of digits the hexadecimal of BCD is the digits.
  std::map<std::string, std::string> pans, names;
  for (const auto& [pan, stand_in] : pans_) {
    if (pan.size() < kLeastPanToSweep) continue;
    pans.emplace(pan, stand_in);
    pans.emplace(ascii_hex(pan), ascii_hex(stand_in));
  }
  for (const auto& [name, stand_in] : names_) {
    if (name.size() < kLeastNameToSweep) continue;
    names.emplace(name, stand_in);
    names.emplace(ascii_hex(name), ascii_hex(stand_in));
  }
  std::string masked(text);
  for (std::size_t at = 0; at < masked.size();) {
    const auto begins = [&](const std::string& known) {
      return masked.compare(at, known.size(), known) == 0;
    };
    auto stand_in = find_known(pans, 1, begins);
    if (stand_in.empty()) stand_in = find_known(names, 1, begins);
    masked.replace(at, stand_in.size(), stand_in);
    at += std::max<std::size_t>(1, stand_in.size());
  }
  return masked;
}

std::string Masking::stand_in_for_pan(const std::string& pan) {
  if (pan.empty()) return {};
  const auto [place, is_new] = pans_.try_emplace(pan);
  if (!is_new) return place->second;
  const auto taken = [&](const std::string& candidate) {
    return std::any_of(pans_.begin(), pans_.end(), [&](const auto& known) {
      return known.first == candidate || known.second == candidate;
    });
  };
  // A number of few digits has few others: then any will do.
  constexpr unsigned kMostTries = 100;
  unsigned number = 0;
  std::string made = made_up_pan(pan, number);
  while (taken(made) && number < kMostTries) made = made_up_pan(pan, ++number);
  return place->second = made;
}

}  // namespace sesame::transcript
