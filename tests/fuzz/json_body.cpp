// Any text as the body of a request, to each reader of bodies: what is understood, or an ApiError with 400; nothing deeper
// than 16; and the PIN is gone from it.
#include "sim/server/json_body.hpp"

#include "sim/server/fault_json.hpp"
#include "sim/server/message.hpp"
#include "sim/server/requests.hpp"
#include "tests/fuzz/lines.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

using nlohmann::json;

// The texts in it, not those of its names.
std::size_t letters(const json& value) {
  std::size_t count = 0;
  std::vector<const json*> open{&value};
  while (!open.empty()) {
    const json* const one = open.back();
    open.pop_back();
    if (one->is_structured()) {
      for (const json& member : *one) open.push_back(&member);
    } else if (one->is_string()) {
      const auto& text = one->get_ref<const std::string&>();
      count += text.size() - static_cast<std::size_t>(std::count(text.begin(), text.end(), '\0'));
    }
  }
  return count;
}

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

void decode(unsigned kind, json& body) {
  switch (kind) {
    case 0: static_cast<void>(sim::card_spec(body, "")); break;
    case 1: static_cast<void>(sim::reader_spec(body)); break;
    case 2: require(sim::strokes(body).size() <= 256, "at most 256 keys"); break;
    case 3: {
      const sim::OtpRequest request = sim::otp_request(body);
      require(request.inputs.size() <= 32, "at most 32 inputs");
      require(letters(body["pin"]) == 0, "the PIN is gone from the body");
      break;
    }
    case 4: static_cast<void>(sim::clock_advance(body)); break;
    case 5: {
      const sim::StatePatch patch = sim::state_patch(body);
      require(patch.atc || patch.tries_left, "something is to be set");
      break;
    }
    case 6: {
      const sim::Faults faults = sim::faults(body);
      const json again = {{"faults", json::parse(sim::faults_json(faults).dump())}};
      require(sim::faults_json(sim::faults(again)) == sim::faults_json(faults),
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
    json body = sim::parse_json(text);
    require(depth(text) <= 17, "what is nested deeper is refused");
    try {
      decode(data[0] % 8, body);
    } catch (const sim::ApiError& error) {
      require(error.status == 400 && !error.code.empty() && !error.message.empty(), "a refusal has a reason");
      require(error.message.size() < 400, "and repeats no more than a name");
    }
    sim::wipe_texts(body);
    require(letters(body) == 0, "every text can be wiped");
  } catch (const sim::ApiError& error) {
    require(error.status == 400 && error.code == "malformed_json", "what is no JSON is refused as that");
  }
  return 0;
}
