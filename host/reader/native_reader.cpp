#include "host/reader/native_reader.hpp"

namespace sesame {

// Time never passes while a request is outstanding: the slot answers inline.
void NativeReader::handle(const Event& event) {
  reader_.handle(event, now_);
  if (watch_) watch_();
  while (const auto request = reader_.request()) {
    answer_.clear();
    const SlotStatus status = slot_.carry_out(*request, answer_);
    reader_.handle(Event::answer(request->number, status, answer_), now_);
    if (watch_) watch_();
  }
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
