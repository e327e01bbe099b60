#include "host/card/behavior.hpp"

#include <iterator>

#include "firmware/core/names.hpp"

namespace sesame::card {

std::vector<CardState> states_of_every_card() {
  std::vector<CardState> states;
  for (std::size_t i = 0; i < std::size(kPhaseNames); ++i) {
    states.push_back({std::string(kPhaseNames[i]), static_cast<Phase>(i)});
  }
  return states;
}

std::optional<Reply> Behavior::reply(std::size_t state, CommandKind kind, bool right) const {
  const std::map<CommandKind, Replies>& replies = states[state].replies;
  bool processed = false;
  for (const CommandKind key : {kind, whatever_is_asked(kind)}) {
    const auto found = replies.find(key);
    if (found == replies.end()) continue;
    const auto& reply = right ? found->second.right : found->second.wrong;
    if (reply) return reply;
    processed = processed || (found->second.right && found->second.right->processed());
  }
  // A card that processes a command finds out what is wrong with it.
  return processed ? std::optional(Reply{}) : std::nullopt;
}

std::optional<std::uint16_t> Behavior::status_if_wrong(CommandKind kind) const {
  const auto found = wrong.find(whatever_is_asked(kind));
  return found == wrong.end() ? std::nullopt : std::optional(found->second);
}

bool in_order(Phase phase, CommandKind kind) {
  switch (kind) {
    case CommandKind::select: return true;
    case CommandKind::get_processing_options: return phase == Phase::selected;
    case CommandKind::read_record: return phase == Phase::directory || phase >= Phase::initiated;
    case CommandKind::get_data: return phase >= Phase::initiated;
    case CommandKind::verify: return phase == Phase::initiated;
    case CommandKind::generate_ac:
    case CommandKind::generate_ac_aac:
    case CommandKind::generate_ac_tc: return phase == Phase::initiated || phase == Phase::first_ac;
    case CommandKind::generate_ac_arqc: return phase == Phase::initiated;
    case CommandKind::internal_authenticate:
    case CommandKind::external_authenticate:
    case CommandKind::get_challenge:
    case CommandKind::other: break;
  }
  return false;
}

}  // namespace sesame::card
