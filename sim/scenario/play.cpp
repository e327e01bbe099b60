#include "sim/scenario/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "host/base/failure.hpp"
#include "sim/lcd/pattern.hpp"
#include "sim/lcd/rows.hpp"

namespace sesame::sim {

namespace {

// Why a step did not do what it should.
struct Miss {
  Verdict verdict = Verdict::failed;
  std::string why;
  std::optional<std::vector<std::string>> expected = std::nullopt;
};

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string seconds(Millis millis) {
  return millis % 1000 == 0 ? fmt::format("{} s", millis / 1000) : fmt::format("{} ms", millis);
}

// Without what does not count: blanks at the end of rows, and empty rows at the end.
std::string trimmed(std::string_view text) { return to_text(split_rows(text)); }

class Player {
 public:
  Player(const Scenario& scenario, Device& device, GoldenFile& golden, GoldenMode mode)
      : scenario_(scenario), device_(device), golden_(golden), mode_(mode), look_(device.look()) {}

  // Throws Miss, and what the device throws.
  void play(const Step& step) {
    std::visit([this](const auto& action) { act(action); }, step.action);
  }
  const Look& look() const { return look_; }
  void look_again() {
    look_ = device_.look();
    if (look_.card) card_state_ = look_.card;
  }

 private:
  // ---- what is done

  void act(const step::Insert& insert) {
    const bool again = !insert.card && inserted_ != nullptr;
    if (!again) {
      inserted_ = insert.card ? &*insert.card : &scenario_.card;
      card_state_.reset();
    }
    device_.insert(*inserted_);
    if (card_state_) device_.set_card_state(card_state_->atc, card_state_->tries_left);
    look_again();
  }
  void act(const step::Pull&) {
    done([&] { device_.pull(); });
  }
  void act(const step::Press& press) {
    done([&] { device_.press(press.keys); });
  }
  void act(const step::Hold& hold) {
    done([&] { device_.hold(hold.key); });
  }
  void act(const step::Pin& pin) { type(pin.digits.view()); }
  void act(const step::Enter& enter) { type(enter.characters); }
  void act(const step::Command& command) {
    done([&] { device_.command(command.kind, command.text); });
  }
  void act(const step::Advance& advance) {
    done([&] { device_.advance(advance.duration); });
  }
  void act(const step::NextDeadline&) {
    if (!look_.deadline) throw Miss{Verdict::failed, "nothing here waits for time"};
    done([&] { device_.to_next_deadline(); });
  }
  void act(const step::Reset&) {
    faults_.clear();
    done([&] { device_.reset(); });
  }
  void act(const step::SetAtc& atc) {
    done([&] { device_.set_card_state(static_cast<std::uint16_t>(atc.next - 1), std::nullopt); });
  }
  void act(const step::SetTriesLeft& tries) {
    done([&] { device_.set_card_state(std::nullopt, tries.tries); });
  }
  void act(const step::Break& broken) {
    faults_.push_back(broken.fault);
    done([&] { device_.set_faults(faults_); });
  }
  void act(const step::Mend&) {
    faults_.clear();
    done([&] { device_.set_faults(faults_); });
  }

  void type(std::string_view characters) {
    std::vector<std::string> keys;
    for (const char c : characters) keys.emplace_back(1, c);
    keys.emplace_back("OK");
    done([&] { device_.press(keys); });
    for (std::string& key : keys) wipe(key.data(), key.size());
  }

  template <class Deed>
  void done(Deed deed) {
    deed();
    look_again();
  }

  // ---- what is seen

