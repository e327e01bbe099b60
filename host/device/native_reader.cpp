#include "host/device/native_reader.hpp"

namespace sesame {

// Time never passes while a request is outstanding: the slot answers inline.
void NativeReader::handle(const Event& event) {
  reader_.handle(event, now_);
  if (watch_) watch_();
  while (const auto request = reader_.request()) {
    const SlotStatus status = carry_out(*request);
    reader_.handle(Event::answer(request->number, status, answer_), now_);
    if (watch_) watch_();
  }
}

SlotStatus NativeReader::carry_out(const SlotRequest& request) {
  answer_.clear();
  switch (request.kind) {
    case SlotRequest::Kind::activate: return slot_.activate(answer_);
    case SlotRequest::Kind::warm_reset: return slot_.warm_reset(answer_);
    case SlotRequest::Kind::transmit: return slot_.transmit(request.command, answer_);
    case SlotRequest::Kind::verify_on_pad: return slot_.verify_on_pad(request.command, answer_);
    case SlotRequest::Kind::deactivate: slot_.deactivate(); return SlotStatus::ok;
  }
  return SlotStatus::garbled;
}

void NativeReader::wait() {
  const auto deadline = reader_.deadline();
  if (!deadline) return;
  now_ = *deadline;
  handle(Event::tick());
}

void NativeReader::advance(Millis duration) {
  const Millis end = now_ + duration;
  while (reader_.deadline() && *reader_.deadline() <= end) wait();
  now_ = end;
}

}  // namespace sesame
