#include "sim/reader/trace.hpp"

#include <vector>

#include "firmware/core/emv/t0_exchange.hpp"
#include "host/base/hex.hpp"
#include "host/transcript/command_text.hpp"
#include "host/transcript/transcript.hpp"

namespace sesame::sim {

namespace {

class Writer {
 public:
  explicit Writer(bool forgotten) : text_(forgotten ? "# what came before is forgotten\n" : "") {}

  void operator()(const CardMoved& moved) {
    write_pieces();
    text_.append(moved.in ? "# inserted: " : "# removed: ").append(moved.name).append("\n");
  }
  void operator()(const Exchanged& exchanged) {
    exchanged.command.empty() ? reset(exchanged) : command(exchanged);
  }
  template <class Other>
  void operator()(const Other&) {}

  std::string finish() {
    write_pieces();
    return std::move(text_);
  }

 private:
  void reset(const Exchanged& reset) {
    write_pieces();
    const bool first = !has_atr_ && !reset.response.empty();
    has_atr_ = has_atr_ || first;
    text_.append(first ? "atr " : "# " + reset.name() + ": ");
    text_.append(reset.response.empty() ? "no answer" : to_hex(reset.response)).append("\n");
  }

  void command(const Exchanged& next) {
    const bool goes_on = joined_.pending() && equal(joined_.command(), next.command);
    if (!goes_on) {
      write_pieces();
      joined_.start(next.command);
    }
    pieces_.push_back(&next);
    if (next.response.empty()) return write_pieces();
    if (joined_.pending()) joined_.answer(next.response);
    if (joined_.pending()) return;
    if (joined_.error() != emv::T0Error::none) return write_pieces();
    write(pieces_.front()->command, joined_.response(), next.status);
    pieces_.clear();
  }

  // Of an exchange that did not come to its end.
  void write_pieces() {
    for (const Exchanged* piece : pieces_) write(piece->command, piece->response, piece->status);
    pieces_.clear();
    joined_.wipe();
  }

  void write(Bytes command, Bytes response, SlotStatus status) {
    std::string answer = to_hex(response);
    if (response.size() < 2) answer = transcript::word_for(status);
    const std::string_view prefix = answer.empty() ? "# " : "";
    text_.append(prefix).append("> ").append(transcript::masked_hex(command)).append("\n");
    text_.append(prefix).append("< ").append(answer.empty() ? "no answer" : answer).append("\n");
  }

  std::string text_;
  bool has_atr_ = false;
  emv::T0Exchange joined_;                // what a reader makes of the pieces
  std::vector<const Exchanged*> pieces_;  // of an exchange, as long as it is not written
};

}  // namespace

std::string to_transcript(const std::deque<LogEntry>& log, bool forgotten) {
  Writer writer(forgotten);
  for (const LogEntry& entry : log) std::visit(writer, entry.what);
  return writer.finish();
}

}  // namespace sesame::sim
