// The payment system environment: a card's own list of its applications (EMV 4.3 Book 1, 12.2 and 12.3.2).
// Sans-I/O, over complete responses (after 61xx and 6Cxx):
//
//   Directory directory;
//   for (directory.start(); directory.pending();) directory.answer(card(directory.command()));
//   for (const DirectoryEntry& entry : directory.entries()) …
//
// The entries stand in the card's order of priority (Book 1, 12.4): 1 first, those without one last, and
// those of the same priority as they were listed.
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/apdu.hpp"

namespace sesame::emv {

struct DirectoryEntry {
  Buffer<16> aid;                        // 4F, 5 to 16 bytes
  Buffer<16> label;                      // 50
  std::optional<std::uint8_t> priority;  // 87
};

class Directory {
 public:
  static constexpr std::size_t kMaxEntries = 16;  // more are not listed

  void start();
  void clear();
  // Anything but a well-formed answer ends the listing; what was found so far stays.
  void answer(const ResponseApdu& response);

  bool pending() const { return !command_.empty(); }
  Bytes command() const { return command_; }
  std::span<const DirectoryEntry> entries() const { return entries_; }

 private:
  void ask_for_record(std::uint8_t record);
  bool take_record(Bytes record);
  bool insert(const DirectoryEntry& entry);

  Buffer<24> command_;
  FixedVector<DirectoryEntry, kMaxEntries> entries_;
  std::uint8_t sfi_ = 0;  // 0 until the PSE is selected
  std::uint8_t record_ = 0;
};

// SELECT by name, first occurrence: EMV 4.3 Book 1, 11.3.2.
template <std::size_t N>
[[nodiscard]] bool append_select(Buffer<N>& out, Bytes name) {
  return name.size() <= 255 && out.append(std::array<std::uint8_t, 4>{0x00, 0xA4, 0x04, 0x00}) &&
         out.push(static_cast<std::uint8_t>(name.size())) && out.append(name) && out.push(0x00);
}

// READ RECORD, P1 a record number: EMV 4.3 Book 1, 11.2.2.
template <std::size_t N>
[[nodiscard]] bool append_read_record(Buffer<N>& out, std::uint8_t sfi, std::uint8_t record) {
  return out.append(
      std::array<std::uint8_t, 5>{0x00, 0xB2, record, static_cast<std::uint8_t>(sfi << 3 | 4), 0x00});
}

}  // namespace sesame::emv
