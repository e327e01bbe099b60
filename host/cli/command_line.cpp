#include "host/cli/command_line.hpp"

#include <memory>
#include <new>
#include <sstream>

#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

// One subcommand with its options in an object that lives as long as the command does.
template <class Options>
CLI::App* add(CLI::App& app, const char* name, const char* help, void (*command)(const Options&),
              std::shared_ptr<Options>& options) {
  options = std::make_shared<Options>();
  CLI::App* sub = app.add_subcommand(name, help);
  sub->callback([command, options] { command(*options); });
  return sub;
}

void add_state(CLI::App* sub, StateOptions& state) {
  auto* file = sub->add_option("--state", state.file,
                               "file of the card's counters [a file under $XDG_STATE_HOME/sesame]")
                   ->type_name("FILE");
  auto* ephemeral =
      sub->add_flag("--ephemeral", state.ephemeral, "keep no counters: a card that is new each time");
  file->excludes(ephemeral);
  sub->add_option("--atc", state.atc, "with --ephemeral: ATC of the first transaction, hex")
      ->type_name("HEX");
}

constexpr const char* kCardHelp = "a shipped card, a card file (.toml) or a transcript (.apdu)";

void add_code(CLI::App& app) {
  std::shared_ptr<CodeOptions> options;
  CLI::App* sub = add(app, "code", "make a code, key by key, and print it", &code, options);
  sub->add_option("--card", options->card, kCardHelp)->type_name("FILE|NAME")->capture_default_str();
  sub->add_option("--profile", options->profile, "reader model: shipped, or a file (.toml)")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  sub->add_option("--function", options->function, "function key [the model's first]")->type_name("KEY");
  sub->add_option("--input", options->inputs, "answer to the next prompt; may be repeated")
      ->type_name("VALUE")
      ->allow_extra_args(false);
  auto* pin = sub->add_option_function<std::string>(
                     "--pin", [options](const std::string& text) { options->pin.pin = SecretString(text); },
                     "the PIN; others may see a command line")
                  ->type_name("PIN");
  auto* from_stdin =
      sub->add_flag("--pin-stdin", options->pin.from_stdin, "read the PIN from standard input");
  auto* variable = sub->add_option("--pin-env", options->pin.variable, "read the PIN from this variable")
                       ->type_name("VAR");
  pin->excludes(from_stdin)->excludes(variable);
  from_stdin->excludes(variable);
  sub->add_flag("--json", options->json, "print an object: code, display, atc, aid, profile, function, card");
  sub->add_option("--trace", options->trace, "record the dialogue as a transcript, PIN masked")
      ->type_name("FILE");
  sub->add_flag("--show-screens", options->show_screens, "draw the screens on the way, on standard error");
  add_state(sub, options->state);
}

void add_apps(CLI::App& app) {
  std::shared_ptr<AppsOptions> options;
  CLI::App* sub = add(app, "apps", "list the applications on a card", &apps, options);
  sub->add_option("--card", options->card, kCardHelp)->type_name("FILE|NAME")->capture_default_str();
  sub->add_flag("--json", options->json, "print an array of objects");
  add_state(sub, options->state);
}

void add_token(CLI::App& app) {
  std::shared_ptr<TokenOptions> options;
  CLI::App* sub = add(app, "token", "digits from the values of a card's answer", &token, options);
  auto* ipb = sub->add_option("--ipb", options->ipb, "issuer proprietary bitmap, 9F56")->type_name("HEX");
  auto* belgian = sub->add_flag("--belgian", options->belgian, "the function of Belgian cards without IPB");
  ipb->excludes(belgian);
  sub->add_option("--cid", options->cid, "cryptogram information data, 1 byte; not judged")
      ->type_name("HEX")
      ->required();
  sub->add_option("--atc", options->atc, "application transaction counter, 2 bytes")
      ->type_name("HEX")
      ->required();
  sub->add_option("--ac", options->ac, "application cryptogram, 8 bytes")->type_name("HEX")->required();
  sub->add_option("--iad", options->iad, "issuer application data, up to 32 bytes")->type_name("HEX");
  sub->add_option("--iaf", options->iaf, "issuer authentication flags, 9F55")
      ->type_name("HEX")
      ->capture_default_str();
  sub->add_option("--psn", options->psn, "PAN sequence number, two digits; where the IAF has 40")
      ->type_name("NN");
  sub->add_option("--tds", options->tds, "numbers to sign (TDS), up to 10 of up to 10 digits")
      ->type_name("N[,N...]")
      ->delimiter(',')
      ->allow_extra_args(false);
  sub->add_option("--min-digits", options->min_digits, "zeros in front, up to so many digits")
      ->type_name("N")
      ->capture_default_str();
  auto* explain = sub->add_flag("--explain", options->explain, "show which bit went where");
  sub->add_flag("--json", options->json, "print {\"code\": ...}")->excludes(explain);
  sub->callback([options] {
    if (!options->ipb && !options->belgian)
      throw Failure(Exit::usage, "one of --ipb and --belgian is needed");
    token(*options);
  });
}