  void act(const step::ExpectScreen& expected) {
    const std::string wanted = trimmed(expected.text);
    if (text_of(look_) != wanted || !look_.lit) {
      throw Miss{Verdict::failed, "another screen was expected", split_rows(wanted)};
    }
  }
  void act(const step::ExpectMatch& expected) {
    if (matches(expected.pattern)) return;
    throw Miss{Verdict::failed,
               fmt::format("a screen was expected that matches {}", in_quotes(expected.pattern))};
  }
  void act(const step::WaitScreen& wait) {
    const Millis end = look_.now + wait.within;
    while (!matches(wait.pattern)) {
      if (look_.now >= end) {
        throw Miss{Verdict::timed_out, fmt::format("no screen matched {} within {}", in_quotes(wait.pattern),
                                                   seconds(wait.within))};
      }
      const bool by_itself = look_.deadline && *look_.deadline <= end;
      done([&] { by_itself ? device_.to_next_deadline() : device_.advance(end - look_.now); });
    }
  }
  void act(const step::ExpectGolden& golden) {
    if (mode_ == GoldenMode::record) return golden_.add(golden.name, golden_of(look_));
    const GoldenScreen* const recorded = golden_.find(golden.name);
    if (recorded == nullptr) {
      throw Miss{Verdict::failed,
                 fmt::format("{} has no screen {}; record it with --record", golden_.path(), golden.name)};
    }
    if (*recorded == golden_of(look_)) return;
    throw Miss{Verdict::failed, fmt::format("the golden screen {} is another", golden.name), *recorded};
  }
  void act(const step::ExpectDark& expected) {
    if (look_.lit != expected.dark) return;
    throw Miss{Verdict::failed, expected.dark ? "a dark screen was expected" : "a lit screen was expected"};
  }
  void act(const step::ExpectCode& expected) {
    if (look_.code != expected.digits) {
      throw Miss{Verdict::failed, fmt::format("the code {} was expected, not {}", expected.digits, code())};
    }
    codes_.insert(*look_.code);
  }
  void act(const step::ExpectNewCode&) {
    if (!look_.code) throw Miss{Verdict::failed, "a code was expected, not none"};
    if (codes_.insert(*look_.code).second) return;
    throw Miss{Verdict::failed, fmt::format("a new code was expected, not {} again", *look_.code)};
  }
  void act(const step::ExpectState& expected) {
    if (look_.state == expected.name) return;
    throw Miss{Verdict::failed, fmt::format("the state {} was expected, not {}", expected.name, look_.state)};
  }
  void act(const step::ExpectNotice& expected) {
    if (look_.notice == expected.name) return;
    throw Miss{Verdict::failed,
               fmt::format("the notice {} was expected, not {}", expected.name, look_.notice)};
  }
  void act(const step::ExpectAnswer& expected) {
    if (look_.answer == expected.name) return;
    throw Miss{Verdict::failed,
               fmt::format("the answer {} was expected, not {}", expected.name, look_.answer)};
  }
  void act(const step::ExpectCryptogram& expected) {
    if (look_.cryptogram == expected.digits) return;
    throw Miss{Verdict::failed, fmt::format("the cryptogram {} was expected, not {}", expected.digits,
                                            look_.cryptogram.value_or("none"))};
  }
  void act(const step::ExpectAtc& expected) {
    if (card().atc == expected.last) return;
    throw Miss{Verdict::failed,
               fmt::format("the ATC {:04X} was expected, not {:04X}", expected.last, card().atc)};
  }
  void act(const step::ExpectTriesLeft& expected) {
    if (card().tries_left == expected.tries) return;
    throw Miss{Verdict::failed,
               fmt::format("{} tries left were expected, not {}", expected.tries, card().tries_left)};
  }

  bool matches(const std::string& pattern) const { return Pattern(pattern).matches(text_of(look_)); }
  std::string code() const { return look_.code.value_or("none"); }
  const CardState& card() const {
    if (!look_.card_is_in) throw Miss{Verdict::failed, "there is no card in the reader"};
    if (!look_.card) throw Miss{Verdict::failed, "this card has no counters that can be read"};
    return *look_.card;
  }

  const Scenario& scenario_;
  Device& device_;
  GoldenFile& golden_;
  GoldenMode mode_;
  Look look_;
  const CardSpec* inserted_ = nullptr;   // last
  std::optional<CardState> card_state_;  // of that card, as last seen
  Faults faults_;
  std::set<std::string> codes_;  // seen
};

void play_steps(const Scenario& scenario, Player& player, Device& device, const Watch& watch,
                Outcome& outcome) {
  const auto missed = [&](Miss miss) {
    outcome.verdict = miss.verdict;
    outcome.why = std::move(miss.why);
    outcome.expected = std::move(miss.expected);
    outcome.seen = player.look();
    outcome.dialogue = device.dialogue();
  };
  for (const Step& step : scenario.steps) {
    ++outcome.step;
    outcome.line = step.line;
    outcome.place = step.place;
    try {
      player.play(step);
      if (watch) watch(step, device, player.look());
    } catch (Miss& miss) {
      return missed(std::move(miss));
    } catch (const Failure& failure) {
      if (failure.kind() == Failure::environment) throw;
      return missed({Verdict::failed, failure.what()});
    }
  }
  outcome.verdict = Verdict::passed;
  outcome.step = outcome.line = 0;
  outcome.place.clear();
}

}  // namespace

Outcome not_run(const Scenario& scenario) {
  Outcome outcome;
  outcome.file = scenario.file;
  outcome.title = scenario.title;
  outcome.profile = scenario.profile;
  const bool shipped = scenario.card.kind == CardSpec::Kind::shipped;
  outcome.card = shipped ? scenario.card.text : scenario.card.name;
  outcome.parameters = scenario.parameters;
  outcome.begins = scenario.line;
  outcome.steps = scenario.steps.size();
  return outcome;
}

Outcome play(const Scenario& scenario, GoldenMode mode, const std::function<std::unique_ptr<Device>()>& open,
             const Watch& watch) {
  const auto begin = std::chrono::steady_clock::now();
  Outcome outcome = not_run(scenario);
  GoldenFile golden(scenario.file);
  if (mode == GoldenMode::verify) golden.read();
  try {
    const std::unique_ptr<Device> device = open();
    Player player(scenario, *device, golden, mode);
    play_steps(scenario, player, *device, watch, outcome);
    if (mode == GoldenMode::record && outcome.verdict == Verdict::passed && !golden.empty()) golden.write();
  } catch (const Failure& failure) {
    if (failure.kind() != Failure::environment) throw;
    outcome.verdict = Verdict::broken;
    outcome.why = failure.what();
  }
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return outcome;
}

}  // namespace sesame::sim
