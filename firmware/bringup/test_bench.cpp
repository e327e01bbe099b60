#include "firmware/bringup/test_bench.hpp"

#include <algorithm>

#include "firmware/bringup/link.hpp"
#include "firmware/hal/bench.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/fatal.hpp"
#include "firmware/hal/supply.hpp"
#include "firmware/hal/watchdog.hpp"

namespace sesame::bringup {

namespace {

using panel::Test;

static_assert(std::size(panel::kResetCauses) == static_cast<std::size_t>(hal::ResetCause::low_power) + 1);

void put(Result& result, std::uint32_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) static_cast<void>(result.push(value >> (8 * i) & 0xFF));
}

void chip(Result& result) {
  const auto chip = hal::bench::chip();
  const auto quartz = !chip.quartz_wanted ? panel::Quartz::none
                      : chip.quartz_runs  ? panel::Quartz::runs
                                          : panel::Quartz::stands;
  put(result, chip.device, 2);
  put(result, chip.revision, 2);
  put(result, static_cast<std::uint32_t>(quartz), 1);
  put(result, static_cast<std::uint32_t>(hal::reset_cause()), 1);
  put(result, chip.clock_hz, 4);
}

void fault(Result& result) {
  const auto last = hal::last_fault();
  const hal::Fault fault = last.value_or(hal::Fault{});
  put(result, last ? 1 : 0, 1);
  put(result, static_cast<std::uint32_t>(fault.cause), 1);
  put(result, fault.vector, 1);
  put(result, fault.pc, 4);
  put(result, fault.lr, 4);
  put(result, fault.cfsr, 4);
}

void card_switch(Result& result) {
  const auto pins = hal::bench::card_pins();
  put(result, (pins.detect ? 1U : 0U) | (pins.detect_means_in ? 2U : 0U), 1);
}

void set(const iso7816::Contacts& contacts) {
  hal::card::set(contacts);
  tell(contacts);
}

// A character takes 1 ms at the initial rate, and a turn of the loop no longer than the watchdog wants.
void wait_until_sent() {
  const auto end = hal::clock::now() + 50;
  while (hal::card::sending() == hal::card::Sending::busy && hal::clock::now() < end) continue;
}

void wait_ms(hal::clock::Millis time) {
  const auto end = hal::clock::now() + time;
  while (hal::clock::now() < end) {
    hal::clock::sleep();
    hal::watchdog::turned();
  }
}

}  // namespace

Result Bench::run(std::uint8_t test, std::uint8_t argument) {
  Result result;
  switch (static_cast<Test>(test)) {
    case Test::chip: chip(result); break;
    case Test::fault: fault(result); break;
    case Test::supply: put(result, hal::supply::millivolts(), 2); break;
    case Test::keys: put(result, hal::bench::key_contacts(), 2); break;
    case Test::card_switch: card_switch(result); break;
    case Test::contacts: set_contacts(argument, result); break;
    case Test::echo: echo(result); break;
    case Test::answer: answer(result); break;
    case Test::led:
      hal::bench::led(argument != 0);
      put(result, argument, 1);
      break;
    case Test::screen:
      first_shown_ = argument;
      put(result, argument, 1);
      break;
  }
  return result;
}

void Bench::set_contacts(std::uint8_t bits, Result& result) {
  hal::card::set(
      iso7816::Contacts{(bits & panel::kVcc) != 0, (bits & panel::kClk) != 0, (bits & panel::kRst) != 0});
  wait_ms(2);
  const auto pins = hal::bench::card_pins();
  put(result,
      (pins.vcc ? panel::kVcc : 0U) | (pins.rst ? panel::kRst : 0U) | (pins.clk_moves ? panel::kClk : 0U) |
          (pins.io ? panel::kIo : 0U),
      1);
}

// A card in reset does not listen.
void Bench::echo(Result& result) {
  hal::card::set(iso7816::LineSettings{});
  set(iso7816::Contacts{true, true, false});
  wait_ms(2);
  hal::card::send(0x3B);
  wait_until_sent();
  put(result, hal::card::heard_itself() ? 1 : 0, 1);
  put(result, hal::card::taken() ? 1 : 0, 1);
  set(iso7816::Contacts{});
}

// As app::Shell serves a link, but that every character is kept.
void Bench::answer(Result& result) {
  iso7816::Link link(interface_);
  SecretVector<std::uint8_t, 2 * panel::kMostCharacters> characters;
  iso7816::Contacts contacts;
  iso7816::LineSettings settings;
  bool sending = false;
  link.activate(hal::clock::now());
  while (!link.outcome()) {
    hal::watchdog::turned();
    if (!(link.settings() == settings)) hal::card::set(settings = link.settings());
    if (!(link.contacts() == contacts)) set(contacts = link.contacts());
    const auto now = hal::clock::now();
    if (sending) {
      wait_until_sent();
      sending = false;
      link.sent(hal::card::taken(), now);
    } else if (const auto character = link.to_send()) {
      hal::card::send(*character);
      sending = true;
    } else if (const auto heard = hal::card::receive()) {
      static_cast<void>(characters.push(heard->value));
      static_cast<void>(characters.push((heard->parity_ok ? panel::kParityRight : 0) |
                                        (heard->lost_before ? panel::kOneLost : 0)));
      link.received(heard->value, heard->parity_ok, now);
    } else if (const auto deadline = link.deadline(); deadline && now >= *deadline) {
      link.tick(now);
    } else {
      hal::clock::sleep();
    }
  }
  const iso7816::LineSettings agreed = link.settings();
  put(result, static_cast<std::uint32_t>(link.outcome()->error), 1);
  put(result, agreed.f, 2);
  put(result, agreed.d, 1);
  put(result, agreed.inverse ? 1 : 0, 1);
  put(result, agreed.error_signal ? 0 : 1, 1);
  for (const std::uint8_t byte : characters) static_cast<void>(result.push(byte));
  set(iso7816::Contacts{});
}

}  // namespace sesame::bringup
