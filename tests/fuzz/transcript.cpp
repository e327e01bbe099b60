// Any text in: a transcript whose every command is answered, or one Failure of one line.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "host/base/failure.hpp"
#include "host/transcript/transcript.hpp"
#include "host/transcript/transcript_slot.hpp"

using namespace sesame;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

// The input once more, as a command.
void ask(transcript::TranscriptSlot& slot, Bytes command) {
  emv::ResponseBuffer answer;
  try {
    const SlotStatus status = slot.transmit(command, answer);
    require(status != SlotStatus::removed);
    require(status == SlotStatus::ok ? answer.size() >= 2 : answer.empty());
  } catch (const Failure& failure) {
    require(std::string_view(failure.what()).find('\n') == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto transcript =
        std::make_shared<const transcript::Transcript>(transcript::Transcript::parse(text, "fuzz.apdu"));
    require(transcript->size() > 0);
    for (std::size_t i = 0; i < transcript->size(); ++i) require(!transcript->answers(i).empty());
    transcript::TranscriptSlot slot(transcript);
    emv::ResponseBuffer atr;
    require(slot.activate(atr) == SlotStatus::ok && !atr.empty());
    for (std::size_t length = 0; length <= 16 && length <= size; ++length) ask(slot, {data, length});
  } catch (const Failure& failure) {
    require(failure.kind() == Failure::invalid);
    require(std::string_view(failure.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
