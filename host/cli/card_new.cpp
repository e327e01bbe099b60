#include <memory>

#include "host/base/safe_text.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/file/card_template.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issued_options.hpp"
#include "host/cli/text.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/new_folder.hpp"
#include "host/io/random.hpp"
#include "host/profile/shipped.hpp"
#include "host/profile/source.hpp"

namespace sesame::cli {

namespace {

constexpr std::uint32_t kMostCards = 100'000;

struct CardNewOptions {
  std::string card_template = "sesame-card";
  std::optional<std::string> pin;
  IssuedOptions issued;
  std::optional<std::uint32_t> count;
  std::optional<std::string> output;  // else standard output
};

std::string headed(const profile::Source& source, std::string_view what, const std::string& text) {
  return fmt::format("# Made by `sesame card new` from {}: {}.\n",
                     safe::one_line(document::stem(source.file())), what) +
         text;
}

std::string random_card(const profile::Source& source, const CardNewOptions& options) {
  std::string text = headed(source, "random TEST KEYS and a made-up PAN",
                            card::personalize(source.text(), options.pin, io::system_random));
  // A template that is no card makes none.
  static_cast<void>(card::read_card(text, source.file()));
  return text;
}

std::string issued_card(const profile::Source& source, const CardNewOptions& options,
                        const card::Issued& issued) {
  const card::Personalization card = card::read_card(source.text(), source.file(), issued);
  return headed(source, fmt::format("the card {}/{} of an issuer, with TEST KEYS", card.pan, card.psn),
                card::personalize(source.text(), options.pin, card, source.file()));
}

// The list is one that `issuer card import` takes.
void new_cards(const profile::Source& source, const CardNewOptions& options, card::Issued& issued) {
  io::NewFolder folder(*options.output);
  const std::string first = *issued.pan;
  std::string list = "pan,psn\n";
  for (std::uint32_t i = 0; i < *options.count; ++i) {
    if (i > 0) {
      auto next = card::next_pan(*issued.pan);
      if (!next) usage(fmt::format("--count: only {} cards after --pan have its first six digits", i));
      issued.pan = std::move(next);
    }
    folder.add(fmt::format("{}-{}.toml", *issued.pan, *issued.psn), issued_card(source, options, issued));
    list += fmt::format("{},{}\n", *issued.pan, *issued.psn);
  }
  folder.add("cards.csv", list);
  folder.keep();
  note_line(
      fmt::format("sesame: {} has {} cards, {} to {}, and a list of them; try: sesame issuer card "
                  "import {} {}/cards.csv --imk-file {}",
                  folder.path(), *options.count, first, *issued.pan, options.card_template, folder.path(),
                  *options.issued.imk_file));
}

void check_luhn(const std::string& pan) {
  const char right = card::luhn(std::string_view(pan).substr(0, pan.size() - 1));
  if (pan.back() != right) usage(fmt::format("--pan: its check digit, the last, should be {}", right));
}

void card_new(const CardNewOptions& options) {
  const profile::Source source(profile::ProfileKind::cards, options.card_template);
  if (options.pin) check_digits("--pin", *options.pin, 4, 12);
  card::Issued issued = read_issued(options.issued);
  if (issued.pan) check_luhn(*issued.pan);
  if (options.count) return new_cards(source, options, issued);
  const std::string text = issued.pan ? issued_card(source, options, issued) : random_card(source, options);
  if (!options.output) return print_content(text);
  io::create_file(*options.output, text);  // never over another: it may be the only copy of a card's keys
  note_line(
      fmt::format("sesame: {} is a new card; try: sesame code --card {}", *options.output, *options.output));
}

void check_options(const CardNewOptions& options) {
  const IssuedOptions& issued = options.issued;
  if (issued.pan.has_value() != issued.imk_file.has_value() || (issued.psn && !issued.pan)) {
    usage("card new: --pan and --imk-file go together, and --psn with them; without them all is drawn anew");
  }
  if (options.count && !issued.pan) usage("--count: the cards of an issuer need --pan and --imk-file");
  if (options.count && !options.output) usage("--count: name a folder for the cards, which is made");
}

}  // namespace

void add_card_new(const Command& parent) {
  const auto options = std::make_shared<CardNewOptions>();
  const Command command(parent, "new",
                        "a fresh card from a template, with random test keys; or cards of one issuer");
  command.footer(
      "With --pan and --imk-file the card is one of an issuer: its keys are derived from the issuer's, for "
      "each application\nby the option of the template or of its scheme, and the issuer's key is not in its "
      "file. With --count they are many,\nnumbered one after the other, in a new folder: PAN-PSN.toml, and "
      "cards.csv for sesame issuer card import.");
  command.option("--template", options->card_template, "a shipped card or a card file")
      .type("NAME|FILE")
      .shows_default();
  command.option("--pin", options->pin, "its PIN [the template's]").type("PIN");
  add_issued(command, options->issued);
  command
      .number("--count", options->count, {1, kMostCards},
              "so many cards of the issuer from --pan on, into the folder FILE, all or none")
      .type("N");
  command.option("FILE", options->output, "where to write it; never over another file [standard output]");
  command.run([options] { card_new(*options); }, [options] { check_options(*options); });
}

}  // namespace sesame::cli
