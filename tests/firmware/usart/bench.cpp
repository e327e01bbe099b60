#include "tests/firmware/usart/bench.hpp"

#include <stdexcept>
#include <utility>

#include "firmware/generated/board.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/fatal.hpp"

namespace sesame::board::model {

SlotStatus TableCard::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  if (!request.is_command()) return answer.assign(atr_) ? SlotStatus::ok : SlotStatus::garbled;
  const auto found = answers_.find(test::hex(request.command));
  const test::ByteVector bytes = test::bytes(found == answers_.end() ? "6D00" : found->second);
  return answer.assign(bytes) ? SlotStatus::ok : SlotStatus::garbled;
}

Bench::Bench(CardSlot& slot, const LineCard::Manners& manners, const TheChip::Made& made,
             const card::iso7816::Misbehavior& misbehavior)
    : chip(made),
      card(chip.line(), slot, kCardClockHz, manners, misbehavior),
      link_({kCardClockHz, kCardLeastClocksPerEtu}) {
  run([] {
    hal::forget_fault();
    hal::clock::init();
    hal::card::init();
  });
  chip.insert(card);
}

void Bench::run(const std::function<void()>& drivers) {
  if (chip.run(drivers) != Ending::returned) throw std::runtime_error("the drivers did not come back");
}

std::string Bench::activate() {
  link_.activate(hal::clock::now());
  return carry_out();
}
std::string Bench::warm_reset() {
  link_.warm_reset(hal::clock::now());
  return carry_out();
}
std::string Bench::transmit(std::string_view command) {
  command_ = test::bytes(command);
  link_.transmit(command_, hal::clock::now());
  return carry_out();
}
std::string Bench::deactivate() {
  link_.deactivate(hal::clock::now());
  return carry_out();
}

std::string Bench::carry_out() {
  switch (chip.run([this] { serve(); })) {
    case Ending::returned: break;
    case Ending::fatal: return "fatal";
    case Ending::reset: return "reset";
    case Ending::stuck: return "stuck";
  }
  const auto outcome = link_.outcome();
  if (outcome->error != iso7816::LinkError::none) return std::string(to_string(outcome->error));
  return test::hex(outcome->bytes);
}

// Until the request has an outcome.
void Bench::serve() {
  bool sent = false;
  for (;;) {
    chip.pass(dawdle);
    const auto now = hal::clock::now();
    if (link_.settings() != settings_) hal::card::set(settings_ = link_.settings());
    if (link_.contacts() != contacts_) hal::card::set(contacts_ = link_.contacts());
    if (link_.outcome()) return;
    if (hal::card::sending() == hal::card::Sending::busy) {
      chip.pass(20 * kMicro);  // the rest of a turn
      continue;
    }
    if (std::exchange(sent, false)) {
      link_.sent(hal::card::taken(), now);
    } else if (const auto next = link_.to_send()) {
      while (hal::card::receive()) continue;
      hal::card::send(*next);
      sent = true;
    } else if (const auto heard = hal::card::receive()) {
      link_.received(heard->value, heard->parity_ok, now);
    } else if (const auto deadline = link_.deadline(); deadline && now >= *deadline) {
      link_.tick(now);
    } else {
      hal::clock::sleep();
    }
  }
}

std::vector<LineCard::Character> Bench::characters(bool to_card) const {
  std::vector<LineCard::Character> those;
  for (const auto& character : card.characters) {
    if (character.to_card == to_card) those.push_back(character);
  }
  return those;
}

Time Bench::etu(unsigned f, unsigned d) const { return Time{f} * kSecond / (Time{d} * kCardClockHz); }

}  // namespace sesame::board::model
