// What can happen to a reader: keys by their class, the card, time, the slot's own pinpad, 3 to 15 answers to
// each command, and, where one is connected, the requests of a program, or the commands of a computer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/reader.hpp"
#include "tests/firmware/core/hex.hpp"

namespace sesame::explorer {

// In time for the reader's deadline, or close to it; `now` is also what there is where it has none.
enum class When : std::uint8_t { now, one_ms_before, at_deadline, five_s_after };
inline constexpr Millis kAfter = 5'000;

struct Answer {
  std::string name;
  SlotStatus status = SlotStatus::ok;
  test::ByteVector bytes;
  test::ByteVector to_twin;   // the same with another cryptogram, for the reader's twin
  std::size_t echo_from = 0;  // this many bytes of the command in front of `bytes`, from here …
  std::size_t echo = 0;       // … or as many as there are
};

struct Move {
  std::string_view name;
  Event::Kind kind = Event::Kind::tick;
  When when = When::now;
  Key key = Key::ok;               // of a digit any: the next one of the reader, or of its twin
  const Answer* answer = nullptr;  // to what is asked
  bool stale = false;              // to what was asked before
  HostRequest::Kind host = HostRequest::Kind::deactivate;
  ComputerCommand::Kind computer = ComputerCommand::Kind::unplug;
  const test::ByteVector* request = nullptr;  // of the program; the computer's text
  bool may_be_late = false;                   // comes at the deadline too, in a shell that has overslept it
};

class Moves {
 public:
  Moves();

  enum class Host : std::uint8_t { none, program, computer };

  // `instruction` is what the card works on, whole or in pieces; `first_ac`: the first GENERATE AC. They are
  // valid as long as this lives.
  std::vector<Move> of(const Reader& reader, std::uint8_t instruction, bool first_ac, Host host) const;

 private:
  using Answers = std::vector<Answer>;

  const Answers& answers(const Reader& reader, std::uint8_t instruction, bool first_ac) const;
  static void add_keys(const Reader& reader, std::vector<Move>& moves);
  void add_program(std::vector<Move>& moves) const;
  void add_computer(std::vector<Move>& moves) const;

  Answers to_reset_, to_select_, to_options_, to_record_, to_get_data_, to_get_counter_, to_verify_,
      to_first_ac_, to_second_ac_;
  Answers to_deactivate_, to_program_, to_program_verify_;
  Answer stale_;
  test::ByteVector nothing_, command_, own_verify_, half_command_;
  test::ByteVector text_, two_pages_;
  test::ByteVector order_, order_of_four_, order_until_timeout_, bad_order_;
};

// The event of a move, for a reader or its twin (0, 1). It points into `bytes`.
Event event_of(const Move& move, const Reader& reader, std::size_t twin, test::ByteVector& bytes);
// When it comes: not before now.
Millis time_of(const Move& move, const Reader& reader, Millis now);
// In words.
std::string name_of(const Move& move);
inline constexpr std::uint32_t kHostNumber = 7;  // of all requests of a program

}  // namespace sesame::explorer
