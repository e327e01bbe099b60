#include "host/cli/option_groups.hpp"

namespace sesame::cli {

Option add_card(const Command& command, std::string& card) {
  return command.option("--card", card, "a shipped card, a card file (.toml) or a transcript (.apdu)")
      .type("FILE|NAME")
      .shows_default();
}

Option add_profile(const Command& command, std::string& profile) {
  return command.option("--profile", profile, "reader model: shipped, or a file (.toml)")
      .type("NAME|FILE")
      .shows_default();
}

Option add_state_file(const Command& command, std::optional<std::string>& file) {
  return command.option("--state", file, "file of the card's counters [a file under $XDG_STATE_HOME/sesame]")
      .type("FILE");
}

void add_state(const Command& command, StateOptions& state, std::optional<Option> other) {
  const Option file = add_state_file(command, state.file);
  const Option ephemeral =
      command.flag("--ephemeral", state.ephemeral, "keep no counters: a card that is new each time");
  file.excludes(ephemeral);
  const Option atc =
      command.option("--atc", state.atc, "with --ephemeral: ATC of the first transaction, hex").type("HEX");
  if (other) other->excludes(file).excludes(ephemeral).excludes(atc);
}

Option add_any_card(const Command& command, std::string& card, StateOptions& state, ReaderOptions& reader) {
  const Option named = add_card(command, card);
  const Option in_reader =
      command.option("--reader", reader.reader, "the card in this PC/SC reader (sesame readers)")
          .type("NAME|INDEX")
          .excludes(named);
  command
      .number(
          "--wait", reader.wait, {0, kDay},
          "with --reader: how long to wait for a card, and for other programs to let go of it; 0 not at all")
      .type("SECONDS")
      .needs(in_reader);
  add_state(command, state, in_reader);
  return in_reader;
}

void add_keep(const Command& command, KeepOptions& keep) {
  command.flag("--keep-pan", keep.pan, "record a real card's PAN as it is");
  command.flag("--keep-name", keep.name, "record a real cardholder's name as it is");
}

void add_trace(const Command& command, std::optional<std::string>& trace) {
  command
      .option("--trace", trace,
              "record the dialogue as a transcript; PIN masked, of a real card PAN and name too")
      .type("FILE");
}

void add_trace_of_served(const Command& command, std::optional<std::string>& trace) {
  command.option("--trace", trace, "record the dialogue as a transcript, PIN masked").type("FILE");
}

namespace {

void add_pin(const Command& command, CodeOptions& options, Option in_reader) {
  const Option pin =
      command
          .option(
              "--pin", [&options](const std::string& text) { options.pin.pin = SecretString(text); },
              "the PIN; others may see a command line")
          .type("PIN");
  const Option from_stdin =
      command.flag("--pin-stdin", options.pin.from_stdin, "read the PIN from standard input");
  const Option variable =
      command.option("--pin-env", options.pin.variable, "read the PIN from this variable").type("VAR");
  pin.excludes(from_stdin).excludes(variable);
  from_stdin.excludes(variable);
  command.flag("--pinpad", options.reader.pinpad, "type the PIN at the reader's own pinpad")
      .needs(in_reader)
      .excludes(pin)
      .excludes(from_stdin)
      .excludes(variable);
}

}  // namespace

void add_making(const Command& command, CodeOptions& options) {
  const Option in_reader = add_any_card(command, options.card, options.state, options.reader);
  add_issued(command, options.issued, in_reader);
  add_profile(command, options.profile);
  command.option("--function", options.function, "function key [the model's first]").type("KEY");
  command.option("--input", options.inputs, "answer to the next prompt; may be repeated")
      .type("VALUE")
      .one_value_each();
  add_pin(command, options, in_reader);
  command.flag("--last-try", options.reader.last_try,
               "send the PIN even where a wrong one would block the card in the reader");
  command.flag("--json", options.json,
               "print an object: code, display, atc, aid, profile, function, device, and card or reader");
  command.flag("--show-screens", options.show_screens, "draw the screens on the way, on standard error");
  add_keep(command, options.keep);
}

}  // namespace sesame::cli
