#include "host/pcsc/readers.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"
#include "host/pcsc/errors.hpp"
#include "host/pcsc/library.hpp"
#include "host/pcsc/reader_watch.hpp"

namespace sesame::pcsc {

using std::chrono::milliseconds;

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

std::string_view to_string(ReaderState state) {
  switch (state) {
    case ReaderState::empty: return "no card";
    case ReaderState::card: return "card";
    case ReaderState::in_use: return "card, in use by another program";
    case ReaderState::mute: return "card that does not answer";
    case ReaderState::unavailable: return "unavailable";
  }
  return "unavailable";
}

namespace {

struct Names {
  LONG result = SCARD_S_SUCCESS;
  std::string all;  // each ended by a zero byte, and so is the whole
};

Names ask_for_names(SCARDCONTEXT context) {
  Names names;
  do {
    DWORD size = 0;
    names.result = library().SCardListReaders(context, nullptr, nullptr, &size);
    if (names.result != SCARD_S_SUCCESS) break;
    names.all.assign(size, '\0');
    names.result = library().SCardListReaders(context, nullptr, names.all.data(), &size);
  } while (names.result == SCARD_E_INSUFFICIENT_BUFFER);  // a reader came in between
  return names;
}

std::vector<std::string> reader_names(const Context& context) {
  const Names listed = context.ask(ask_for_names);
  if (listed.result == SCARD_E_NO_READERS_AVAILABLE) return {};
  if (listed.result != SCARD_S_SUCCESS) throw failure(listed.result);
  std::vector<std::string> names;
  for (const char* name = listed.all.c_str(); *name != '\0'; name += names.back().size() + 1) {
    names.emplace_back(name);
  }
  return names;
}

ReaderState state_of(DWORD flags) {
  if ((flags & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE | SCARD_STATE_IGNORE)) != 0) {
    return ReaderState::unavailable;
  }
  if ((flags & SCARD_STATE_PRESENT) == 0) return ReaderState::empty;
  if ((flags & SCARD_STATE_MUTE) != 0) return ReaderState::mute;
  return (flags & SCARD_STATE_EXCLUSIVE) != 0 ? ReaderState::in_use : ReaderState::card;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::optional<std::size_t> decimal(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string listed(const std::vector<ReaderInfo>& readers) {
  std::string out;
  for (std::size_t i = 0; i < readers.size(); ++i) {
    out += (i == 0 ? "" : ", ") + std::to_string(i) + " " + readers[i].name;
  }
  return out;
}

[[noreturn]] void fail_to_find(const std::vector<ReaderInfo>& readers, const std::string& what) {
  throw Failure(Failure::environment, what + ": give an index or a name of: " + listed(readers));
}

}  // namespace

std::vector<ReaderInfo> list_readers(const Context& context) {
  std::vector<ReaderInfo> out;
  for (const std::string& name : reader_names(context)) out.push_back(reader_info(context, name));
  return out;
}

ReaderInfo reader_info(const Context& context, const std::string& name) {
  struct Look {
    LONG result;
    SCARD_READERSTATE state;
  };
  const auto [result, state] = context.ask([name](SCARDCONTEXT handle) {
    SCARD_READERSTATE now{};
    now.szReader = name.c_str();
    const LONG answer = library().SCardGetStatusChange(handle, 0, &now, 1);
    now.szReader = nullptr;
    return Look{answer, now};
  });
  if (result == SCARD_E_UNKNOWN_READER) return {name, ReaderState::unavailable, {}};
  if (result != SCARD_S_SUCCESS && result != SCARD_E_TIMEOUT) throw failure(result, name);
  const std::size_t size = std::min<std::size_t>(state.cbAtr, MAX_ATR_SIZE);
  return {name, state_of(state.dwEventState), {state.rgbAtr, state.rgbAtr + size}};
}

ReaderInfo find_reader(const std::vector<ReaderInfo>& readers, std::string_view wanted) {
  if (readers.empty()) throw failure(SCARD_E_NO_READERS_AVAILABLE);
  const std::string quoted = safe::named(wanted);

  const auto index = decimal(wanted);
  if (index && *index < readers.size()) return readers[*index];

  for (const ReaderInfo& reader : readers) {
    if (reader.name == wanted) return reader;
  }
  const ReaderInfo* found = nullptr;
  for (const ReaderInfo& reader : readers) {
    if (lower(reader.name).find(lower(wanted)) == std::string::npos) continue;
    if (found != nullptr) fail_to_find(readers, quoted + " is part of more than one reader's name");
    found = &reader;
  }
  if (found == nullptr) fail_to_find(readers, "no reader " + quoted);
  return *found;
}

void wait_for_card(const Context& context, const std::string& reader, milliseconds limit,
                   const std::function<void()>& on_wait) {
  ReaderWatch watch(context, reader);
  if (watch.card_present()) return;
  if (limit <= milliseconds(0)) {
    throw Failure(Failure::environment, "no card in reader " + reader + ": insert it",
                  Failure::Remedy::longer_wait);
  }
  on_wait();
  const auto deadline = Clock::now() + limit;
  while (!watch.card_present()) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds(0) || !watch.changes(left)) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit).count();
      throw Failure(Failure::environment,
                    "no card in reader " + reader + " within " + std::to_string(seconds) + " s: insert it",
                    Failure::Remedy::longer_wait);
    }
  }
}

bool card_leaves(const Context& context, const std::string& reader, milliseconds limit) {
  ReaderWatch watch(context, reader);
  const auto deadline = Clock::now() + limit;
  while (watch.card_present()) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds(0) || !watch.changes(left)) return false;
  }
  return true;
}

}  // namespace sesame::pcsc
