#include "host/explain/code_path.hpp"

#include <algorithm>
#include <array>

#include "firmware/core/emv/dol.hpp"

namespace sesame::explain {

namespace {

using Part = CodePath::Part;

constexpr std::uint32_t kBelgianModulus = 100'000'000, kBelgianCarry = 10'000'000;

std::string without_zeros(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? "0" : std::string(digits.substr(first));
}

std::string taken_bits(Bytes data, Bytes mask) {
  std::string bits;
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (int bit = 7; bit >= 0; --bit) {
      if ((mask[i] >> bit & 1) != 0) bits += (data[i] >> bit & 1) != 0 ? '1' : '0';
    }
  }
  return bits;
}

Part part(std::string_view name, std::size_t from, Bytes data, std::vector<std::uint8_t> mask) {
  std::string taken = taken_bits(data, mask);
  return {name, from, {data.begin(), data.end()}, std::move(mask), std::move(taken)};
}

std::vector<Part> belgian_parts(const cap::TokenInput& input) {
  const Bytes atc = input.atc, ac = input.ac;
  return {part("AC", 5, ac.subspan(5, 2), {0x03, 0xFF}), part("ATC", 1, atc.subspan(1, 1), {0xFF}),
          part("AC", 7, ac.subspan(7, 1), {0xFF})};
}

std::vector<Part> masked_parts(const cap::TokenInput& input, Bytes ipb) {
  std::vector<Part> parts;
  std::size_t at = 0;
  const auto add = [&](std::string_view name, Bytes data) {
    std::vector<std::uint8_t> mask(data.size(), 0);
    for (std::uint8_t& each : mask) each = at < ipb.size() ? ipb[at++] : std::uint8_t{0};
    if (!data.empty()) parts.push_back(part(name, 0, data, std::move(mask)));
  };
  if (input.psn) add("PSN", Bytes(&*input.psn, 1));
  add("CID", Bytes(&input.cid, 1));
  add("ATC", input.atc);
  add("AC", input.ac);
  add("IAD", input.iad);
  return parts;
}

// A decimal number, in so many bits.
std::string to_bits(std::string digits, std::size_t size) {
  std::string bits(size, '0');
  for (std::size_t i = size; i-- > 0;) {
    unsigned rest = 0;
    for (char& digit : digits) {
      const unsigned value = rest * 10 + static_cast<unsigned>(digit - '0');
      digit = static_cast<char>('0' + value / 2);
      rest = value % 2;
    }
    if (rest != 0) bits[i] = '1';
  }
  return bits;
}

std::string to_number(std::string_view bits) {
  std::string digits = "0";
  for (const char bit : bits) {
    unsigned carry = bit == '1' ? 1 : 0;
    for (std::size_t i = digits.size(); i-- > 0;) {
      const unsigned doubled = 2 * static_cast<unsigned>(digits[i] - '0') + carry;
      digits[i] = static_cast<char>('0' + doubled % 10);
      carry = doubled / 10;
    }
    if (carry != 0) digits.insert(digits.begin(), static_cast<char>('0' + carry));
  }
  return digits;
}

// The number that the Belgian rule made this code of: its last digit is that of the code.
std::string before_the_carry(std::string_view code) {
  std::uint32_t number = 0;
  for (const char digit : code)
    number = (number * 10 + static_cast<std::uint32_t>(digit - '0')) % kBelgianModulus;
  return std::to_string((number + kBelgianModulus - number % 10 * kBelgianCarry) % kBelgianModulus);
}

}  // namespace

CodePath code_path(const cap::TokenInput& input, Bytes ipb, bool belgian, std::string_view code) {
  CodePath path;
  path.belgian = belgian;
  path.parts = belgian ? belgian_parts(input) : masked_parts(input, ipb);
  for (const Part& part : path.parts) path.bits += part.taken;
  const std::string made = belgian ? before_the_carry(code) : without_zeros(code);
  path.number = to_number(path.bits);
  path.signs = path.number != made;
  if (!path.signs) return path;
  path.number = made;
  path.bits = to_bits(made, path.bits.size());
  std::size_t at = 0;
  for (Part& part : path.parts) {
    part.taken = path.bits.substr(at, part.taken.size());
    at += part.taken.size();
  }
  return path;
}

std::vector<ToldValue> told_values(Bytes dol, Bytes data) {
  std::vector<ToldValue> values;
  emv::DolReader reader(dol);
  while (reader.more() && !data.empty()) {
    const auto entry = reader.next();
    if (!entry || entry->length > data.size()) break;
    values.push_back({entry->tag, {data.begin(), data.begin() + entry->length}});
    data = data.subspan(entry->length);
  }
  return values;
}

}  // namespace sesame::explain
