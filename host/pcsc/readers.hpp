// The card readers of this machine, and waiting for a card in one of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "host/pcsc/context.hpp"

namespace sesame::pcsc {

enum class ReaderState {
  empty,
  card,
  in_use,       // a card, which another program has for itself alone
  mute,         // a card, which does not answer
  unavailable,  // the reader itself cannot be used, or has just gone
};
std::string_view to_string(ReaderState state);  // "no card", "card", …

struct ReaderInfo {
  std::string name;
  ReaderState state = ReaderState::unavailable;
  std::vector<std::uint8_t> atr;  // at most 33 bytes; empty without a card that answers
};

// In the order of the PC/SC service, which is that of their indices. None is no error.
std::vector<ReaderInfo> list_readers(const Context& context);

// Unavailable if there is no such reader.
ReaderInfo reader_info(const Context& context, const std::string& name);

// The reader that is meant: a decimal index, or else a name, or else a part of just one name, in either
// case. Failure (environment) names those there are.
ReaderInfo find_reader(const std::vector<ReaderInfo>& readers, std::string_view wanted);

// Returns when there is a card. Calls `on_wait` once if it has to wait; with a limit of 0 it does not wait.
// Failure (environment): no card in time; the reader, or the PC/SC service, is gone;
// context.cancel() was called.
void wait_for_card(const Context& context, const std::string& reader, std::chrono::milliseconds limit,
                   const std::function<void()>& on_wait);

// Whether the card leaves, or already has, within `limit`. Failure where the reader or the service is gone.
bool card_leaves(const Context& context, const std::string& reader, std::chrono::milliseconds limit);

}  // namespace sesame::pcsc
