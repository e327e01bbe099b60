// The panel link, byte by byte.
#include "firmware/panel/protocol.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <ostream>
#include <random>
#include <vector>

namespace sesame::panel {
namespace {

using Line = std::vector<std::uint8_t>;
using ToReader = FrameReader<kMaxBodyToReader>;
using ToHost = FrameReader<kMaxBodyToHost>;

Line frame(Type type, const Line& body) {
  Line line;
  const auto put = [&](std::uint8_t byte) { line.push_back(byte); };
  FrameWriter<decltype(put)> out(put, type);
  for (const std::uint8_t byte : body) out.byte(byte);
  out.end();
  return line;
}

struct Frame {
  std::uint8_t type = 0;
  Line body;
  friend bool operator==(const Frame&, const Frame&) = default;
};

std::ostream& operator<<(std::ostream& out, const Frame& frame) {
  out << static_cast<char>(frame.type) << ':';
  for (const std::uint8_t byte : frame.body) out << ' ' << int{byte};
  return out;
}

struct Taken {
  std::vector<Frame> frames;
  std::size_t dropped = 0;
};

template <class Reader>
Taken take(Reader& reader, const Line& line) {
  Taken taken;
  for (const std::uint8_t byte : line) {
    if (reader.take(byte)) {
      taken.frames.push_back({reader.type(), {reader.body().begin(), reader.body().end()}});
    } else if (reader.dropped()) {
      ++taken.dropped;
    }
  }
  return taken;
}

Line operator+(Line one, const Line& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

const Line kKey{0, 5, 17};
const Line kKeyFrame = frame(Type::key, kKey);

TEST_CASE("a frame is the bytes that the header shows") {
  // 906E is the published check value of this CRC, over the digits 1 to 9.
  CHECK(frame(Type{'1'}, {'2', '3', '4', '5', '6', '7', '8', '9'}) ==
        Line{0xC0, '1', '2', '3', '4', '5', '6', '7', '8', '9', 0x6E, 0x90, 0xC0});
  CHECK(frame(Type::key, {0xC0, 0xDB, 0xDC}).size() == 1 + 1 + 2 + 2 + 1 + 2 + 1);
}

TEST_CASE("words and times stand low byte first") {
  Line line;
  const auto put = [&](std::uint8_t byte) { line.push_back(byte); };
  FrameWriter<decltype(put)> out(put, Type::acknowledge);
  out.byte(7);
  out.word(0x1234);
  out.time(0x0123456789ABCDEFU);
  out.end();
  ToHost reader;
  CHECK(take(reader, line).frames == std::vector<Frame>{{'A', {7, 0x34, 0x12, 0xEF, 0xCD, 0xAB, 0x89}}});
}

TEST_CASE("every byte comes through, END and ESCAPE too") {
  for (unsigned value = 0; value < 256; ++value) {
    const auto byte = static_cast<std::uint8_t>(value);
    const Line body{byte, byte, byte};
    const Line line = frame(Type::key, body);
    CHECK(std::count(line.begin(), line.end(), kEnd) == 2);
    ToReader reader;
    CHECK(take(reader, line).frames == std::vector<Frame>{{'K', body}});
  }
}

TEST_CASE("frames of every length come through, up to the largest") {
  std::mt19937 random(1);
  ToHost reader;
  for (std::size_t size = 0; size <= kMaxBodyToHost; ++size) {
    Line body(size);
    for (auto& byte : body) byte = static_cast<std::uint8_t>(random());
    CHECK(take(reader, frame(Type::screen, body)).frames == std::vector<Frame>{{'S', body}});
  }
}

TEST_CASE("a frame that is too long is dropped, and the next one is heard") {
  ToReader reader;
  for (const std::size_t size : {kMaxBodyToReader + 1, kMaxBodyToReader + 2, std::size_t{1000}}) {
    const Taken taken = take(reader, frame(Type::key, Line(size, 'x')) + kKeyFrame);
    CHECK(taken.frames == std::vector<Frame>{{'K', kKey}});
    CHECK(taken.dropped == 1);
  }
}

TEST_CASE("a frame with any one bit wrong is dropped, and the one after it is heard") {
  for (std::size_t bit = 0; bit < 8 * kKeyFrame.size(); ++bit) {
    Line line = kKeyFrame;
    line[bit / 8] = static_cast<std::uint8_t>(line[bit / 8] ^ (1U << bit % 8));
    ToReader reader;
    const Taken taken = take(reader, line + kKeyFrame);
    CAPTURE(bit);
    // A spoiled END in front leaves nothing in front; one after takes the next END, and the next frame is
    // whole.
    REQUIRE(taken.frames.size() == 1);
    CHECK(taken.frames[0] == Frame{'K', kKey});
  }
}

TEST_CASE("a frame that lost any one byte is dropped, and the one after it is heard") {
  for (std::size_t lost = 1; lost + 1 < kKeyFrame.size(); ++lost) {
    Line line = kKeyFrame;
    line.erase(line.begin() + static_cast<std::ptrdiff_t>(lost));
    ToReader reader;
    const Taken taken = take(reader, line + kKeyFrame);
    CAPTURE(lost);
    CHECK(taken.frames == std::vector<Frame>{{'K', kKey}});
    CHECK(taken.dropped == 1);
  }
}

TEST_CASE("garbage in front of a frame does not hide it") {
  const Line garbage =
      GENERATE(Line{'x', 'y'}, Line{kEscape}, Line{kEscape, 'x', 1, 2, 3}, Line{kEnd, kEnd, kEnd},
               Line{kEnd, kEscape, kEnd}, Line(500, 'x'), Line(500, kEscape));
  ToReader reader;
  CHECK(take(reader, garbage + kKeyFrame).frames == std::vector<Frame>{{'K', kKey}});
}

TEST_CASE("an ESCAPE before anything but its two is wrong, even where the CRC is right") {
  Line line = kKeyFrame;
  const auto at = std::find(line.begin(), line.end(), std::uint8_t{17});
  REQUIRE(at != line.end());
  line.insert(at, kEscape);
  ToReader reader;
  const Taken taken = take(reader, line);
  CHECK(taken.frames.empty());
  CHECK(taken.dropped == 1);
}

TEST_CASE("two frames may share one END, and silence between frames is nothing") {
  Line line = kKeyFrame;
  line.pop_back();
  ToReader reader;
  const Taken taken = take(reader, line + kKeyFrame + Line{kEnd, kEnd});
  CHECK(taken.frames == std::vector<Frame>{{'K', kKey}, {'K', kKey}});
  CHECK(taken.dropped == 0);
}

TEST_CASE("an empty frame, a CRC alone and a type without one are no frames") {
  const Line line =
      GENERATE(Line{kEnd, kEnd}, Line{kEnd, 'H', kEnd}, Line{kEnd, 0, 0, kEnd}, Line{kEnd, 0xFF, 0xFF, kEnd});
  ToReader reader;
  CHECK(take(reader, line).frames.empty());
}

}  // namespace
}  // namespace sesame::panel
