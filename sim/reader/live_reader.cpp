#include "sim/reader/live_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include "firmware/core/words.hpp"
#include "host/transcript/command_text.hpp"
#include "sim/lcd/rows.hpp"
#include "sim/reader/refusal.hpp"

namespace sesame::sim {

namespace {

constexpr Millis kBatteryShown = 2'000;
constexpr std::string_view kMasked = "•";

bool is_digit(Key key) { return key <= Key::d9; }

bool is_answer(SlotStatus status) { return status == SlotStatus::ok || status == SlotStatus::garbled; }

Screen dark(Screen screen) {
  for (auto& row : screen.cells) row.fill(u' ');
  screen.lit = false;
  return screen;
}

}  // namespace

LiveReader::LiveReader(std::shared_ptr<const profile::LoadedReader> profile, ClockKind clock)
    : profile_(std::move(profile)), clock_(clock), fault_slot_(faults_) {
  new_reader();
  shown_ = reader_->screen();
}

void LiveReader::new_reader() {
  reader_.reset();
  told_ = 0;
  link_ = profile().connected_mode ? std::make_unique<signing::Link>() : nullptr;
  reader_ = std::make_unique<Reader>(profile(), link_.get());
}

// ---- the card

void LiveReader::insert(std::unique_ptr<Card> card) {
  pull();
  card_ = std::move(card);
  fault_slot_.hold(&card_->slot());
  note(CardMoved{true, card_->name(), {}});
  handle(Event::inserted());
}

std::unique_ptr<Card> LiveReader::pull() {
  if (!card_) return nullptr;
  std::unique_ptr<Card> card = take_out({});
  handle(Event::removed());
  return card;
}

std::unique_ptr<Card> LiveReader::take_out(std::string why) {
  fault_slot_.hold(nullptr);
  delayed_.reset();
  std::unique_ptr<Card> card = std::move(card_);
  note(CardMoved{false, card->name(), std::move(why)});
  return card;
}

// ---- keys

void LiveReader::press(Key key) {
  this->key(Event::Kind::press, key);
  repeat_stuck_key(key);
}

void LiveReader::hold(Key key) {
  this->key(Event::Kind::hold, key);
  repeat_stuck_key(key);
}

void LiveReader::key(Event::Kind kind, Key key) {
  const State state = reader_->state();
  // A PIN that is typed too early, or into a dark reader, is typed all the same; a prompt's digits are on the
  // screen.
  const bool secret = is_digit(key) && state != State::prompt;
  note(KeyPressed{secret ? std::string(kMasked) : name_of(key), kind == Event::Kind::hold});
  battery_shown_until_.reset();
  handle(kind == Event::Kind::hold ? Event::hold(key) : Event::press(key));
}

void LiveReader::repeat_stuck_key(Key pressed) {
  for (const Fault& fault : faults_) {
    if (fault.kind != FaultKind::stuck_key) continue;
    const auto stuck = key_named(fault.key);
    if (stuck && *stuck != pressed) key(Event::Kind::press, *stuck);
  }
}

// ---- the computer

void LiveReader::command(ComputerCommand::Kind kind, std::string_view text) {
  if (!link_) {
    throw Refusal(Why::no_cable, fmt::format("the reader {} has no cable to a computer", profile().name),
                  "create one of a model with a connected mode, as edentifier2");
  }
  const bool has_text = kind == ComputerCommand::Kind::show || kind == ComputerCommand::Kind::sign;
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  if (has_text && !signing::is_text(bytes)) {
    throw Refusal(Why::bad_input, "the text cannot be shown",
                  fmt::format("1 to {} printable characters of ASCII and line feeds", signing::kMaxText));
  }
  note(AtCable{std::string(sesame::name_of(kind)), std::string(has_text ? text : std::string_view()), {}});
  handle(Event::from_computer({kind, bytes}));
}

std::optional<Key> LiveReader::key_named(std::string_view name) const {
  if (name == "OK") return Key::ok;
  if (name == "C") return Key::clear;
  if (name == ".") return Key::point;
  if (name.size() == 1 && name[0] >= '0' && name[0] <= '9') return digit_key(name[0]);
  const auto functions = profile().functions;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (functions[i].key == name && !functions[i].on_insertion) return function_key(i);
  }
  return std::nullopt;
}

std::string LiveReader::name_of(Key key) const {
  if (is_digit(key)) return std::string(1, static_cast<char>('0' + static_cast<int>(key)));
  if (key == Key::ok) return "OK";
  if (key == Key::clear) return "C";
  if (key == Key::point) return ".";
  const std::size_t index = static_cast<std::size_t>(key) - static_cast<std::size_t>(Key::f1);
  const auto functions = profile().functions;
  return index < functions.size() ? std::string(functions[index].key) : "";
}

