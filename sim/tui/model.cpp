#include "sim/tui/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/card/file/card_file.hpp"
#include "host/profile/shipped.hpp"
#include "host/terminal/keyboard.hpp"
#include "host/transcript/command_text.hpp"
#include "host/transcript/transcript.hpp"

namespace sesame::sim {

namespace {

constexpr char kEscape = 27;

std::shared_ptr<const profile::LoadedReader> load(const std::string& profile) {
  return std::make_shared<const profile::LoadedReader>(profile::load_reader(profile));
}

}  // namespace

void check(const TuiOptions& options) {
  static_cast<void>(load(options.profile));
  if (is_transcript(options.card)) {
    static_cast<void>(transcript::Transcript::load(options.card));
  } else {
    static_cast<void>(card::load_card(options.card));
  }
}

std::string TuiModel::Logged::note() const {
  if (command.empty() || response.size() < 4) return response.empty() && !command.empty() ? "no answer" : "";
  return response.substr(response.size() - 4);
}

TuiModel::TuiModel(const TuiOptions& options, Clock::time_point now)
    : cards_({.real_cards = false, .state_folder = options.state_folder}),
      profile_name_(options.profile),
      card_name_(options.card),
      first_profile_(options.profile),
      first_card_(options.card),
      clock_(options.clock),
      passed_(now) {
  new_reader(options.profile);
  choose_card(options.card);
}

// ---- time

void TuiModel::pass(Clock::time_point now) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - passed_);
  if (elapsed.count() <= 0) return;
  passed_ += elapsed;
  if (clock_ == ClockKind::real) advance(static_cast<Millis>(elapsed.count()));
}

std::optional<TuiModel::Clock::time_point> TuiModel::deadline() const {
  const auto due = reader_->deadline();
  if (clock_ != ClockKind::real || !due) return std::nullopt;
  return passed_ + std::chrono::milliseconds(*due > reader_->now() ? *due - reader_->now() : 0);
}

void TuiModel::advance(Millis duration) { reader_->advance(duration); }

void TuiModel::switch_clock() {
  clock_ = clock_ == ClockKind::real ? ClockKind::virtual_time : ClockKind::real;
}

// ---- keys

bool TuiModel::type(const Typed& typed, Clock::time_point now) {
  message_.clear();
  try {
    pass(now);
    if (!menu_) return type_at_desk(typed);
    type_at_menu(typed);
  } catch (const Failure& failure) {
    message_ = failure.what();
  }
  return true;
}

bool TuiModel::type_at_desk(const Typed& typed) {
  const std::size_t functions = reader_->profile().functions.size();
  if (typed.kind == Typed::Kind::function && typed.function < functions) {
    reader_->press(function_key(typed.function));
  }
  if (typed.kind != Typed::Kind::character) return true;
  const auto action = terminal::action_of(typed.character, functions);
  if (!action) return type_command(typed.character);
  switch (action->kind) {
    case terminal::UserAction::Kind::press: reader_->press(action->key); break;
    case terminal::UserAction::Kind::hold: reader_->hold(action->key); break;
    case terminal::UserAction::Kind::pull: pull(); break;
    case terminal::UserAction::Kind::insert: insert(); break;
    case terminal::UserAction::Kind::end: return false;
  }
  return true;
}

// What the keys of `sesame reader serve` leave free.
bool TuiModel::type_command(char character) {
  switch (character) {
    case 'm': open_menu(Menu::Of::cards); break;
    case 'p': open_menu(Menu::Of::profiles); break;
    case 't': switch_clock(); break;
    case '+': advance(1'000); break;
    case '>': advance(35'000); break;
    case 'n': reader_->to_next_deadline(); break;
    case 'x': hex_ = !hex_; break;
    default: break;
  }
  return true;
}

// ---- cards and readers

void TuiModel::insert() {
  if (card_is_in()) return;
  if (!beside_) beside_ = cards_.make(parse_card(card_name_), "tui", ClockKind::virtual_time, {});
  reader_->insert(std::move(beside_));
}

void TuiModel::pull() {
  if (card_is_in()) beside_ = reader_->pull();
}

// A durable card cannot be twice: the one that is here goes first, even where the other then cannot be had.
void TuiModel::choose_card(const std::string& card) {
  const bool was_in = card_is_in();
  pull();
  beside_.reset();
  beside_ = cards_.make(parse_card(card), "tui", ClockKind::virtual_time, {});
  card_name_ = card;
  if (was_in) insert();
}

void TuiModel::new_reader(const std::string& profile) {
  auto loaded = load(profile);
  if (reader_) pull();
  profile_ = std::move(loaded);
  profile_name_ = profile;
  reader_ = std::make_unique<LiveReader>(profile_, ClockKind::virtual_time);
  reader_->on_entry([this](const LogEntry& entry) { note(entry); });
}

void TuiModel::note(const LogEntry& entry) {
  if (const auto* moved = std::get_if<CardMoved>(&entry.what)) {
    log_.push_back({entry.at, moved->in ? "card inserted" : "card removed", {}, {}});
  } else if (const auto* exchanged = std::get_if<Exchanged>(&entry.what)) {
    log_.push_back({entry.at, exchanged->name(), transcript::masked_hex(exchanged->command),
                    to_hex(exchanged->response)});
  } else {
    return;
  }
  if (log_.size() > kMostLogged) log_.pop_front();
}

// ---- menus

void TuiModel::open_menu(Menu::Of of) {
  const bool cards = of == Menu::Of::cards;
  Menu menu{of, {}, 0};
  for (const auto& listed :
       profile::list_shipped(cards ? profile::ProfileKind::cards : profile::ProfileKind::readers)) {
    menu.entries.push_back({std::string(listed.name), listed.title});
  }
  const std::string& first = cards ? first_card_ : first_profile_;
  const std::string& current = cards ? card_name_ : profile_name_;
  const auto place = [&](const std::string& name) {
    const auto found = std::find_if(menu.entries.begin(), menu.entries.end(),
                                    [&](const Menu::Entry& entry) { return entry.name == name; });
    return static_cast<std::size_t>(found - menu.entries.begin());
  };
  if (place(first) == menu.entries.size()) menu.entries.push_back({first, "a file"});
  menu.chosen = place(current);
  menu_ = std::move(menu);
}

void TuiModel::type_at_menu(const Typed& typed) {
  const std::size_t last = menu_->entries.size() - 1;
  const bool character = typed.kind == Typed::Kind::character;
  if (typed.kind == Typed::Kind::up || (character && typed.character == 'k')) {
    if (menu_->chosen > 0) --menu_->chosen;
  } else if (typed.kind == Typed::Kind::down || (character && typed.character == 'j')) {
    if (menu_->chosen < last) ++menu_->chosen;
  } else if (typed.kind == Typed::Kind::escape ||
             (character && (typed.character == 'q' || typed.character == kEscape))) {
    menu_.reset();
  } else if (character && (typed.character == '\n' || typed.character == '\r')) {
    choose();
  } else if (character && typed.character >= '1' && typed.character <= '9' &&
             static_cast<std::size_t>(typed.character - '1') <= last) {
    menu_->chosen = static_cast<std::size_t>(typed.character - '1');
    choose();
  }
}

void TuiModel::choose() {
  const Menu menu = *std::exchange(menu_, std::nullopt);
  const std::string& name = menu.entries[menu.chosen].name;
  menu.of == Menu::Of::cards ? choose_card(name) : new_reader(name);
}

}  // namespace sesame::sim
