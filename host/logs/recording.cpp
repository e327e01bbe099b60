#include "host/logs/recording.hpp"

#include <fmt/format.h>

#include "host/base/hex.hpp"
#include "host/card/slot.hpp"
#include "host/transcript/trace_writer.hpp"
#include "host/transcript/tracing_slot.hpp"

namespace sesame::logs {

namespace {

// A slot with the logged card in it: it answers what the log says next.
class LoggedSlot final : public CardSlot {
 public:
  void next(const Event& event) { event_ = &event; }

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    const auto& bytes = request.is_command() ? event_->response : event_->atr;
    if (bytes.empty()) return SlotStatus::mute;
    static_cast<void>(answer.assign(bytes));  // no more than fit, by the readers of logs
    return SlotStatus::ok;
  }

 private:
  const Event* event_ = nullptr;
};

// With what is not known as wildcards.
void write_in_part(const Event& event, transcript::TraceWriter& trace, transcript::Masking& masking) {
  const std::string command = to_hex(event.command);
  auto response = event.response;
  masking.apply(response);
  trace.lines(fmt::format("> {}{}\n< {}\n", command.substr(0, command.size() - 2 * event.unknown),
                          std::string(2 * event.unknown, '*'), to_hex(response)));
}

void write(std::span<const Event> events, transcript::TraceWriter& trace, transcript::Masking& masking) {
  LoggedSlot card;
  transcript::TracingSlot recorder(card, trace, &masking);
  for (const Event& event : events) {
    card.next(event);
    emv::ResponseBuffer ignored;
    if (event.kind == Event::Kind::reset) {
      recorder.activate(ignored);
    } else if (event.unknown > 0) {
      write_in_part(event, trace, masking);
    } else {
      recorder.transmit(event.command, ignored);
    }
  }
}

}  // namespace

void record(std::span<const Event> events, const std::string& path, std::string_view what,
            transcript::Masking::Options options) {
  transcript::Masking masking(options);
  {
    // Only to learn who is to be masked.
    transcript::TraceWriter nowhere("/dev/null", what);
    write(events, nowhere, masking);
  }
  transcript::TraceWriter trace(path, what);
  write(events, trace, masking);
}

}  // namespace sesame::logs
