// Any dialogue with a card, traced: what was written is a transcript, without the PIN; and the recorded card
// answers the same questions as the card did, or is as silent.
#include <sys/mman.h>
#include <unistd.h>

#include "firmware/core/emv/t0_exchange.hpp"
#include "host/base/failure.hpp"
#include "host/transcript/tracing_slot.hpp"
#include "host/transcript/transcript.hpp"
#include "host/transcript/transcript_slot.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/hostile_card.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

// A file without a disk, at a path.
class MemoryFile {
 public:
  std::string path() const { return "/proc/self/fd/" + std::to_string(handle_); }
  std::string content() const {
    std::string text(static_cast<std::size_t>(std::max<off_t>(::lseek(handle_, 0, SEEK_END), 0)), '\0');
    require(::pread(handle_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()), "it is read");
    return text;
  }

 private:
  int handle_ = ::memfd_create("trace", MFD_CLOEXEC);
};

class HostileSlot final : public CardSlot {
 public:
  explicit HostileSlot(Input& input) : input_(input) {}
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (request.kind == SlotRequest::Kind::deactivate) return SlotStatus::ok;
    return give(request.is_command() ? card_.answer(request.command, input_) : input_.chunk(), answer);
  }

 private:
  SlotStatus give(const std::vector<std::uint8_t>& bytes, emv::ResponseBuffer& answer) {
    static_cast<void>(answer.assign(Bytes(bytes).first(std::min(bytes.size(), emv::kMaxResponse))));
    return static_cast<SlotStatus>(input_.below(16) > 3 ? 0 : input_.below(4));
  }

  Input& input_;
  HostileCard card_;
};

struct Answer {
  SlotStatus status = SlotStatus::ok;
  std::vector<std::uint8_t> response;

  friend bool operator==(const Answer&, const Answer&) = default;
};
struct Asked {
  std::vector<std::uint8_t> command;
  Answer answer;
};

// As a reader asks: on and on after 61xx and 6Cxx. Nothing where that has no end, or comes to none that is an
// answer.
std::optional<Answer> ask(CardSlot& slot, Bytes command) {
  emv::T0Exchange exchange;
  exchange.start(command);
  while (exchange.pending()) {
    emv::ResponseBuffer answer;
    const SlotStatus status = slot.transmit(exchange.command(), answer);
    if (status != SlotStatus::ok) return Answer{status, {}};
    exchange.answer(answer);
  }
  if (exchange.error() != emv::T0Error::none) return std::nullopt;
  return Answer{SlotStatus::ok, {exchange.response().begin(), exchange.response().end()}};
}

// VERIFY with a PIN that no card answers by chance, what a reader asks, or anything.
std::vector<std::uint8_t> command(Input& input) {
  const unsigned choice = input.below(16);
  if (choice == 0) {
    std::vector<std::uint8_t> any = input.chunk();
    any.resize(std::min(any.size(), emv::kMaxCommand));
    return any;
  }
  if (choice == 1) return test::bytes("00200080082C907215536481FF");
  static const std::vector<std::vector<std::uint8_t>> usual = [] {
    std::vector<std::vector<std::uint8_t>> all;
    for (const test::Step& step : test::identify()) all.push_back(test::bytes(step.command));
    return all;
  }();
  return usual[choice % usual.size()];
}

// What was asked, until the card was pulled out, or said what no transcript can.
std::vector<Asked> dialogue(CardSlot& slot, Input& input) {
  std::vector<Asked> all;
  bool recorded = true;
  while (input.more()) {
    if (input.below(32) == 0) {
      emv::ResponseBuffer atr;
      static_cast<void>(slot.warm_reset(atr));
      continue;
    }
    const auto next = command(input);
    const auto answer = ask(slot, next);
    recorded = recorded && answer && answer->status != SlotStatus::removed && emv::parse_command(next);
    if (recorded) all.push_back({next, *answer});
  }
  return all;
}

// A card may say anything, the PIN's bytes too.
bool holds_pin(Bytes bytes) {
  static constexpr std::array<std::uint8_t, 6> kPin{0x90, 0x72, 0x15, 0x53, 0x64, 0x81};
  return std::search(bytes.begin(), bytes.end(), kPin.begin(), kPin.end()) != bytes.end();
}

void replay(const std::string& text, const std::vector<Asked>& all) {
  transcript::TranscriptSlot slot(
      std::make_shared<const transcript::Transcript>(transcript::Transcript::parse(text, "trace")));
  emv::ResponseBuffer atr;
  require(slot.activate(atr) == SlotStatus::ok, "a recorded card answers its reset");
  for (const Asked& asked : all) {
    require(ask(slot, asked.command) == asked.answer,
            "a recorded card answers as the card did, or is as silent");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile file;
  Input input(data, size);
  std::vector<Asked> all;
  std::size_t comment = 0;  // its length: what stands there is the caller's
  const bool masked = input.below(2) == 1;
  {
    HostileSlot card(input);
    const std::vector<std::uint8_t> what = input.chunk();
    transcript::TraceWriter writer(file.path(), std::string(what.begin(), what.end()));
    comment = file.content().size();
    transcript::Masking masking({});
    transcript::TracingSlot slot(card, writer, masked ? &masking : nullptr);
    emv::ResponseBuffer atr;
    static_cast<void>(slot.activate(atr));
    all = dialogue(slot, input);
    slot.deactivate();
  }
  const std::string text = file.content();
  const bool said_by_card = holds_pin({data, size});
  require(said_by_card || text.find("907215536481", comment) == std::string::npos, "no PIN is written");
  try {
    if (!masked) return replay(text, all), 0;
    static_cast<void>(transcript::Transcript::parse(text, "trace"));
  } catch (const Failure& failure) {
    require(all.empty(), "a trace with an answer is a transcript");
    require(failure.kind() == Failure::invalid, "one without is invalid");
  }
  return 0;
}
