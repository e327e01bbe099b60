#include <poll.h>
#include <unistd.h>
#include <memory>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "host/card/file/card_spec.hpp"
#include "host/card/forgiving_slot.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/option_groups.hpp"
#include "host/cli/text.hpp"
#include "host/ifd/server.hpp"
#include "host/io/poll_timeout.hpp"
#include "host/io/private_memory.hpp"
#include "host/io/signals.hpp"
#include "host/profile/reader_file.hpp"
#include "host/reader/native_reader.hpp"
#include "host/terminal/keyboard.hpp"
#include "host/terminal/log.hpp"
#include "host/terminal/screen_printer.hpp"

namespace sesame::cli {

namespace {

using terminal::Keyboard;
using terminal::Log;
using terminal::ScreenPrinter;
using terminal::UserAction;

struct ReaderServeOptions {
  std::string socket;
  std::string card = "sesame-card";
  std::string profile = "sesame";
  StateOptions state;
  std::optional<std::string> trace;
  std::optional<int> keys_from;  // a descriptor; else the terminal
};

using Clock = ifd::Server::Clock;

// A virtual card whose state cannot be written is gone, and so will the reader be.
class EndingSlot final : public CardSlot {
 public:
  explicit EndingSlot(CardSlot& slot) : slot_(slot) {}

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (end_) return SlotStatus::removed;
    try {
      return slot_.carry_out(request, answer);
    } catch (const Failure& failure) {
      answer.clear();
      end_ = failure;
      return SlotStatus::removed;
    }
  }

  // Why the reader cannot go on.
  const std::optional<Failure>& end() const { return end_; }

 private:
  CardSlot& slot_;
  std::optional<Failure> end_;
};

class Served {
 public:
  Served(ifd::Server& server, Keyboard& keyboard, io::Signals& signals)
      : server_(server), keyboard_(keyboard), signals_(signals) {}

  // Waits for what comes next, and does it. False: that was the end.
  bool step() {
    watched_.clear();
    watched_.push_back({signals_.descriptor(), POLLIN, 0});
    watched_.push_back({keyboard_.descriptor().value_or(-1), POLLIN, 0});
    server_.watch(watched_);
    io::wipe_stack();
    if (::poll(watched_.data(), watched_.size(), time_left()) < 0 && errno != EINTR && errno != EAGAIN) {
      throw Failure(Failure::environment, "the reader cannot wait for anything: out of memory");
    }
    const bool signaled = watched_[0].revents != 0, typed = watched_[1].revents != 0;
    server_.serve(Clock::now());
    return (!signaled || take_signals()) && (!typed || take_keys());
  }

 private:
  int time_left() const {
    const auto deadline = server_.deadline();
    return deadline ? io::poll_timeout(*deadline - Clock::now()) : -1;
  }

  bool take_signals() {
    while (const auto signal = signals_.take()) {
      if (*signal != SIGUSR1 && *signal != SIGUSR2) return false;
      *signal == SIGUSR1 ? server_.remove(Clock::now()) : server_.insert(Clock::now());
    }
    return true;
  }

  bool take_keys() {
    terminal::UserActions actions;
    keyboard_.take(actions);
    for (const UserAction& action : actions) {
      switch (action.kind) {
        case UserAction::Kind::press: server_.press(action.key, Clock::now()); break;
        case UserAction::Kind::hold: server_.hold(action.key, Clock::now()); break;
        case UserAction::Kind::pull: server_.remove(Clock::now()); break;
        case UserAction::Kind::insert: server_.insert(Clock::now()); break;
        case UserAction::Kind::end: return false;
      }
    }
    return true;
  }

  ifd::Server& server_;
  Keyboard& keyboard_;
  io::Signals& signals_;
  std::vector<pollfd> watched_;
};

void tell_keys(Log& log, const Keyboard& keyboard, const ReaderProfile& profile) {
  if (!keyboard.descriptor())
    return log.tell("no keys: standard input is no terminal, or that of another program");
  log.tell(fmt::format(
      "keys: 0-9, point; {}; Enter = OK, Backspace or c = C, C = C held; e = card out, i = card in{}",
      terminal::function_letters(profile), keyboard.is_terminal() ? "; q = end" : ""));
}

void reader_serve(const ReaderServeOptions& options) {
  Log log(STDERR_FILENO);  // first: a broken pipe must not leave the terminal without echo
  io::Signals signals;
  const profile::LoadedReader loaded = profile::load_reader(options.profile);
  const ReaderProfile& profile = loaded.profile();
  OpenCard card(options.card, options.state, OpenCard::Use::transact);
  if (options.trace) {
    card.record(*options.trace,
                fmt::format("sesame reader serve: card {}, reader {}", options.card, profile.name),
                options.profile, masking(is_transcript(options.card), {}));
  }

  const bool on_terminal = ::isatty(STDERR_FILENO) == 1;
  ScreenPrinter printer(on_terminal ? ScreenPrinter::Where::in_place : ScreenPrinter::Where::below,
                        [&](std::string_view drawing) { return log.draw(drawing); });
  const auto tell = [&](const std::string& line) {
    log.tell(line);
    printer.begin_below();
  };

  Keyboard keyboard(options.keys_from, profile);
  const ifd::Listener listener(options.socket);
  ForgivingSlot forgiving(card.slot(), tell);
  EndingSlot slot(forgiving);
  NativeReader reader(profile, slot);
  ifd::Server server(listener, reader, tell, Clock::now());
  log.tell(fmt::format("the reader is at {}", listener.path()));
  tell_keys(log, keyboard, profile);
  reader.on_event([&] { printer.look(reader.reader().screen()); });

  server.insert(Clock::now());
  Served served(server, keyboard, signals);
  while (!slot.end() && served.step()) {
  }
  if (slot.end()) throw *slot.end();
  card.sync_trace();
}

}  // namespace

void add_reader_serve(const Command& parent) {
  const auto options = std::make_shared<ReaderServeOptions>();
  const Command command(parent, "serve", "the reader, with its card, as a PC/SC pinpad reader");
  command.footer(
      "pcscd finds it through libifdsesame.so and an entry in /etc/reader.conf.d (one is in the build's\n"
      "reader.conf.d).\n"
      "Keys: 0-9 and point; Enter is OK; Backspace or c is C, and C is C held down; letters from a are the\n"
      "function keys; e pulls the card out, i puts it in; q ends it.\n"
      "SIGUSR1 takes the card out, SIGUSR2 inserts it again, SIGINT and SIGTERM end it.");
  command.option("--socket", options->socket, "the socket that pcscd is to find it at; at most 103 bytes")
      .type("PATH")
      .required();
  add_card(command, options->card);
  add_profile(command, options->profile);
  add_trace_of_served(command, options->trace);
  command
      .number("--keys-from", options->keys_from, {0, std::numeric_limits<int>::max()},
              "read the keys from this descriptor [the terminal]")
      .type("FD");
  add_state(command, options->state);
  command.run([options] { reader_serve(*options); });
}

}  // namespace sesame::cli
