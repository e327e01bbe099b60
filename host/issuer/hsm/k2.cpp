#include "host/issuer/hsm/k2.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>

#include "host/keys/derivation.hpp"
#include "host/keys/lmk.hpp"
#include "host/keys/mac.hpp"

namespace sesame::issuer {

namespace {

struct Malformed {
  K2Error error = K2Error::invalid;
};

// Takes what a message holds, one after the other.
class Message {
 public:
  explicit Message(Bytes bytes) : left_(bytes) {}

  Bytes take(std::size_t size) {
    if (left_.size() < size) throw Malformed{};
    const Bytes taken = left_.first(size);
    left_ = left_.subspan(size);
    return taken;
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> out{};
    std::copy_n(take(N).begin(), N, out.begin());
    return out;
  }
  // Characters that are digits of this base.
  unsigned number(std::size_t characters, unsigned base) {
    unsigned value = 0;
    for (const std::uint8_t character : take(characters)) value = value * base + digit(character, base);
    return value;
  }
  void delimiter() {
    if (take(1)[0] != ';') throw Malformed{};
  }
  bool empty() const { return left_.empty(); }

 private:
  static unsigned digit(std::uint8_t character, unsigned base) {
    unsigned value = base;
    if (character >= '0' && character <= '9') value = character - unsigned{'0'};
    if (character >= 'A' && character <= 'F') value = character - unsigned{'A'} + 10;
    if (value >= base) throw Malformed{};
    return value;
  }

  Bytes left_;
};

struct CardNumber {
  std::string pan, psn;
};

// An odd number of digits has a zero in front of it, which changes no key.
CardNumber card_number(Bytes bcd) {
  std::string digits;
  for (const std::uint8_t byte : bcd) {
    for (const unsigned nibble : {unsigned{byte} >> 4, unsigned{byte} & 0xF}) {
      if (nibble > 9) throw Malformed{};
      digits += static_cast<char>('0' + nibble);
    }
  }
  if (digits.size() < 4) throw Malformed{};
  CardNumber number{digits.substr(0, digits.size() - 2), digits.substr(digits.size() - 2)};
  if (number.pan.size() == 20 && number.pan.front() == '0') number.pan.erase(0, 1);
  if (number.pan.size() > 19) throw Malformed{};
  return number;
}

// What is the same under the mask, in the same time wherever it differs.
bool same(const keys::Mac& one, const keys::Mac& other, const keys::Mac& mask) {
  unsigned difference = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    difference |= static_cast<unsigned>((one[i] ^ other[i]) & mask[i]);
  }
  return difference == 0;
}

keys::Mac mac_of_mask(const keys::Mac& mask) {
  keys::MacKey key(keys::MacAlgorithm::tdes_retail, keys::variant(keys::test_lmk(18), 2));
  return key.mac(mask, keys::Padding::method1);
}

struct Judged {
  K2Error error = K2Error::good;
  keys::Mac right{}, mask{};
};

keys::SessionKeyMethod session_key(unsigned value, const K2Settings& settings) {
  using keys::SessionKeyMethod;
  if (value == 0 && settings.no_session_key) return SessionKeyMethod::none;
  if (value == 1) return SessionKeyMethod::skd;
  if (value == 2 && settings.tree) return SessionKeyMethod::tree;
  throw Malformed{};
}

Judged judge(Message& message, const K2Settings& settings) {
  if (message.number(1, 10) != 0) throw Malformed{K2Error::mode};
  if (message.number(2, 10) != 0) throw Malformed{K2Error::scheme};
  const unsigned option = message.number(1, 10);
  const keys::SessionKeyMethod method = session_key(message.number(1, 10), settings);
  if (option > 1 || message.take(1)[0] != 'U') throw Malformed{};
  keys::EncryptedKey encrypted{};
  for (std::uint8_t& byte : encrypted) byte = static_cast<std::uint8_t>(message.number(2, 16));
  const CardNumber number = card_number(message.take(message.number(2, 10)));
  if (option == 1) message.delimiter();
  const auto atc = message.array<2>();
  const auto un = message.array<4>();
  const Bytes data = message.take(message.number(2, 16));
  message.delimiter();
  const auto given = message.array<8>(), mask = message.array<8>();
  const auto mask_mac = message.array<4>();
  if (!message.empty() || mask == keys::Mac{}) throw Malformed{};
  if (settings.mask_mac) {
    const keys::Mac right = mac_of_mask(mask);
    if (!std::equal(mask_mac.begin(), mask_mac.end(), right.begin())) throw Malformed{};
  }

  const keys::Key imk = keys::open_key(keys::variant(keys::test_lmk(28), 1), encrypted);
  const keys::Key card_key = keys::master_key(
      option == 0 ? keys::MasterKeyOption::a : keys::MasterKeyOption::b, imk, number.pan, number.psn);
  keys::SessionKeys session_keys(method, card_key, settings.tree.value_or(keys::Tree{}));
  keys::MacKey mac_key(keys::MacAlgorithm::tdes_retail,
                       session_keys.derive(static_cast<std::uint16_t>(atc[0] << 8 | atc[1]), un));
  Judged judged;
  judged.mask = mask;
  judged.right = mac_key.mac(data);
  if (!same(judged.right, given, mask)) judged.error = K2Error::wrong;
  return judged;
}

Judged judge(Bytes bytes, const K2Settings& settings) {
  Judged judged{K2Error::invalid, {}, {}};
  if (bytes[settings.header] != 'K' || bytes[settings.header + 1] != '2') return judged;
  try {
    Message message(bytes.subspan(settings.header + 2));
    judged = judge(message, settings);
  } catch (const Malformed& malformed) {
    judged.error = malformed.error;
  }
  return judged;
}

}  // namespace

K2Answer answer_k2(Bytes bytes, const K2Settings& settings) {
  K2Answer answer;
  if (bytes.size() < settings.header + 2) return answer;
  const Judged judged = judge(bytes, settings);
  std::vector<std::uint8_t>& out = answer.bytes.emplace();
  out.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(settings.header + 1));
  out.push_back(static_cast<std::uint8_t>(bytes[settings.header + 1] + 1));
  const auto error = static_cast<unsigned>(judged.error);
  out.push_back(static_cast<std::uint8_t>('0' + error / 10));
  out.push_back(static_cast<std::uint8_t>('0' + error % 10));
  if (judged.error == K2Error::wrong && settings.authorised) {
    out.insert(out.end(), judged.right.begin(), judged.right.end());
  }
  for (const std::uint8_t byte : judged.mask) answer.mask_bits += static_cast<unsigned>(std::popcount(byte));
  return answer;
}

}  // namespace sesame::issuer
