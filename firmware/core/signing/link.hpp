// The reader at a computer's cable, as readers have it that sign what they show: the computer sends a text,
// the reader shows it and asks for OK, and only then the card is asked for a cryptogram.
//
//   signing::Link link;
//   Reader reader(profile, &link);
//   reader.handle(Event::from_computer({ComputerCommand::Kind::pin, {}}), now);
//   …as ever; link.answer() is what the computer was told last
//
// The computer tells the reader what to do, and the reader trusts it in nothing:
//
//   pin          begins: a person types the PIN. Told `ok` when the card has taken it, and else how it ended
//   show         shows a text of one screen, until something else is shown. Told nothing
//   sign         told `ok` at once; the text is shown page by page, OK turning them. Told `ok` again at the
//                OK under the last
//   cryptogram   told `cryptogram` with the digits of the code. It is of the text that has its OK; where no
//                text was to be signed since the PIN, of none: a code to log in with, that of Mode 2
//   unplug       the cable is pulled out: ends what was begun
//
// A command at another moment is told `out_of_order`, and changes nothing. One PIN, one cryptogram: after it
// all begins anew. Where the person presses C, takes too long, or pulls the card out, all that was begun is
// over, too, and nothing was signed. A text with its OK is not signed any more once another text has its OK,
// or another PIN is asked for.
//
// Established is the order of these commands and their answers, as they were learned from a reader with its
// newer firmware (tests/learner/connected_test.cpp). Nobody has described what of the text goes into the
// cryptogram, nor how long texts are shown: that the code is that of a TDS over the text's SHA-256, the
// pages, and that C, time and the card end everything is our choice.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/names.hpp"
#include "firmware/core/reader.hpp"
#include "firmware/core/signing/text.hpp"

namespace sesame::signing {

enum class Told : std::uint8_t {
  ok,
  cryptogram,    // with the digits of its code
  out_of_order,  // not now
  bad_text,      // not one that is_text(); to be shown, one of more than one screen
  busy,          // a person uses the keys
  no_card,       // or it was pulled out meanwhile
  cancelled,     // by a person, with C
  timed_out,     // nobody pressed a key
  failed,        // the card did not do it: the reader shows why
};
inline constexpr std::string_view kToldNames[] = {"ok",      "cryptogram", "out_of_order", "bad_text", "busy",
                                                  "no_card", "cancelled",  "timed_out",    "failed"};
constexpr std::span<const std::string_view> names(Told) { return kToldNames; }

struct Answer {
  std::uint32_t number = 0;  // one more than that of the answer before
  Told told = Told::ok;
  std::span<const char> code;  // digits, of a cryptogram, until the next command
};

class Link final : public HostSide {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // The last one since the last command.
  std::optional<Answer> answer() const;

  std::optional<Signal> signal_of(const Event& event) override;
  Outcome run(Control& control, Signal signal) override;
  void removed() override;
  void forget() override;
  void look(View& view) const override;
  void verified() override;
  void sign(cap::TdsNumbers& numbers) override;
  void signed_with(std::span<const char> code) override;

  // As Reader::manual(), and asked before it.
  using Line = Transition<Outcome (Link::*)(Control&)>;
  static std::span<const Line> manual();

 private:
  static const Line kTransitions[];

  // The actions of the table.
  Outcome ask_pin(Control& control);
  Outcome refuse_busy(Control& control);
  Outcome show_text(Control& control);
  Outcome sign_text(Control& control);
  Outcome accept_page(Control& control);
  Outcome generate(Control& control);
  Outcome refuse_order(Control& control);
  Outcome unplugged(Control& control);

  void end(Told how);
  Outcome tell(Told told);
  void show_page(const Control& control);

  Text text_;  // in State::approve to be signed; elsewhere it has its OK
  Page page_;  // of it, or a text that is only shown
  std::size_t page_number_ = 0;
  bool begun_ = false;             // a PIN was asked for, and no cryptogram was given yet
  Told ends_with_ = Told::failed;  // what was begun, should the reader end it now
  std::optional<Told> told_;       // since the last command
  std::uint32_t answers_ = 0;
  SecretVector<char, kMaxCodeDigits> code_;
};

}  // namespace sesame::signing
