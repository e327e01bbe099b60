#include "host/cli/command_line.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <sstream>
#include <string_view>
#include <type_traits>
#include <utility>

#include "firmware/core/cap/token.hpp"
#include "host/cli/arguments.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/device_choice.hpp"
#include "host/cli/text.hpp"
#include "host/posix/private_memory.hpp"

namespace sesame::cli {

namespace {

std::function<void()> wanted;

}  // namespace

void when_parsed(std::function<void()> command) { wanted = std::move(command); }

namespace {

// One subcommand with its options in an object that lives as long as the command does.
template <class Options>
CLI::App* add(CLI::App& app, const char* name, const char* help, void (*command)(Options&),
              std::shared_ptr<std::remove_const_t<Options>>& options) {
  options = std::make_shared<std::remove_const_t<Options>>();
  CLI::App* sub = app.add_subcommand(name, help);
  sub->callback([command, options] { when_parsed([command, options] { command(*options); }); });
  return sub;
}

// The options of a virtual card, none of which goes with `other`.
void add_state(CLI::App* sub, StateOptions& state, CLI::Option* other = nullptr) {
  auto* file = sub->add_option("--state", state.file,
                               "file of the card's counters [a file under $XDG_STATE_HOME/sesame]")
                   ->type_name("FILE");
  auto* ephemeral =
      sub->add_flag("--ephemeral", state.ephemeral, "keep no counters: a card that is new each time");
  file->excludes(ephemeral);
  auto* atc = sub->add_option("--atc", state.atc, "with --ephemeral: ATC of the first transaction, hex")
                  ->type_name("HEX");
  if (other != nullptr) other->excludes(file)->excludes(ephemeral)->excludes(atc);
}

constexpr std::uint64_t kDay = 86'400;  // seconds

constexpr const char* kCardHelp = "a shipped card, a card file (.toml) or a transcript (.apdu)";

// A virtual card, or one in a reader.
CLI::Option* add_any_card(CLI::App* sub, std::string& card, StateOptions& state, ReaderOptions& reader) {
  auto* named = sub->add_option("--card", card, kCardHelp)->type_name("FILE|NAME")->capture_default_str();
  auto* in_reader =
      sub->add_option("--reader", reader.reader, "the card in this PC/SC reader (sesame readers)")
          ->type_name("NAME|INDEX")
          ->excludes(named);
  add_number(
      sub, "--wait", reader.wait, {0, kDay},
      "with --reader: how long to wait for a card, and for other programs to let go of it; 0 not at all")
      ->type_name("SECONDS")
      ->needs(in_reader);
  add_state(sub, state, in_reader);
  return in_reader;
}

void add_keep(CLI::App* sub, KeepOptions& keep) {
  sub->add_flag("--keep-pan", keep.pan, "record a real card's PAN as it is");
  sub->add_flag("--keep-name", keep.name, "record a real cardholder's name as it is");
}

// Everything that making a code takes, but where to record it.
CLI::App* add_making(CLI::App& app, const char* name, const char* help, void (*command)(CodeOptions&),
                     std::shared_ptr<CodeOptions>& options) {
  CLI::App* sub = add(app, name, help, command, options);
  auto* in_reader = add_any_card(sub, options->card, options->state, options->reader);
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
  sub->add_flag("--pinpad", options->reader.pinpad, "type the PIN at the reader's own pinpad")
      ->needs(in_reader)
      ->excludes(pin)
      ->excludes(from_stdin)
      ->excludes(variable);
  sub->add_flag("--last-try", options->reader.last_try,
                "send the PIN even where a wrong one would block the card in the reader");
  sub->add_flag("--json", options->json,
                "print an object: code, display, atc, aid, profile, function, device, and card or reader");
  sub->add_flag("--show-screens", options->show_screens, "draw the screens on the way, on standard error");
  add_keep(sub, options->keep);
  return sub;
}

constexpr const char* kTraceHelp =
    "record the dialogue as a transcript; PIN masked, of a real card PAN and name too";

// The first of these options that is there does not go with `what`.
void refuse(const CLI::App& sub, std::string_view what, std::initializer_list<const char*> options) {
  for (const char* option : options) {
    if (sub.get_option(option)->count() > 0)
      throw Failure(Exit::usage, fmt::format("code: {} does not go with {}", option, what));
  }
}

void refuse_what_does_not_fit(const CLI::App& sub, const CodeOptions& options) {
  using Kind = DeviceChoice::Kind;
  const Kind kind = parse_device(options.device).kind;
  const std::string device = "--device " + options.device;
  if (kind != Kind::qemu) refuse(sub, device, {"--card-line"});
  if (kind == Kind::native && !options.reader.reader)
    refuse(sub, "a card that is not in a reader", {"--last-try"});
  if (kind == Kind::qemu) refuse(sub, device, {"--reader", "--wait", "--pinpad", "--last-try"});
  const bool elsewhere = kind == Kind::serial || options.card_line;
  if (!elsewhere) return;
  refuse(sub, options.card_line ? "--card-line" : device,
         {"--card", "--reader", "--wait", "--pinpad", "--state", "--ephemeral", "--atc", "--trace",
          "--keep-pan", "--keep-name"});
}

void add_code(CLI::App& app) {
  std::shared_ptr<CodeOptions> options;
  CLI::App* sub = add_making(app, "code", "make a code, key by key, and print it", &code, options);
  sub->add_option("--trace", options->trace, kTraceHelp)->type_name("FILE");
  sub->add_option("--device", options->device,
                  "where the reader runs: here, as firmware in QEMU, or on a board at a serial port")
      ->type_name("native|qemu[:IMAGE]|serial:PATH")
      ->capture_default_str();
  sub->add_option("--card-line", options->card_line,
                  "with --device qemu: the card that `sesame card serve --iso7816` serves there")
      ->type_name("unix:PATH|tcp:[HOST:]PORT");
  sub->callback([options, sub] {
    refuse_what_does_not_fit(*sub, *options);
    when_parsed([options] { code(*options); });
  });
}

void add_record(CLI::App& app) {
  std::shared_ptr<CodeOptions> options;
  CLI::App* sub = add_making(
      app, "record", "make a code, and keep the card as a transcript that gives it again", &record, options);
  sub->get_option("--last-try")->needs(sub->get_option("--reader"));
  sub->footer("PIN, PAN and name have stand-ins in the transcript; the code stays the same.");
  sub->add_option("FILE", options->trace, "the transcript (.apdu)")->required();
}

void add_apps(CLI::App& app) {
  std::shared_ptr<AppsOptions> options;
  CLI::App* sub = add(app, "apps", "list the applications on a card", &apps, options);
  add_any_card(sub, options->card, options->state, options->reader);
  sub->add_flag("--json", options->json, "print an array of objects");
  sub->add_option("--trace", options->trace, kTraceHelp)->type_name("FILE");
  add_keep(sub, options->keep);
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
  add_number(sub, "--min-digits", options->min_digits, {0, cap::kMaxTokenDigits},
             "zeros in front, up to so many digits")
      ->type_name("N");
  auto* explain = sub->add_flag("--explain", options->explain, "show which bit went where");
  sub->add_flag("--json", options->json, "print {\"code\": ...}")->excludes(explain);
  sub->callback([options] {
    if (!options->ipb && !options->belgian)
      throw Failure(Exit::usage, "one of --ipb and --belgian is needed");
    when_parsed([options] { token(*options); });
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
  add_number(sub, "--padding", options->padding, {1, 2}, "ISO 9797-1 padding method [by scheme]")
      ->type_name("1|2");
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
  CLI::App* parent = app.add_subcommand("card", "make, explain, serve or reset a virtual card");
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

  std::shared_ptr<CardResetOptions> reset;
  sub = add(*parent, "reset", "give a virtual card its PIN tries back, and begin its ATC anew", &card_reset,
            reset);
  sub->footer(
      "Without --pin and --atc both are reset. A card whose ATC begins anew gives codes that it has given "
      "before:\n"
      "a verifier takes none of them.");
  sub->add_option("FILE|NAME,--card", reset->card, "a card file or a shipped card")->required();
  sub->add_option("--state", reset->state,
                  "file of the card's counters [a file under $XDG_STATE_HOME/sesame]")
      ->type_name("FILE");
  sub->add_flag("--pin", reset->pin, "the PIN tries");
  sub->add_flag("--atc", reset->atc, "the ATC of each application");
  sub->add_flag("--yes", reset->yes, "do not ask");

  std::shared_ptr<CardServeOptions> served;
  sub = add(*parent, "serve", "show a card to every PC/SC program, through vpcd", &card_serve, served);
  sub->footer("SIGUSR1 takes the card out, SIGUSR2 inserts it again, SIGINT and SIGTERM end it.");
  sub->add_option("--card", served->card, kCardHelp)->type_name("FILE|NAME")->capture_default_str();
  add_number(sub, "--port", served->port, {1, 65535}, "where vpcd listens, on this machine")
      ->type_name("PORT");
  add_number(sub, "--wait", served->wait, {0, kDay}, "how long to wait for vpcd; 0 not at all")
      ->type_name("SECONDS");
  add_number(sub, "--eject-after", served->eject_after, {0, std::numeric_limits<std::uint64_t>::max()},
             "the card leaves as the command after this many arrives")
      ->type_name("N");
  CLI::Option* line =
      sub->add_option("--iso7816", served->iso7816,
                      "serve its contacts and characters here instead: unix:PATH, for this user, or "
                      "tcp:[127.0.0.1:]PORT, for whoever connects")
          ->type_name("ENDPOINT");
  for (const char* of_vpcd : {"--port", "--wait", "--eject-after"}) line->excludes(sub->get_option(of_vpcd));
  sub->add_option("--misbehave", served->misbehave, "what it does wrong there, as a list: nulls=2,slow=90")
      ->type_name("LIST")
      ->needs(line);
  sub->add_option("--trace", served->trace, "record the dialogue as a transcript, PIN masked")
      ->type_name("FILE");
  add_state(sub, served->state);
}

void add_reader(CLI::App& app) {
  CLI::App* parent = app.add_subcommand("reader", "serve the reader to other programs");
  parent->require_subcommand(1);

  std::shared_ptr<ReaderServeOptions> served;
  CLI::App* sub =
      add(*parent, "serve", "the reader, with its card, as a PC/SC pinpad reader", &reader_serve, served);
  sub->footer(
      "pcscd finds it through libifdsesame.so and an entry in /etc/reader.conf.d (one is in the build's\n"
      "reader.conf.d).\n"
      "Keys: 0-9 and point; Enter is OK; Backspace or c is C, and C is C held down; letters from a are the\n"
      "function keys; e pulls the card out, i puts it in; q ends it.\n"
      "SIGUSR1 takes the card out, SIGUSR2 inserts it again, SIGINT and SIGTERM end it.");
  sub->add_option("--socket", served->socket, "the socket that pcscd is to find it at; at most 103 bytes")
      ->type_name("PATH")
      ->required();
  sub->add_option("--card", served->card, kCardHelp)->type_name("FILE|NAME")->capture_default_str();
  sub->add_option("--profile", served->profile, "reader model: shipped, or a file (.toml)")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  sub->add_option("--trace", served->trace, "record the dialogue as a transcript, PIN masked")
      ->type_name("FILE");
  add_number(sub, "--keys-from", served->keys_from, {0, std::numeric_limits<int>::max()},
             "read the keys from this descriptor [the terminal]")
      ->type_name("FD");
  add_state(sub, served->state);
}

}  // namespace

void add_commands(CLI::App& app) {
  add_code(app);
  add_record(app);
  add_apps(app);
  add_list(app, "readers", "list the PC/SC readers of this machine", &readers);
  add_card(app);
  add_reader(app);
  add_token(app);
  add_ac(app);
  add_hex(app, "tlv", "explain BER-TLV data", &tlv);
  add_hex(app, "atr", "explain an answer to reset", &atr);
  add_list(app, "profiles", "list the reader models", &profiles);
  add_list(app, "cards", "list the shipped cards", &cards);
}

namespace {

// --help and --version: to standard output, and an error where nobody can read it.
void print_asked(CLI::App& app, const CLI::Success& asked) {
  std::ostringstream text;
  app.exit(asked, text, text);
  std::string all = text.str();
  while (all.ends_with('\n')) all.pop_back();
  print_lines(all);
}

constexpr std::array<std::string_view, 5> kSecretOptions{"--pin", "--imk", "--mk", "--sk", "--token"};

bool is_secret(std::string_view option) {
  return std::find(kSecretOptions.begin(), kSecretOptions.end(), option) != kSecretOptions.end();
}

// An asterisk is left, whatever the length was.
void hide(char* secret) {
  const std::size_t size = std::strlen(secret);
  wipe(secret, size);
  if (size > 0) secret[0] = '*';
}

void hide_secrets(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (!is_secret(argument.substr(0, equals))) continue;
    if (equals != std::string_view::npos) {
      hide(argv[i] + equals + 1);
    } else if (i + 1 < argc) {
      hide(argv[++i]);
    }
  }
}

void parse(std::unique_ptr<CLI::App> app, int argc, char** argv) try {
  cli::parse(*app, argc, argv);
} catch (const CLI::Success& asked) {
  print_asked(*app, asked);
}

}  // namespace

int run(std::unique_ptr<CLI::App> app, int argc, char** argv) {
  const auto fail = [](Exit exit, const std::string& line) {
    posix::wipe_stack();
    try {
      note_line("sesame: " + line);
    } catch (const Failure&) {
      // There is nowhere left to say it; the status does.
    }
    return static_cast<int>(exit);
  };
  try {
    parse(std::move(app), argc, argv);
    hide_secrets(argc, argv);
    posix::wipe_stack();
    if (wanted) wanted();
    posix::wipe_stack();
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
