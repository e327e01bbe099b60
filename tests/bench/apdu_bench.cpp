// Round trips of one command APDU and its response: with the card in memory, and through a private pcscd,
// where the card is in our own reader (the IFD handler and `sesame reader serve`) or in vpcd's (`sesame card
// serve`). All in one run, one after the other in turns, so that what else the machine does meets all of
// them. After the table the ratios, and the target: printed, never asserted.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "host/pcsc/readers.hpp"
#include "host/state/counters.hpp"
#include "tests/e2e/background.hpp"
#include "tests/pcscd/private_daemon.hpp"

namespace {

using namespace sesame;
using Clock = std::chrono::steady_clock;

// T=1, so that every command is one exchange; and one that computes nothing: GET DATA of the PIN try counter.
constexpr const char* kCard = "aes-card";
constexpr std::array<std::uint8_t, 5> kGetData{0x80, 0xCA, 0x9F, 0x17, 0x00};

struct Way {
  const char* name;
  CardSlot& slot;
  double microseconds = 0;  // for one round trip, the best of all turns
};

void prepare(Way& way) {
  emv::ResponseBuffer answer;
  if (way.slot.activate(answer) != SlotStatus::ok) std::abort();
  const std::array<std::uint8_t, 13> select{0x00, 0xA4, 0x04, 0x00, 0x07, 0xA0, 0,
                                            0,    0,    0x04, 0x80, 0x02, 0x00};
  const std::array<std::uint8_t, 8> get_processing_options{0x80, 0xA8, 0x00, 0x00, 0x02, 0x83, 0x00, 0x00};
  if (way.slot.transmit(select, answer) != SlotStatus::ok) std::abort();
  if (way.slot.transmit(get_processing_options, answer) != SlotStatus::ok) std::abort();
}

void turn(Way& way, int count) {
  emv::ResponseBuffer answer;
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) {
    if (way.slot.transmit(kGetData, answer) != SlotStatus::ok || answer.size() != 6) std::abort();
  }
  const std::chrono::duration<double, std::micro> all = Clock::now() - start;
  const double one = all.count() / count;
  if (way.microseconds == 0 || one < way.microseconds) way.microseconds = one;
}

std::string reader_named(const pcsc::Context& context, std::string_view part) {
  const std::string name = pcsc::find_reader(pcsc::list_readers(context), part).name;
  pcsc::wait_for_card(context, name, std::chrono::seconds(30), [] {});
  return name;
}

}  // namespace

int main() {
  const e2e::Sandbox box;
  const auto port = pcscd::free_port();
  const std::string socket = box.file("reader");
  e2e::Background reader(box, {"reader", "serve", "--socket", socket, "--card", kCard, "--ephemeral"});
  if (!reader.says("the reader is at")) std::abort();
  const pcscd::PrivateDaemon daemon({pcscd::vpcd_reader("vpcd", port), {"Sesame", socket, IFD_HANDLER, 0}});
  e2e::Background card(box,
                       {"card", "serve", "--card", kCard, "--ephemeral", "--port", std::to_string(port)});
  if (!card.says("is in the reader")) std::abort();

  const card::Personalization personalization = card::load_card(kCard);
  state::EphemeralStore store;
  card::VirtualCard in_memory(personalization, store);
  const pcsc::Context context;
  pcsc::PcscSlot ifd_slot(reader_named(context, "Sesame"));
  pcsc::PcscSlot vpcd_slot(reader_named(context, "vpcd 00 00"));

  std::vector<Way> ways{{"in memory", in_memory}, {"our IFD handler", ifd_slot}, {"vpcd", vpcd_slot}};
  for (Way& way : ways) prepare(way);
  for (int i = 0; i < 10; ++i) {
    turn(ways[0], 200'000);
    turn(ways[1], 2'000);
    turn(ways[2], 2'000);
  }

  std::printf("%-16s %16s %16s %18s\n", "through", "round trip", "APDUs/s", "times in memory");
  for (const Way& way : ways) {
    std::printf("%-16s %13.2f us %16.0f %17.0fx\n", way.name, way.microseconds, 1e6 / way.microseconds,
                way.microseconds / ways[0].microseconds);
  }
  std::printf("target                                     5000             (vpcd)\n");
  std::printf("vpcd / our IFD handler: %.2fx\n", ways[2].microseconds / ways[1].microseconds);
}
