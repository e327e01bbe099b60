// Any text as the body of a request, to each reader of bodies: what is understood, or an ApiError with 400;
// nothing deeper than 16.
#include "sim/http/json_body.hpp"

#include "sim/http/message.hpp"
#include "sim/server/fault_json.hpp"
#include "sim/server/requests.hpp"
#include "tests/fuzz/lines.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

// Of a text that is JSON, or begins as it.
int depth(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_text && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      in_text = !in_text;
    else if (!in_text && (text[i] == '[' || text[i] == '{'))
      deepest = std::max(deepest, ++depth);
    else if (!in_text && (text[i] == ']' || text[i] == '}'))
      --depth;
  }
  return deepest;
}

void decode(unsigned kind, const document::Value& body) {
  switch (kind) {
    case 0: static_cast<void>(sim::card_spec(body)); break;
    case 1: static_cast<void>(sim::reader_spec(body)); break;
    case 2: require(sim::strokes(body).size() <= 256, "at most 256 keys"); break;
    case 3: {
      const sim::OtpRequest request = sim::otp_request(body);
      require(request.inputs.size() <= 32, "at most 32 inputs");
      break;
    }
    case 4: static_cast<void>(sim::clock_advance(body)); break;
    case 5: {
      const sim::StatePatch patch = sim::state_patch(body);
      require(patch.last_atc || patch.tries_left, "something is to be set");
      break;
    }
    case 6: {
      const sim::Faults faults = sim::faults(body);
      const sim::JsonBody again(R"({"faults":)" + sim::faults_json(faults).dump() + "}");
      require(sim::faults_json(sim::faults(again.root())) == sim::faults_json(faults),
              "faults are told as they were set");
      break;
    }
    default: static_cast<void>(sim::session_token(body)); break;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = text_of(data + 1, size - 1);
  try {
    const sim::JsonBody body(text);
    require(depth(text) <= 17, "what is nested deeper is refused");
    try {
      decode(data[0] % 8, body.root());
    } catch (const sim::ApiError& error) {
      require(error.status == 400 && !error.code.empty() && !error.message.empty(), "a refusal has a reason");
      require(error.message.size() < 400, "and repeats no more than a name");
    }
  } catch (const sim::ApiError& error) {
    require(error.status == 400 && error.code == "malformed_json", "what is no JSON is refused as that");
  }
  return 0;
}
