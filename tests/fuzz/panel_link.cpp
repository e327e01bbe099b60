// The host's end of a panel link: any bytes of a reader, at any time, among orders of the host. What it sends
// is a frame that a board reads, the same again until it is acknowledged; and what it has seen is a screen.
#include "host/reader/panel/panel_link.hpp"

#include "host/base/failure.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;
using namespace std::chrono_literals;

namespace {

class Host {
 public:
  explicit Host(Input& input) : input_(input) {
    link_.on_screen([this] { look(); });
  }

  void run() {
    while (input_.more()) {
      const std::uint8_t choice = input_.byte();
      switch (choice >> 5) {
        case 0: order(choice); break;
        case 1: now_ += std::chrono::milliseconds((choice & 0x1FU) * 100); break;
        case 2: acknowledge(choice); break;
        case 3: hear(input_.chunk()); break;
        default: say(choice); break;
      }
      send();
      look();
    }
  }

 private:
  // As many as a person has fingers for: an order waits for those before it.
  void order(std::uint8_t choice) {
    if (waiting_ > 8) return;
    ++waiting_;
    if ((choice & 1) != 0) return link_.order(panel::Type::presence, {input_.byte()});
    link_.order(panel::Type::key, {static_cast<std::uint8_t>(choice >> 1 & 1), input_.byte()});
  }

  void send() {
    const Bytes frame = link_.to_send(now_);
    if (frame.empty()) return;
    panel::FrameReader<panel::kMaxBodyToReader> board;
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const bool whole = board.take(frame[i]);
      require(i == 0 || whole == (i + 1 == frame.size()), "what is sent is one frame");
    }
    const std::size_t size = size_of(board.type());
    require(size > 0 && board.body().size() == size, "of a kind that a reader takes");
    const std::vector<std::uint8_t> now(frame.begin(), frame.end());
    const std::uint8_t sequence = board.body().back();
    require(!sequence_ || *sequence_ != sequence || now == sent_,
            "a sequence number stands for one frame, until the next");
    sent_ = now;
    sequence_ = sequence;
    require(link_.due() > now_, "and once at a time");
  }

  // Body and sequence number.
  static std::size_t size_of(std::uint8_t type) {
    switch (static_cast<panel::Type>(type)) {
      case panel::Type::hello: return 1;
      case panel::Type::presence: return 2;
      case panel::Type::key: return 3;
      default: return 0;
    }
  }

  void acknowledge(std::uint8_t choice) {
    const std::uint8_t sequence = (choice & 1) != 0 ? input_.byte() : sequence_.value_or(0);
    const bool was_idle = link_.idle();
    frame('A', {sequence, 1, 2, 3, 4});
    if (link_.idle()) waiting_ = 0;
    require(!was_idle || link_.idle(), "an acknowledgement asks for nothing");
  }

  // A frame of a reader: of the right kind and length, or nearly.
  void say(std::uint8_t choice) {
    static constexpr std::uint8_t kTypes[] = {'I', 'S', 'W', 'C', 'A', 'H', 'K', 'P'};
    std::vector<std::uint8_t> body = input_.chunk();
    body.resize(std::min(body.size(), panel::kMaxBodyToHost));
    if ((choice & 0x40) != 0) body = likely(kTypes[choice & 7], body);
    frame(kTypes[choice & 7], body);
  }

  static std::vector<std::uint8_t> likely(std::uint8_t type, std::vector<std::uint8_t> body) {
    body.resize(std::max<std::size_t>(body.size(), 6));
    switch (type) {
      case 'I': body[0] = panel::kVersion; break;
      case 'W': body.resize(5); break;
      case 'C': body.resize(1); break;
      case 'S':
        body[0] %= 13;
        body[1] %= 9;
        body[4] %= Screen::kMaxRows + 1;
        body[5] %= Screen::kMaxColumns + 1;
        body.resize(6U + 2U * body[4] * body[5]);
        break;
      default: break;
    }
    return body;
  }

  void frame(std::uint8_t type, const std::vector<std::uint8_t>& body) {
    std::vector<std::uint8_t> line;
    const auto put = [&](std::uint8_t byte) { line.push_back(byte); };
    panel::FrameWriter<decltype(put)> out(put, static_cast<panel::Type>(type));
    for (const std::uint8_t byte : body) out.byte(byte);
    out.end();
    hear(line);
  }

  void hear(const std::vector<std::uint8_t>& line) {
    for (const std::uint8_t byte : line) link_.received(byte, now_);
  }

  void look() const {
    const PanelLink::Seen& seen = link_.seen();
    require(seen.screen.rows <= Screen::kMaxRows && seen.screen.columns <= Screen::kMaxColumns,
            "a screen is not larger than any can be");
    require(seen.state <= State::host_pin && seen.notice <= Notice::code_too_long, "and of a state there is");
    require(to_string(seen.state) != "" && to_string(seen.notice) != "", "which has a name");
    require(link_.heard() <= now_, "what was heard was heard");
  }

  Input& input_;
  PanelLink::Time now_{1h};
  PanelLink link_{{}, now_};
  std::vector<std::uint8_t> sent_;
  std::optional<std::uint8_t> sequence_;
  int waiting_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  try {
    Host(input).run();
  } catch (const Failure& failure) {
    require(failure.kind() == Failure::environment, "a reader that does not answer is of the environment");
    require(std::string_view(failure.what()).find('\n') == std::string_view::npos, "and told in one line");
  }
  return 0;
}
