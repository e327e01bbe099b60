// Any text as a state file: refused in one line and left as it is, or records that are written and read again
// the same; and a store on it keeps what is put into it.
#include "host/state/state_file.hpp"

#include "host/state/durable_store.hpp"
#include "tests/fuzz/lines.hpp"
#include "tests/host/state/simulated_disk.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

constexpr const char* kPath = "/state/cards.state";

// The last line, which no mutation would find: CRC-32 as in IEEE 802.3, bit by bit.
std::string with_end(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320U : crc >> 1;
  }
  char end[16];
  std::snprintf(end, sizeof end, "end %08X\n", static_cast<unsigned>(~crc));
  return text + end;
}

bool same(const state::Counters& one, const state::Counters& other) {
  if (one.size() != other.size()) return false;
  return std::all_of(one.begin(), one.end(), [&](const state::Counter& counter) {
    return other.find(counter.name()) == counter.value;
  });
}

bool same(const state::Records& one, const state::Records& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](const auto& a, const auto& b) {
    return a.first == b.first && same(a.second, b.second);
  });
}

std::string content(const state::SimulatedDisk& disk) {
  state::SimulatedDisk copy = disk;
  const int file = copy.open(kPath);
  std::string text(4096, '\0');  // more than any input
  text.resize(static_cast<std::size_t>(copy.read(file, text.data(), text.size())));
  return text;
}

// What one store leaves, the next one finds.
void put_and_find(state::SimulatedDisk& disk, const state::Records& records) {
  const std::string id = records.empty() ? "AB" : records.begin()->first;
  state::Counters counters;
  {
    state::DurableStore store(kPath, std::chrono::milliseconds(0), disk);
    counters = store.get(id).value_or(state::Counters{});
    const std::string name(counters.size() == 0 ? std::string_view("atc") : counters.begin()->name());
    counters.set(name, 0xFFFFFFFF);
    store.put(id, counters);
  }
  const state::DurableStore again(kPath, std::chrono::milliseconds(0), disk);
  const auto found = again.get(id);
  require(found && same(*found, counters), "what was put is found");
  for (const auto& [other, was] : records) {
    if (other == id) continue;
    const auto is = again.get(other);
    require(is && same(*is, was), "and the others stay");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string text(text_of(data + 1, size - 1));
  if ((data[0] & 1) == 0) text = with_end(text);
  state::SimulatedDisk disk;
  disk.add_file(kPath, text);
  try {
    const state::Records records = state::from_text(text, kPath);
    const std::string written = state::to_text(records);
    require(same(state::from_text(written, kPath), records), "what is written is read again");
    require(state::to_text(state::from_text(written, kPath)) == written, "and written the same");
    put_and_find(disk, records);
  } catch (const Failure& failure) {
    require_told(failure, kPath);
    require(content(disk) == text, "a file that is refused is left as it is");
  }
  return 0;
}
