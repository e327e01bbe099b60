#include "sim/server/event_feed.hpp"

#include <fmt/format.h>

#include "sim/http/responses.hpp"
#include "sim/server/reader_json.hpp"

namespace sesame::sim {

namespace {

// A feed of one reader goes over what happens in the others now and then, before the bus forgets it.
constexpr std::chrono::seconds kLook{1};
constexpr std::chrono::seconds kSilence{15};  // then a comment, or a proxy takes the stream for dead

}  // namespace

EventFeed::EventFeed(Simulator& simulator, std::optional<std::string> reader, std::uint64_t after,
                     ConnectionLimit::Permit permit)
    : simulator_(simulator),
      reader_(std::move(reader)),
      hold_(reader_ ? simulator.hold(*reader_) : nullptr),
      topic_(reader_.value_or("")),
      follower_(simulator.events(), after),
      permit_(std::move(permit)),
      said_(Clock::now()) {}

std::chrono::steady_clock::time_point EventFeed::again() const { return Clock::now() + kLook; }

std::optional<std::string> EventFeed::next() {
  if (over_) return std::nullopt;
  if (!opened_) {
    opened_ = true;
    return "retry: 1000\n\n";
  }
  const EventBus::Batch batch =
      simulator_.events().wait(follower_.after(), reader_, std::chrono::milliseconds(0));
  std::string text;
  if (batch.lost) text += fmt::format("event: lost\ndata: {{\"after\":{}}}\n\n", follower_.after());
  for (const SimEvent& event : batch.events) {
    const EventJson json = event_json(event);
    text += fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.sequence, json.name, dump(json.data));
    if (reader_ && event.kind == SimEvent::Kind::deleted) over_ = true;
  }
  follower_.told(batch.last);
  if (batch.closed && text.empty()) return std::nullopt;
  if (text.empty() && Clock::now() - said_ >= kSilence) text = ": still here\n\n";
  if (!text.empty()) said_ = Clock::now();
  return text;
}

}  // namespace sesame::sim
