#include "host/cli/scripted_user.hpp"

#include <functional>

#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/entry.hpp"
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
  return fmt::format("at most {} digits and {} behind the point, such as 12.34", prompt.max_digits - exponent,
                     exponent);
}

// Typed as the reader would take it, so that the two cannot disagree. Who forgot --pin may have typed a PIN here.
void check_input(const Prompt& prompt, std::uint8_t exponent, const std::string& input) {
  std::span<const char> all(input.data(), input.size());
  bool ok = true;
  for (std::size_t i = 0; ok && i < all.size(); ++i) ok = accepts(prompt, exponent, all.first(i), all[i]);
  if (!ok || !complete(prompt, all)) {
    throw Failure(Exit::usage, fmt::format("--input {}: not {} that this function takes ({}{})",
                                           safe::named(input), name(prompt.kind), what_fits(prompt, exponent),
                                           prompt.optional ? ", or nothing" : ""));
  }
}

Key key_for(char c) { return c == '.' ? Key::point : digit_key(c); }

void press_all(Device& reader, std::string_view text) {
  for (const char c : text) reader.press(key_for(c));
}

void type(Device& reader, std::string_view text) {
  press_all(reader, text);
  reader.press(Key::ok);
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

[[noreturn]] void refuse(const std::string& line) { throw Failure(Exit::refused, line); }

std::string wrong_pin_line(std::optional<std::uint8_t> left) {
  return left ? fmt::format("wrong PIN: {} {} left", *left, *left == 1 ? "try" : "tries") : "wrong PIN";
}

}  // namespace

std::size_t find_function(const ReaderProfile& profile, const std::string& key) {
  std::string keys;
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    if (profile.functions[i].key == key) return i;
    keys += fmt::format("{}{}", keys.empty() ? "" : ", ", profile.functions[i].key);
  }
  throw Failure(Exit::usage, fmt::format("--function: the reader {} has no key {}; it has {}", profile.name,
                                         safe::named(key), keys));
}

Answers plan_answers(const ReaderProfile& profile, const Function& function,
                     const std::vector<std::string>& inputs) {
  Answers answers;
  std::size_t next = 0;
  for (const Prompt& prompt : function.prompts) {
    for (std::size_t turn = 0; turn < prompt.repeat; ++turn) {
      const bool given = next < inputs.size();
      if (!given && !prompt.optional && turn == 0) {
        throw Failure(Exit::usage, fmt::format("--input: {} needs {} ({})", function.key, name(prompt.kind),
                                               what_fits(prompt, profile.currency.exponent)));
      }
      answers.push_back(given ? inputs[next++] : "");
      if (given) check_input(prompt, profile.currency.exponent, answers.back());
      if (answers.back().empty()) break;
    }
  }
  if (next < inputs.size()) {
    throw Failure(Exit::usage,
                  fmt::format("--input {}: one too many, {} takes {}", safe::named(inputs[next]),
                              function.key, next == 0 ? "none" : fmt::format("at most {}", next)));
  }
  return answers;
}

namespace {

void make_code(Device& reader, const ReaderProfile& profile, const Task& task,
               const std::function<void()>& give_pin) {
  std::size_t answered = 0;
  bool chosen = false;
  reader.insert();
  // A function, a PIN, a warning and its answers: one screen each.
  const std::size_t most = 8 + task.answers.size();
  for (std::size_t screens = 0; screens < most; ++screens) {
    switch (reader.state()) {
      case State::choose_function:
        if (chosen) refuse("the reader went back to its functions");
        chosen = true;
        reader.press(function_key(task.function));
        break;
      case State::prompt:
        // The plan has an answer to every prompt; should it not, an empty field is what ends them.
        type(reader, answered < task.answers.size() ? task.answers[answered] : "");
        ++answered;
        break;
      case State::pin: give_pin(); break;
      case State::last_try:
        if (!task.last_try) {
          refuse(
              fmt::format("{} has one PIN try left, and would be blocked by a wrong one; nothing was sent; "
                          "--last-try sends the PIN all the same",
                          task.card));
        }
        reader.press(Key::ok);  // the screen has said so
        break;
      case State::wrong_pin: refuse(wrong_pin_line(reader.tries_left()));
      case State::notice: {
        const std::string line = notice_line(reader, profile, task, chosen);
        if (reader.notice() == Notice::card_removed) throw Failure(Exit::environment, line);
        const bool just_blocked =
            reader.notice() == Notice::pin_blocked && emv::sw::is_wrong_pin(reader.fault().sw);
        refuse(just_blocked ? blocked_line(task, "wrong PIN: 0 tries left, the PIN is blocked", "--pin")
                            : line);
      }
      case State::code: return;
      case State::off:
      case State::insert_card:
      case State::starting:
      case State::working:
      case State::connected:
      case State::host_pin: refuse("the reader switched itself off");
    }
  }
  throw Failure(
      Exit::environment,
      fmt::format(
          "the reader asks on and on, which the profile {} does not say; is its image made from that file?",
          profile.name));
}

}  // namespace

// With OK the reader sends the PIN: whoever typed it has forgotten it by then.
void make_code(Device& reader, const ReaderProfile& profile, Task& task) {
  make_code(reader, profile, task, [&] {
    press_all(reader, task.pin.view());
    task.pin = {};
    reader.press(Key::ok);
  });
}

void make_code(NativeReader& reader, Task& task) {
  const ReaderProfile& profile = reader.reader().profile();
  if (!task.pin_on_pad) return make_code(reader, profile, task);
  make_code(reader, profile, task, [&] { reader.pin_on_pad(); });
}

}  // namespace sesame::cli