void add_ac(CLI::App& app) {
  std::shared_ptr<AcOptions> options;
  CLI::App* sub = add(app, "ac", "master key, session key, and the cryptogram of any input", &ac, options);
  sub->add_option("--scheme", options->scheme, "cvn10 cvn16 cvn17 cvn18 cvn20 cvn21 ccd-3des ccd-aes tree")
      ->type_name("NAME")
      ->required();
  sub->add_option("--tree", options->tree, "shape of the tree, with --scheme tree [4/8]")
      ->type_name("B/H[/IV]");
  sub->add_option("--padding", options->padding, "ISO 9797-1 padding method [by scheme]")->type_name("1|2");
  auto* imk =
      sub->add_option("--imk", options->imk, "issuer master key; with --pan and --psn")->type_name("HEX");
  auto* mk = sub->add_option("--mk", options->mk, "the card's master key")->type_name("HEX");
  auto* sk = sub->add_option("--sk", options->sk, "session key")->type_name("HEX");
  imk->excludes(mk)->excludes(sk);
  mk->excludes(sk);
  sub->add_option("--pan", options->pan, "primary account number")->type_name("N")->needs(imk);
  sub->add_option("--psn", options->psn, "PAN sequence number, two digits")->type_name("NN")->needs(imk);
  sub->add_option("--option", options->option, "how the master key is derived [by scheme]")
      ->type_name("A|B|C")
      ->needs(imk);
  sub->add_option("--atc", options->atc, "application transaction counter")->type_name("HEX")->required();
  sub->add_option("--un", options->un, "unpredictable number, 4 bytes; cvn16 and cvn17 need it")
      ->type_name("HEX");
  sub->add_option("--data", options->data, "input of the cryptogram, as it is")->type_name("HEX");
  sub->add_flag("--json", options->json, "print {\"mk\": ..., \"sk\": ..., \"ac\": ...}");
}

void add_hex(CLI::App& app, const char* name, const char* help, void (*command)(const HexOptions&)) {
  std::shared_ptr<HexOptions> options;
  CLI::App* sub = add(app, name, help, command, options);
  sub->add_option("HEX", options->hex, "bytes, with or without spaces")->required();
  sub->add_flag("--json", options->json, "print JSON");
}

void add_list(CLI::App& app, const char* name, const char* help, void (*command)(const ListOptions&)) {
  std::shared_ptr<ListOptions> options;
  CLI::App* sub = add(app, name, help, command, options);
  sub->add_flag("--json", options->json, "print JSON");
}

void add_card(CLI::App& app) {
  CLI::App* parent = app.add_subcommand("card", "make or explain a virtual card");
  parent->require_subcommand(1);

  std::shared_ptr<CardNewOptions> fresh;
  CLI::App* sub =
      add(*parent, "new", "a fresh card from a template, with random test keys", &card_new, fresh);
  sub->add_option("--template", fresh->card_template, "a shipped card or a card file")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  sub->add_option("--pin", fresh->pin, "its PIN [the template's]")->type_name("PIN");
  sub->add_option("FILE", fresh->output, "where to write it; never over another file [standard output]");

  std::shared_ptr<CardShowOptions> shown;
  sub = add(*parent, "show", "explain a card file; keys and PIN are not shown", &card_show, shown);
  sub->add_option("FILE|NAME", shown->card, "a card file or a shipped card")->required();
  sub->add_flag("--json", shown->json, "print JSON");
}

}  // namespace

void add_commands(CLI::App& app) {
  add_code(app);
  add_apps(app);
  add_card(app);
  add_token(app);
  add_ac(app);
  add_hex(app, "tlv", "explain BER-TLV data", &tlv);
  add_hex(app, "atr", "explain an answer to reset", &atr);
  add_list(app, "profiles", "list the reader models", &profiles);
  add_list(app, "cards", "list the shipped cards", &cards);
}

namespace {

// --help and --version: to standard output, and an error where nobody can read it.
void print_asked(CLI::App& app, const CLI::ParseError& asked) {
  std::ostringstream text;
  app.exit(asked, text, text);
  std::string all = text.str();
  while (all.ends_with('\n')) all.pop_back();
  print_line(all);
}

std::string unknown_command(const CLI::App& app, const std::string& name) {
  std::string known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  return fmt::format("there is no command '{}'; there are {}", name, known);
}

std::string usage_line(const CLI::App& app, const CLI::ParseError& error, int argc, const char* const* argv) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty() && argc > 1 && argv[1][0] != '-') return unknown_command(app, argv[1]);
  const std::string name = chosen.empty() ? "" : chosen[0]->get_name();
  return fmt::format("{}{}{}; see sesame {}{}--help", name, name.empty() ? "" : ": ", error.what(), name,
                     name.empty() ? "" : " ");
}

}  // namespace

int run(CLI::App& app, int argc, const char* const* argv) {
  const auto fail = [](Exit exit, const std::string& line) {
    try {
      note_line("sesame: " + line);
    } catch (const Failure&) {
      // There is nowhere left to say it; the status does.
    }
    return static_cast<int>(exit);
  };
  try {
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() != 0) throw Failure(Exit::usage, usage_line(app, error, argc, argv));
      print_asked(app, error);
    }
    return static_cast<int>(Exit::ok);
  } catch (const Failure& failure) {
    return fail(failure.exit(), failure.what());
  } catch (const std::bad_alloc&) {
    return fail(Exit::environment, "out of memory");
  } catch (const std::exception& error) {
    return fail(Exit::environment, fmt::format("unexpected: {}", error.what()));
  }
}

}  // namespace sesame::cli
