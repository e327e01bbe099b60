#include "sim/reader/fault_slot.hpp"

#include <algorithm>

namespace sesame::sim {

namespace {

constexpr std::uint8_t kChangedBit = 0x80;
constexpr std::uint8_t kGetResponse = 0xC0;
constexpr std::uint8_t kMoreToFetch = 0x61, kOtherLength = 0x6C;  // T=0: EMV 4.3 Book 1, 9.3.1.1

std::size_t index(Stage stage) { return static_cast<std::size_t>(stage); }

std::uint8_t sw1_of(Bytes answer) { return answer.size() < 2 ? std::uint8_t{0} : answer[answer.size() - 2]; }

bool is_final(std::uint8_t sw1) { return sw1 != kMoreToFetch && sw1 != kOtherLength; }

}  // namespace

void FaultSlot::hold(CardSlot* card) {
  card_ = card;
  commands_ = 0;
  in_stage_ = {};
  stage_.reset();
  sw1_ = 0;
}

SlotStatus FaultSlot::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  delay_.reset();
  spent_.clear();
  if (card_ == nullptr) return SlotStatus::removed;
  if (request.is_command()) return send(request, answer);
  if (request.kind == SlotRequest::Kind::deactivate) return card_->carry_out(request, answer);
  return reset(request, answer);
}

SlotStatus FaultSlot::reset(const SlotRequest& request, emv::ResponseBuffer& answer) {
  if (mute() != nullptr) return SlotStatus::mute;
  stage_.reset();
  sw1_ = 0;
  const SlotStatus status = card_->carry_out(request, answer);
  slow_down(std::nullopt);
  const auto bad = std::find_if(faults_.begin(), faults_.end(),
                                [](const Fault& each) { return each.kind == FaultKind::bad_atr; });
  if (status != SlotStatus::ok || bad == faults_.end()) return status;
  answer.pop();  // an ATR that ends too early, as every driver would notice
  return SlotStatus::garbled;
}

SlotStatus FaultSlot::send(const SlotRequest& request, emv::ResponseBuffer& answer) {
  const Bytes command = request.command;
  const Place place = place_of(command);
  arrive(place, command);
  if (happening(FaultKind::removed, place) != nullptr) return SlotStatus::removed;
  if (mute() != nullptr) return SlotStatus::mute;
  slow_down(place.stage);
  if (const Fault* refusal = refused(command, place)) {
    const std::array<std::uint8_t, 2> sw{static_cast<std::uint8_t>(refusal->sw >> 8),
                                         static_cast<std::uint8_t>(refusal->sw)};
    return answer.assign(sw) ? SlotStatus::ok : SlotStatus::garbled;
  }
  const SlotStatus status = card_->carry_out(request, answer);
  if (status != SlotStatus::ok || answer.empty()) return status;
  sw1_ = sw1_of(answer);
  if (happening(FaultKind::corrupted, place) != nullptr) answer[0] ^= kChangedBit;
  return status;
}

FaultSlot::Place FaultSlot::place_of(Bytes command) const {
  const bool fetches = sw1_ == kMoreToFetch && command.size() > 1 && command[1] == kGetResponse;
  const bool repeats = sw1_ == kOtherLength && command.size() >= header_.size() &&
                       std::equal(header_.begin(), header_.end(), command.begin());
  Place place{commands_, fetches || repeats ? stage_ : stage_of(command), 0, fetches || repeats};
  if (place.stage) place.in_stage = in_stage_[index(*place.stage)] - (place.goes_on ? 1 : 0);
  return place;
}

void FaultSlot::arrive(const Place& place, Bytes command) {
  ++commands_;
  stage_ = place.stage;
  sw1_ = 0;
  if (place.stage && !place.goes_on) ++in_stage_[index(*place.stage)];
  if (!place.goes_on && command.size() >= header_.size())
    std::copy_n(command.begin(), header_.size(), header_.begin());
}

bool FaultSlot::battery_ends_at(Bytes command) const {
  const Place place = place_of(command);
  return std::any_of(faults_.begin(), faults_.end(), [&](const Fault& each) {
    if (each.kind != FaultKind::dead_battery) return false;
    if (each.stage) return each.stage == place.stage && each.at == place.in_stage && !place.goes_on;
    return each.at == place.number;
  });
}

bool FaultSlot::is_spent(const Fault& fault) const {
  return std::find(spent_.begin(), spent_.end(), &fault) != spent_.end();
}

const Fault* FaultSlot::use(const Fault& fault) {
  if (fault.once) spent_.push_back(&fault);
  return &fault;
}

// Of a stage it is the command as a whole that is meant, and the answer at its end: not a 61xx or 6Cxx on the
// way.
const Fault* FaultSlot::happening(FaultKind kind, const Place& place) {
  for (const Fault& each : faults_) {
    if (each.kind != kind) continue;
    const bool in_stage = each.stage == place.stage && each.at == place.in_stage &&
                          (kind == FaultKind::removed ? !place.goes_on : is_final(sw1_));
    if (each.stage ? in_stage : each.at == place.number) return use(each);
  }
  return nullptr;
}

const Fault* FaultSlot::refused(Bytes command, const Place& place) {
  for (const Fault& each : faults_) {
    if (each.kind != FaultKind::status_word) continue;
    if (each.stage && each.stage != place.stage) continue;
    const bool meant = each.ins == 0 ? !place.goes_on : command.size() > 1 && command[1] == each.ins;
    if (!meant) continue;
    return use(each);
  }
  return nullptr;
}

// It does not answer once it has fallen silent, not even a reset.
const Fault* FaultSlot::mute() {
  for (const Fault& each : faults_) {
    if (each.kind != FaultKind::mute) continue;
    const bool silent =
        each.stage ? in_stage_[index(*each.stage)] > each.at : each.at == 0 || commands_ > each.at;
    if (silent) return use(each);
  }
  return nullptr;
}

void FaultSlot::slow_down(std::optional<Stage> stage) {
  for (const Fault& each : faults_) {
    if (each.kind != FaultKind::slow || (each.stage && each.stage != stage)) continue;
    delay_ = each.ms;
    use(each);
    return;
  }
}

}  // namespace sesame::sim
