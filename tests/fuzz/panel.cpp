// Whatever comes before it, and however it is cut, a frame that was written is read.
#include "firmware/panel/protocol.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::panel;
using namespace sesame::fuzz;

namespace {

template <std::size_t kMaxBody>
void listen(FrameReader<kMaxBody>& reader, Bytes line) {
  for (const std::uint8_t byte : line) {
    if (!reader.take(byte)) continue;
    require(!reader.dropped(), "a valid frame is not a dropped one");
    require(reader.body().size() <= kMaxBody, "a body is not longer than it may be");
  }
}

std::vector<std::uint8_t> written(std::uint8_t type, Bytes body) {
  std::vector<std::uint8_t> line;
  const auto put = [&](std::uint8_t byte) { line.push_back(byte); };
  FrameWriter<decltype(put)> out(put, static_cast<Type>(type));
  for (const std::uint8_t byte : body) out.byte(byte);
  out.end();
  return line;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::uint8_t type = input.byte();
  auto body = input.chunk();
  FrameReader<kMaxBodyToReader> reader;
  FrameReader<kMaxBodyToHost> host;
  const auto noise = input.take(size);
  listen(reader, noise);
  listen(host, noise);

  body.resize(std::min(body.size(), kMaxBodyToHost));
  const auto line = written(type, body);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool last = i + 1 == line.size();
    const bool whole = host.take(line[i]);
    require(i == 0 || whole == last, "a frame is whole with its last byte");
  }
  require(host.type() == type && equal(host.body(), body), "and what was written");
  return 0;
}
