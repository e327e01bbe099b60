#include "sim/reader/trace.hpp"

#include <string_view>
#include <vector>

#include "host/transcript/transcript.hpp"

namespace sesame::sim {

namespace {

// A command and its answer, as hex.
struct Pair {
  std::string command, response;
  SlotStatus status = SlotStatus::ok;
};

bool is_more(std::string_view response) {
  return response.size() >= 4 && response.substr(response.size() - 4, 2) == "61";
}
bool is_wrong_length(std::string_view response) {
  return response.size() == 4 && response.substr(0, 2) == "6C";
}
bool is_get_response(std::string_view command) { return command.substr(0, 8) == "00C00000"; }
bool is_again(std::string_view command, std::string_view before) {
  return before.size() >= 8 && command.substr(0, 8) == before.substr(0, 8);
}

// ISO 7816-3:2006, 10.3.4: what a T=0 card says in several answers is one.
bool join(Pair& pair, const Happening& next) {
  if (next.response.empty()) return false;  // the exchange ended here
  if (is_more(pair.response) && is_get_response(next.command)) {
    pair.response.resize(pair.response.size() - 4);
    pair.response += next.response;
    return true;
  }
  if (is_wrong_length(pair.response) && is_again(next.command, pair.command)) {
    pair.response = next.response;
    return true;
  }
  return false;
}

void write(std::string& text, Pair& pair) {
  if (pair.command.empty()) return;
  std::string_view answer = pair.response;
  if (answer.size() < 4) answer = transcript::word_for(pair.status);
  const std::string_view prefix = answer.empty() ? "# " : "";
  text.append(prefix).append("> ").append(pair.command).append("\n");
  text.append(prefix).append("< ").append(answer.empty() ? "no answer" : answer).append("\n");
  pair = {};
}

}  // namespace

std::string to_transcript(const std::deque<Happening>& happenings, bool forgotten) {
  std::string text;
  if (forgotten) text = "# what came before is forgotten\n";
  Pair pair;
  std::string atr;
  for (const Happening& happening : happenings) {
    if (happening.kind == Happening::Kind::card) {
      write(text, pair);
      text.append("# ").append(happening.text).append(": ").append(happening.name).append("\n");
    }
    if (happening.kind != Happening::Kind::apdu) continue;
    if (!happening.command.empty()) {
      if (join(pair, happening)) continue;
      write(text, pair);
      pair = {happening.command, happening.response, happening.status};
      continue;
    }
    write(text, pair);
    const bool first = atr.empty() && happening.response.size() >= 2;
    if (first) atr = happening.response;
    text.append(first ? "atr " : "# " + happening.name + ": ");
    text.append(happening.response.empty() ? "no answer" : happening.response).append("\n");
  }
  write(text, pair);
  return text;
}

}  // namespace sesame::sim