// ---- events, and what the slot is asked

void LiveReader::handle(const Event& event) {
  if (battery_dead_) return refresh_screen();
  const bool was_off = reader_->state() == State::off;
  reader_->handle(event, now_);
  const bool off = reader_->state() == State::off;
  if (off) battery_shown_until_.reset();
  if (was_off && !off && battery_low()) battery_shown_until_ = now_ + kBatteryShown;
  refresh_screen();
  serve();
}

// Asks the card whatever the reader asks, as long as it answers at once.
void LiveReader::serve() {
  while (!battery_dead_) {
    const auto request = reader_->request();
    if (delayed_ && (!request || request->number != delayed_->request)) delayed_.reset();
    if (!request || delayed_) return;
    if (request->is_command() && fault_slot_.battery_ends_at(request->command)) return battery_dies();

    Delayed answer;
    answer.request = request->number;
    answer.status = carry_out(*request, answer.bytes);
    const auto slow = fault_slot_.delay();
    const bool takes_time = request->kind != SlotRequest::Kind::deactivate && is_answer(answer.status);
    if (slow && takes_time) {
      answer.due = now_ + *slow;
      delayed_ = answer;
      return;
    }
    reader_->handle(Event::answer(answer.request, answer.status, answer.bytes), now_);
    refresh_screen();
  }
}

SlotStatus LiveReader::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  SlotStatus status = SlotStatus::removed;
  try {
    status = fault_slot_.carry_out(request, answer);
  } catch (const std::exception& failure) {
    card_failed(failure.what());
    throw;
  }
  note_exchange(request, status, answer);
  drop_spent_faults();
  if (status == SlotStatus::removed && card_) take_out("it left");
  return status;
}

// For a reason that is not the reader's to show: it sees a card that is gone.
void LiveReader::card_failed(const std::string& why) {
  const std::unique_ptr<Card> card = take_out(why);
  reader_->handle(Event::removed(), now_);
  refresh_screen();
}

// What happens but once, and has.
void LiveReader::drop_spent_faults() {
  Faults left;
  for (const Fault& fault : faults_) {
    if (!fault_slot_.is_spent(fault)) left.push_back(fault);
  }
  if (left.size() == faults_.size()) return;
  faults_ = std::move(left);
  note(FaultsSet{faults_.size()});
}

// ---- time

void LiveReader::advance(Millis duration) {
  require_virtual();
  constexpr Millis kEnd = std::numeric_limits<Millis>::max();
  run_to(duration > kEnd - now_ ? kEnd : now_ + duration);
  note_clock();
}

bool LiveReader::to_next_deadline() {
  require_virtual();
  const auto next = deadline();
  if (!next) return false;
  run_to(*next);
  note_clock();
  return true;
}

void LiveReader::require_virtual() const {
  if (clock_ == ClockKind::virtual_time) return;
  throw Refusal(Why::real_clock, "this reader has a real clock, which cannot be moved",
                "create one with a virtual clock");
}

void LiveReader::tick(Millis now) {
  if (clock_ != ClockKind::real) return;
  run_to(std::max(now_, now));
  if (!card_ || !card_->gone()) return;
  take_out("it left its PC/SC reader");
  handle(Event::removed());
}

std::optional<Millis> LiveReader::deadline() const {
  if (battery_dead_) return std::nullopt;
  std::optional<Millis> next = reader_->deadline();
  const auto sooner = [&](Millis other) { next = next ? std::min(*next, other) : other; };
  if (delayed_) sooner(delayed_->due);
  if (battery_shown_until_) sooner(*battery_shown_until_);
  return next;
}

// Through every moment at which something happens by itself, in order.
void LiveReader::run_to(Millis time) {
  for (auto next = deadline(); next && *next <= time; next = deadline()) {
    now_ = std::max(now_, *next);
    run_due();
  }
  now_ = time;
}

void LiveReader::run_due() {
  if (battery_shown_until_ && *battery_shown_until_ <= now_) battery_shown_until_.reset();
  if (!delayed_ || delayed_->due > now_) return handle(Event::tick());
  const Delayed answer = *delayed_;
  delayed_.reset();
  handle(Event::answer(answer.request, answer.status, answer.bytes));
}

// ---- the battery, and a new start

bool LiveReader::battery_low() const {
  return std::any_of(faults_.begin(), faults_.end(),
                     [](const Fault& fault) { return fault.kind == FaultKind::low_battery; });
}

