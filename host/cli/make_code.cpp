#include "host/cli/make_code.hpp"

#include "firmware/core/emv/status_word.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

std::string_view name(PromptKind kind) {
  switch (kind) {
    case PromptKind::challenge: return "a challenge";
    case PromptKind::reference: return "a reference";
    case PromptKind::amount: return "an amount";
    case PromptKind::tds: return "a number to sign";
  }
  return "";
}

std::string what_fits(const Prompt& prompt, std::uint8_t exponent) {
  if (prompt.kind != PromptKind::amount) return fmt::format("at most {} digits", prompt.max_digits);
  return fmt::format("at most {} digits and {} after the point, such as 12.34", prompt.max_digits - exponent,
                     exponent);
}

// Who forgot --pin may have typed a PIN as an input.
std::string in_words(const BadInput& bad, const ReaderProfile& profile, const Function& function,
                     const std::vector<std::string>& inputs) {
  const std::uint8_t exponent = profile.currency.exponent;
  switch (bad.kind) {
    case BadInput::What::missing:
      return fmt::format("--input: {} needs {} ({})", function.key, name(bad.prompt.kind),
                         what_fits(bad.prompt, exponent));
    case BadInput::What::impossible:
      return fmt::format("--input {}: not {} that this function takes ({}{})", safe::named(inputs[bad.where]),
                         name(bad.prompt.kind), what_fits(bad.prompt, exponent),
                         bad.prompt.optional ? ", or nothing" : "");
    case BadInput::What::surplus: break;
  }
  return fmt::format("--input {}: one too many, {} takes {}", safe::named(inputs[bad.where]), function.key,
                     bad.where == 0 ? "none" : fmt::format("at most {}", bad.where));
}

// ---- what went wrong

// "GENERATE AC: it answers AAC where an ARQC was asked", "VERIFY answered 6A80", "" where nothing is known.
std::string details(const cap::Fault& fault) {
  std::string out(to_string(fault.command));
  const std::string_view reason = why(fault);
  if (fault.sw != 0) out += fmt::format("{}answered {:04X}", out.empty() ? "" : " ", fault.sw);
  if (!reason.empty()) out += fmt::format("{}{}", out.empty() ? "" : ": ", reason);
  if (fault.object != 0) out += fmt::format(" ({:02X})", fault.object);
  if (fault.limit != 0) out += fmt::format(" ({} bytes, the data {})", fault.length, fault.limit);
  return out;
}

// `part`: of the counters, what blocks the card.
std::string blocked_line(const Task& task, std::string_view what, std::string_view part) {
  return task.remedy.empty() ? std::string(what) : fmt::format("{}; {} {}", what, task.remedy, part);
}

std::string notice_line(const Device& reader, const ReaderProfile& profile, const Task& task, bool chosen) {
  const std::string reason = details(reader.fault());
  const auto with = [&](std::string_view line) {
    return reason.empty() ? std::string(line) : fmt::format("{}: {}", line, reason);
  };
  switch (reader.notice()) {
    case Notice::none:
    case Notice::card_error: return with(fmt::format("{} answers nonsense", task.card));
    case Notice::card_removed: return fmt::format("{} was removed", task.card);
    case Notice::card_mute: return fmt::format("{} does not answer", task.card);
    case Notice::wrong_card: {
      // Where the reader gives no reason, the moment does.
      const cap::Fault::Kind kind = reader.fault().kind;
      const bool unknown = kind == cap::Fault::Kind::no_application;
      return with(unknown || (kind == cap::Fault::Kind::none && !chosen)
                      ? fmt::format("{} has no application that the reader {} knows", task.card, profile.name)
                      : fmt::format("{} does not support this function", task.card));
    }
    case Notice::card_refused: return with(fmt::format("{} refuses to give a code", task.card));
    case Notice::card_blocked: return blocked_line(task, fmt::format("{} is blocked", task.card), "--atc");
    case Notice::pin_blocked:
      return blocked_line(task, fmt::format("the PIN of {} is blocked: no try is left", task.card), "--pin");
    case Notice::code_too_long:
      return fmt::format(
          "the code has more digits than the {} that the reader {} can show; try another --profile",
          profile.code.max_digits, profile.name);
  }
  return fmt::format("{} answers nonsense", task.card);
}

[[noreturn]] void refuse(const std::string& line) { throw Failure(Failure::refused, line); }

std::string wrong_pin_line(std::optional<std::uint8_t> left) {
  return left ? fmt::format("wrong PIN: {} {} left", *left, *left == 1 ? "try" : "tries") : "wrong PIN";
}

