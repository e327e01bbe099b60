#include "tests/explorer/moves.hpp"

#include <algorithm>

#include "tests/explorer/inside.hpp"
#include "tests/firmware/core/dialogue.hpp"
#include "tests/firmware/core/pin_order.hpp"

namespace sesame::explorer {

using test::bytes;
using test::tlv;

namespace {

const std::string kOk = "9000";
const std::string kAid = "A0000000048002";

Answer says(std::string name, const std::string& hex) {
  const auto all = bytes(hex);
  return {std::move(name), SlotStatus::ok, all, all};
}

Answer with_cryptogram(std::string name, const std::string& before, const std::string& after) {
  return {std::move(name), SlotStatus::ok, bytes(before + "7F32A79FDA945643" + after + kOk),
          bytes(before + "3D56F4B10C8A21E7" + after + kOk)};
}

// What may come instead of any answer.
std::vector<Answer> with_failures(std::vector<Answer> answers) {
  answers.push_back({"mute", SlotStatus::mute, {}, {}});
  answers.push_back({"garbled", SlotStatus::garbled, {}, {}});
  answers.push_back({"removed", SlotStatus::removed, {}, {}});
  return answers;
}

// The same for a command, which may also be answered in pieces or with half a status word.
std::vector<Answer> of_command(std::vector<Answer> answers) {
  answers.push_back(says("6110", "6110"));
  answers.push_back(says("6C08", "6C08"));
  answers.push_back(says("half a status word", "90"));
  return with_failures(std::move(answers));
}

std::string fci(const std::string& proprietary) {
  return tlv("6F", tlv("84", kAid) + tlv("A5", tlv("50", "434150") + proprietary)) + kOk;
}

std::string record(const std::string& content) { return tlv("70", content) + kOk; }

}  // namespace

Moves::Moves() : stale_(says("stale answer", kOk)) {
  const std::string cdol1 = tlv("8C", test::kCdol1), cdol2 = tlv("8D", "8A02" + test::kCdol1);
  const std::string ipb = tlv("9F56", test::kIpb);
  const std::string amount_and_psn = tlv("5F34", "01") + tlv("9F55", "C0");

  to_reset_ =
      with_failures({says("ATR", "3B00"), says("ATR of inverse convention", "3F00"), says("no ATR", "")});
  to_select_ =
      of_command({says("FCI", fci(tlv("5F2D", "6672656E"))), says("Dutch FCI", fci(tlv("5F2D", "6E6C"))),
                  says("FCI with PDOL", fci(tlv("9F38", "9F3704"))), says("PSE", fci(tlv("88", "01"))),
                  says("6A82", "6A82"), says("6283", "6283"), says("6A81", "6A81"), says("no FCI", kOk)});
  to_options_ =
      of_command({says("AFL", "8006100008010100" + kOk), says("AFL of two", "8006100008010200" + kOk),
                  says("6985", "6985"), says("6A80", "6A80"), says("no AFL", kOk)});
  to_record_ = of_command(
      {says("record", record(cdol1 + cdol2 + ipb)), says("record without CDOL2", record(cdol1 + ipb)),
       says("record with amount and PSN", record(cdol1 + cdol2 + ipb + amount_and_psn)),
       says("record without CDOL1", record(ipb)), says("record without IPB", record(cdol1)),
       says("directory entry", record(tlv("61", tlv("4F", kAid)))), says("6A83", "6A83"),
       says("6700", "6700"), says("no record", kOk)});
  to_get_data_ = of_command({says("3 tries", "9F170103" + kOk), says("1 try", "9F170101" + kOk),
                             says("0 tries", "9F170100" + kOk), says("6A88", "6A88"), says("no tries", kOk)});
  to_get_counter_ =
      of_command({says("counter", "9F360200B4" + kOk), says("6985", "6985"), says("no counter", kOk)});
  to_verify_ = of_command({says("9000", kOk),
                           says("63C2", "63C2"),
                           says("63C1", "63C1"),
                           says("63C0", "63C0"),
                           says("6300", "6300"),
                           says("6983", "6983"),
                           says("6A80", "6A80"),
                           {"the command and 9000", SlotStatus::ok, bytes(kOk), bytes(kOk), 0, 13},
                           {"the PIN and 6108", SlotStatus::ok, bytes("6108"), bytes("6108"), 5, 8}});
  to_first_ac_ = of_command({with_cryptogram("ARQC", "8012 80 00B4", "06770A03A48000"),
                             with_cryptogram("ARQC without IAD", "800B 80 00B4", ""),
                             with_cryptogram("AAC", "8012 00 00B4", "06770A03A48000"),
                             with_cryptogram("TC", "8012 40 00B4", "06770A03A48000"), says("6985", "6985"),
                             says("6A80", "6A80"), says("no cryptogram", kOk)});
  to_second_ac_ =
      of_command({says("AAC", "8012 00 00B4 0102030405060708 06770A03258000" + kOk), says("6F00", "6F00")});
  to_deactivate_ = {says("done", "")};

  to_program_ = with_failures(
      {says("9000", kOk), says("data", "01029000"), says("63C1", "63C1"), says("half a status word", "90")});
  to_program_verify_ =
      with_failures({says("9000", kOk),
                     says("63C1", "63C1"),
                     says("63C0", "63C0"),
                     says("6983", "6983"),
                     {"the command and 63C1", SlotStatus::ok, bytes("63C1"), bytes("63C1"), 0, 261},
                     {"two bytes of the PIN", SlotStatus::ok, {}, {}, 6, 2},
                     says("half a status word", "90")});
  command_ = bytes("00A4040000");
  own_verify_ = bytes("0020008008241111FFFFFFFFFF");
  half_command_ = bytes("00A404");
  test::PinOrder order, of_four, until_timeout;
  order_ = bytes(order.hex());
  of_four.digits = "0404";
  of_four.condition = "01";
  of_four.language = "1304";
  of_four.format = "820000";
  of_four.command = "00200081";
  order_of_four_ = bytes(of_four.hex());
  until_timeout.timeouts = "0A00";
  until_timeout.condition = "04";
  order_until_timeout_ = bytes(until_timeout.hex());
  bad_order_ = bytes("1E0A");
  const std::string two_pages = "Pay 12.34 EUR to\nNL00 TEST 0123";
  text_ = {'O', 'K'};
  two_pages_.assign(two_pages.begin(), two_pages.end());
}

std::vector<Move> Moves::of(const Reader& reader, std::uint8_t instruction, bool first_ac, Host host) const {
  std::vector<Move> moves;
  moves.push_back({.name = "nothing", .may_be_late = true});
  add_keys(reader, moves);
  moves.push_back({.name = "insert", .kind = Event::Kind::inserted, .may_be_late = true});
  moves.push_back({.name = "remove", .kind = Event::Kind::removed, .may_be_late = true});
  moves.push_back({.name = "PIN on the pad", .kind = Event::Kind::pin_on_pad, .may_be_late = true});
  moves.push_back({.name = stale_.name, .kind = Event::Kind::answer, .answer = &stale_, .stale = true});
  if (reader.request()) {
    for (const Answer& answer : answers(reader, instruction, first_ac)) {
      moves.push_back({.name = answer.name, .kind = Event::Kind::answer, .answer = &answer});
      moves.back().may_be_late = moves[moves.size() - 2].stale;  // the first
    }
  }
  if (host == Host::program) add_program(moves);
  if (host == Host::computer) add_computer(moves);
  if (!reader.deadline()) return moves;

  const auto at = [&](When when, Move move) {
    move.when = when;
    moves.push_back(move);
  };
  for (std::size_t i = 0, in_time = moves.size(); i < in_time; ++i) {
    if (moves[i].may_be_late) at(When::at_deadline, moves[i]);
  }
  at(When::one_ms_before, moves.front());
  at(When::five_s_after, moves.front());
  return moves;
}

void Moves::add_keys(const Reader& reader, std::vector<Move>& moves) {
  const auto press = [&](std::string_view name, Key key, bool may_be_late) {
    moves.push_back({.name = name, .kind = Event::Kind::press, .key = key, .may_be_late = may_be_late});
  };
  const auto hold = [&](std::string_view name, Key key) {
    moves.push_back({.name = name, .kind = Event::Kind::hold, .key = key});
  };
  press("digit", Key::d1, true);
  press(".", Key::point, false);
  press("OK", Key::ok, true);
  press("C", Key::clear, true);
  const auto& functions = reader.profile().functions;
  for (std::size_t i = 0; i < functions.size(); ++i) press(functions[i].key, function_key(i), i == 0);
  press("a key that the model lacks", Key::f8, false);
  hold("digit held", Key::d1);
  hold("OK held", Key::ok);
  hold("C held", Key::clear);
}

void Moves::add_computer(std::vector<Move>& moves) const {
  using Kind = ComputerCommand::Kind;
  const auto add = [&](std::string_view name, Kind kind, const test::ByteVector& text) {
    moves.push_back({.name = name, .kind = Event::Kind::computer, .computer = kind, .request = &text});
  };
  add("computer: pin", Kind::pin, nothing_);
  moves.back().may_be_late = true;
  add("computer: show", Kind::show, text_);
  add("computer: show two pages", Kind::show, two_pages_);
  add("computer: sign", Kind::sign, text_);
  add("computer: sign two pages", Kind::sign, two_pages_);
  add("computer: sign no text", Kind::sign, nothing_);
  add("computer: cryptogram", Kind::cryptogram, nothing_);
  moves.back().may_be_late = true;
  add("computer: unplug", Kind::unplug, nothing_);
}

void Moves::add_program(std::vector<Move>& moves) const {
  const auto ask = [&](std::string_view name, HostRequest::Kind kind, const test::ByteVector& request) {
    moves.push_back(
        {.name = name, .kind = Event::Kind::host, .host = kind, .request = &request, .may_be_late = true});
  };
  ask("program: activate", HostRequest::Kind::activate, nothing_);
  ask("program: warm reset", HostRequest::Kind::warm_reset, nothing_);
  ask("program: a command", HostRequest::Kind::transmit, command_);
  ask("program: a VERIFY of its own", HostRequest::Kind::transmit, own_verify_);
  ask("program: half a command", HostRequest::Kind::transmit, half_command_);
  ask("program: ask for a PIN", HostRequest::Kind::verify_pin, order_);
  ask("program: ask for four digits in Dutch", HostRequest::Kind::verify_pin, order_of_four_);
  ask("program: ask for a PIN until its time-out", HostRequest::Kind::verify_pin, order_until_timeout_);
  ask("program: a bad order", HostRequest::Kind::verify_pin, bad_order_);
  ask("program: let go", HostRequest::Kind::deactivate, nothing_);
}

const Moves::Answers& Moves::answers(const Reader& reader, std::uint8_t instruction, bool first_ac) const {
  const SlotRequest request = *reader.request();
  switch (request.kind) {
    case SlotRequest::Kind::activate:
    case SlotRequest::Kind::warm_reset: return to_reset_;
    case SlotRequest::Kind::deactivate: return to_deactivate_;
    case SlotRequest::Kind::transmit:
    case SlotRequest::Kind::verify_on_pad: break;
  }
  if (reader.state() == State::connected)
    return request.command[1] == 0x20 ? to_program_verify_ : to_program_;
  switch (instruction) {
    case 0xA4: return to_select_;
    case 0xA8: return to_options_;
    case 0xB2: return to_record_;
    case 0xCA: return request.command[3] == 0x36 ? to_get_counter_ : to_get_data_;
    case 0x20: return to_verify_;
    default: return first_ac ? to_first_ac_ : to_second_ac_;
  }
}

// ---- a move as an event

namespace {

// Twins type nowhere the same; a number at a prompt is no secret, nor is a setting in the menu. At its
// deadline the card's work may end in a prompt, too.
Key digit_for(const Reader& reader, std::size_t twin, When when) {
  constexpr std::string_view kDigits[] = {"1234567890123", "2345678901234"};
  const State state = reader.state();
  if (state == State::menu) return Key::d3;
  if (state == State::prompt || (state == State::working && when != When::now)) return Key::d1;
  return digit_key(kDigits[twin][inside::of<inside::InControl>(reader).pin.size()]);
}

void put_answer(const Answer& answer, Bytes command, std::size_t twin, test::ByteVector& bytes) {
  const Bytes echo = command.subspan(std::min(answer.echo_from, command.size()));
  const Bytes own = twin == 0 ? answer.bytes : answer.to_twin;
  bytes.assign(echo.begin(), echo.begin() + static_cast<std::ptrdiff_t>(std::min(answer.echo, echo.size())));
  bytes.insert(bytes.end(), own.begin(), own.end());
}

}  // namespace

Event event_of(const Move& move, const Reader& reader, std::size_t twin, test::ByteVector& bytes) {
  Event event = Event::of(move.kind, move.key);
  if (move.key == Key::d1) event.key = digit_for(reader, twin, move.when);
  const auto request = reader.request();
  bytes.clear();
  if (move.answer != nullptr) {
    put_answer(*move.answer, request ? request->command : Bytes(), twin, bytes);
    event.status = move.answer->status;
    // A stale one is not waited for: it is to the last request but one, or to one that is over.
    event.number = inside::of<inside::InControl>(reader).request_number - (move.stale && request ? 1 : 0);
  }
  if (move.kind == Event::Kind::host) {
    bytes = *move.request;
    event.host = move.host;
    event.number = kHostNumber;
  }
  if (move.kind == Event::Kind::computer) {
    bytes = *move.request;
    event.computer = move.computer;
  }
  event.bytes = bytes;
  return event;
}

Millis time_of(const Move& move, const Reader& reader, Millis now) {
  const auto deadline = reader.deadline();
  if (!deadline) return now;
  switch (move.when) {
    case When::now: break;
    case When::one_ms_before: return std::max(now, *deadline - 1);
    case When::at_deadline: return std::max(now, *deadline);
    case When::five_s_after: return std::max(now, *deadline + kAfter);
  }
  return now;
}

std::string name_of(const Move& move) {
  const std::string name(move.name);
  switch (move.when) {
    case When::now: break;
    case When::one_ms_before: return name + ", 1 ms before the deadline";
    case When::at_deadline: return name + ", at the deadline";
    case When::five_s_after: return name + ", 5 s after the deadline";
  }
  return name;
}

}  // namespace sesame::explorer
