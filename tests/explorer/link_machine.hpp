// A reader at a computer's cable, and a LinkWatch, as a machine for Search.
//
// Two states are one where all is the same that is seen from outside (screen, request, time that is left,
// what the computer was told), and where the dialogue with the card, the text and the watch stand alike. What
// a card has said before, and no longer shows, may differ.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/explorer/moves.hpp"
#include "tests/firmware/core/link_watch.hpp"

namespace sesame::explorer {

class LinkMachine {
 public:
  // The profile outlives it.
  explicit LinkMachine(const ReaderProfile& profile);
  LinkMachine(const LinkMachine&) = delete;
  LinkMachine& operator=(const LinkMachine&) = delete;

  void reset();
  void load(std::span<const std::uint64_t> state);
  std::size_t moves() const { return moves_.size(); }
  std::optional<std::string> make(std::size_t move);
  std::uint64_t key() const;
  void save(std::vector<std::uint64_t>& state) { state.insert(state.end(), memory_.begin(), memory_.end()); }
  const Move& move(std::size_t which) const { return moves_[which]; }
  std::string name(std::size_t move) const { return name_of(moves_[move]); }
  std::string description() const;

  const Reader& reader() const { return objects().reader; }
  // Cryptograms that were given on any way; those for a text.
  std::uint64_t cryptograms() const { return cryptograms_; }
  std::uint64_t of_texts() const { return of_texts_; }

 private:
  struct Objects {
    explicit Objects(const ReaderProfile& profile) : reader(profile, &link), watch(link) {}

    signing::Link link;
    Reader reader;
    test::LinkWatch watch;
    Millis now = 1'000'000;
  };
  static_assert(sizeof(Objects) % 8 == 0);

  Objects& objects() { return *reinterpret_cast<Objects*>(memory_.data()); }
  const Objects& objects() const { return *reinterpret_cast<const Objects*>(memory_.data()); }

  const ReaderProfile& profile_;
  const Moves all_;
  std::vector<std::uint64_t> memory_;  // the objects, always at the same place: they point into themselves
  std::vector<std::uint64_t> loaded_;
  std::vector<Move> moves_;
  test::ByteVector bytes_;
  std::uint64_t cryptograms_ = 0, of_texts_ = 0;
};

}  // namespace sesame::explorer