[[noreturn]] void refuse_notice(const Device& reader, const ReaderProfile& profile, const Task& task,
                                bool chosen) {
  const std::string line = notice_line(reader, profile, task, chosen);
  if (reader.notice() == Notice::card_removed) throw Failure(Failure::environment, line);
  const bool just_blocked =
      reader.notice() == Notice::pin_blocked && emv::sw::is_wrong_pin(reader.fault().sw);
  refuse(just_blocked ? blocked_line(task, "wrong PIN: 0 tries left, the PIN is blocked", "--pin") : line);
}

[[noreturn]] void fail_endless(const ReaderProfile& profile) {
  throw Failure(
      Failure::environment,
      fmt::format(
          "the reader asks on and on, which the profile {} does not say; is its image made from that file?",
          profile.name));
}

// Where the user has nothing more to do.
void expect_code(const Device& reader, const ReaderProfile& profile, const Task& task, bool chosen) {
  switch (reader.state()) {
    case State::code: return;
    case State::choose_function:
    case State::menu: refuse("the reader went back to its functions");
    case State::last_try:
      refuse(
          fmt::format("{} has one PIN try left, and would be blocked by a wrong one; nothing was sent; "
                      "--last-try sends the PIN all the same",
                      task.card));
    case State::wrong_pin: refuse(wrong_pin_line(reader.tries_left()));
    case State::notice: refuse_notice(reader, profile, task, chosen);
    case State::prompt:
    case State::pin: fail_endless(profile);
    case State::off:
    case State::insert_card:
    case State::starting:
    case State::working:
    case State::connected:
    case State::host_pin:
    case State::signing:
    case State::approve: refuse("the reader switched itself off");
  }
}

void check_pin(const ReaderProfile& profile, const Task& task) {
  if (task.pin_on_pad || task.pin.view().size() >= profile.min_pin_digits) return;
  throw Failure(Failure::invalid, fmt::format("the reader {} takes no PIN of less than {} digits",
                                              profile.name, profile.min_pin_digits));
}

void make_code(Device& reader, const ReaderProfile& profile, Task& task, std::function<void()> pin_on_pad) {
  const ScriptedUser::Keys keys{[&](Key key) { reader.press(key); }, [&](Key key) { reader.hold(key); },
                                std::move(pin_on_pad)};
  check_pin(profile, task);
  ScriptedUser user(
      {task.function, task.answers, std::move(task.pin), task.last_try, false, begun_on_insertion(profile)});
  reader.insert();
  // A function, a PIN, a warning and its answers: one screen each.
  std::size_t left = 8 + task.answers.size();
  while (user.step(reader.state(), keys)) {
    if (--left == 0) fail_endless(profile);
  }
  expect_code(reader, profile, task, user.chosen());
}

}  // namespace

std::size_t parse_function(const ReaderProfile& profile, std::string_view key) {
  if (const auto found = find_function(profile, key)) return *found;
  throw Failure(Failure::invalid, fmt::format("--function: the reader {} has no key {}; it has {}",
                                              profile.name, safe::named(key), function_keys(profile)));
}

Answers parse_inputs(const ReaderProfile& profile, const Function& function,
                     const std::vector<std::string>& inputs) {
  try {
    return plan_answers(profile, function, inputs);
  } catch (const BadInput& bad) {
    throw Failure(Failure::invalid, in_words(bad, profile, function, inputs));
  }
}

void make_code(Device& reader, const ReaderProfile& profile, Task& task) {
  make_code(reader, profile, task, {});
}

void make_code(NativeReader& reader, Task& task) {
  std::function<void()> pin_on_pad;
  if (task.pin_on_pad) pin_on_pad = [&] { reader.pin_on_pad(); };
  make_code(reader, reader.reader().profile(), task, std::move(pin_on_pad));
}

std::string sign_text(NativeReader& reader, Task& task, std::string_view text) {
  const ReaderProfile& profile = reader.reader().profile();
  ScriptedUser::Keys keys{[&](Key key) { reader.press(key); }, [&](Key key) { reader.hold(key); }, {}};
  if (task.pin_on_pad) keys.pin_on_pad = [&] { reader.pin_on_pad(); };
  check_pin(profile, task);
  ScriptedUser user({0, {}, std::move(task.pin), task.last_try, false, std::nullopt});
  reader.insert();
  if (reader.state() == State::notice) expect_code(reader, profile, task, false);
  reader.command({ComputerCommand::Kind::pin, {}});
  const auto asks = [](State state) { return state == State::pin || state == State::last_try; };
  while (asks(reader.state()) && user.step(reader.state(), keys)) {
  }
  if (reader.state() != State::signing) expect_code(reader, profile, task, true);
  reader.command(
      {ComputerCommand::Kind::sign, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())});
  while (reader.state() == State::approve) reader.press(Key::ok);
  reader.command({ComputerCommand::Kind::cryptogram, {}});
  const auto told = reader.link().answer();
  if (!told || told->told != signing::Told::cryptogram) expect_code(reader, profile, task, true);
  return {told->code.begin(), told->code.end()};
}

}  // namespace sesame::cli