void LiveReader::battery_dies() {
  fault_slot_.deactivate();
  switch_off();
  battery_dead_ = true;
  note(BatteryDied{});
  refresh_screen();
}

// A reader that never was on: nothing of the last code is left.
void LiveReader::switch_off() {
  delayed_.reset();
  battery_shown_until_.reset();
  new_reader();
}

void LiveReader::reset() {
  const std::unique_ptr<Card> card = card_ ? take_out({}) : nullptr;
  switch_off();
  if (!faults_.empty()) set_faults({});
  battery_dead_ = false;
  refresh_screen();
}

void LiveReader::set_faults(Faults faults) {
  for (const Fault& fault : faults) {
    if (fault.kind != FaultKind::stuck_key || key_named(fault.key)) continue;
    throw Refusal(Why::bad_fault, "stuck_key: the reader has no key '" + fault.key + "'",
                  "keys are the digits, '.', 'OK', 'C' and those of the functions");
  }
  faults_ = std::move(faults);
  note(FaultsSet{faults_.size()});
  if (!battery_low()) battery_shown_until_.reset();
  refresh_screen();
}

// ---- what is seen

Screen LiveReader::screen() const {
  const Screen screen = reader_->screen();
  if (battery_dead_) return dark(screen);
  if (battery_shown_until_ && screen.lit) return low_battery_screen();
  return screen;
}

Screen LiveReader::low_battery_screen() const {
  return words_alone(profile_->low_battery(reader_->language()), profile().display);
}

void LiveReader::note_told() {
  const auto answer = told();
  if (!answer || answer->number == told_) return;
  told_ = answer->number;
  note(AtCable{{}, {}, std::string(sesame::name_of(answer->told))});
}

void LiveReader::refresh_screen() {
  note_code();
  note_told();
  const Screen screen = this->screen();
  if (screen == shown_) return;
  shown_ = screen;
  for (LogEntry& past : log_) {
    log_size_ -= size_of(past);
    hide_code(past);
    log_size_ += size_of(past);
  }
  note(ScreenChanged{to_rows(screen), screen.lit, reader_->state()});
}

void LiveReader::note_exchange(const SlotRequest& request, SlotStatus status, Bytes answer) {
  if (request.kind == SlotRequest::Kind::deactivate) return;
  Exchanged exchanged{request.kind, {}, {}, status};
  if (request.is_command()) exchanged.command = transcript::without_pin(request.command);
  if (is_answer(status)) exchanged.response.assign(answer.begin(), answer.end());
  note(std::move(exchanged));
}

void LiveReader::note_code() {
  const bool shown = reader_->state() == State::code && !battery_dead_;
  if (shown && !code_noted_) codes_.push_back(made_code());
  if (codes_.size() > kCodes) codes_.erase(codes_.begin());
  code_noted_ = shown;
}

MadeCode LiveReader::made_code() const {
  const cap::Transaction& transaction = reader_->transaction();
  const auto copy = [](Bytes bytes) { return std::vector<std::uint8_t>(bytes.begin(), bytes.end()); };
  const cap::TokenInput input = transaction.token_input();
  MadeCode code;
  code.revision = revision_;
  code.at = now_;
  code.size = reader_->code().size();
  code.aid = copy(transaction.aid());
  code.cdol1 = copy(transaction.cdol1());
  code.psn = input.psn;
  code.cid = input.cid;
  code.atc = input.atc;
  code.ac = input.ac;
  code.iad = copy(input.iad);
  code.belgian = transaction.by_belgian_rule();
  if (!code.belgian) code.ipb = copy(transaction.ipb());
  cap::Digits digits;
  make_digits(code, digits);
  code.signs = !std::equal(digits.begin(), digits.end(), reader_->code().begin(), reader_->code().end());
  for (auto entry = log_.rbegin(); entry != log_.rend() && code.command.empty(); ++entry) {
    const auto* exchanged = std::get_if<Exchanged>(&entry->what);
    if (exchanged != nullptr && stage_of(exchanged->command) == Stage::generate_ac) {
      code.command = exchanged->command;
    }
  }
  return code;
}

void LiveReader::note_clock() { note(ClockMoved{deadline()}); }

void LiveReader::note(LogEntry::What what) {
  log_.push_back({++revision_, now_, std::move(what)});
  log_size_ += size_of(log_.back());
  while (log_.size() > kMemory || log_size_ > kMemoryBytes) {
    log_size_ -= size_of(log_.front());
    log_.pop_front();
    forgotten_ = true;
  }
  if (watch_) watch_(log_.back());
}

}  // namespace sesame::sim
