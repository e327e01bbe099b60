#include <memory>

#include "host/base/safe_text.hpp"
#include "host/card/file/card_file.hpp"
#include "host/cli/card_template.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/random.hpp"
#include "host/profile/shipped.hpp"
#include "host/profile/source.hpp"

namespace sesame::cli {

namespace {

struct CardNewOptions {
  std::string card_template = "sesame-card";
  std::optional<std::string> pin;
  std::optional<std::string> output;  // else standard output
};

void card_new(const CardNewOptions& options) {
  const profile::Source source(profile::ProfileKind::cards, options.card_template);
  if (options.pin) check_digits("--pin", *options.pin, 4, 12);
  const std::string text =
      fmt::format("# Made by `sesame card new` from {}: random TEST KEYS and a made-up PAN.\n",
                  safe::one_line(document::stem(options.card_template))) +
      personalize(source.text(), options.pin, io::system_random);
  // A template that is no card makes none.
  static_cast<void>(card::read_card(text, source.file()));
  if (!options.output) return print_content(text);
  io::create_file(*options.output, text);  // never over another: it may be the only copy of a card's keys
  note_line(
      fmt::format("sesame: {} is a new card; try: sesame code --card {}", *options.output, *options.output));
}

}  // namespace

void add_card_new(const Command& parent) {
  const auto options = std::make_shared<CardNewOptions>();
  const Command command(parent, "new", "a fresh card from a template, with random test keys");
  command.option("--template", options->card_template, "a shipped card or a card file")
      .type("NAME|FILE")
      .shows_default();
  command.option("--pin", options->pin, "its PIN [the template's]").type("PIN");
  command.option("FILE", options->output, "where to write it; never over another file [standard output]");
  command.run([options] { card_new(*options); });
}

}  // namespace sesame::cli
