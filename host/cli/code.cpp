#include <memory>

#include "host/card/file/card_spec.hpp"
#include "host/cli/code_run.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

// The first of these options that is there does not go with `what`.
void refuse(const Command& command, std::string_view what, std::initializer_list<const char*> options) {
  for (const char* option : options) {
    if (command.has(option))
      throw Failure(Failure::invalid, fmt::format("code: {} does not go with {}", option, what));
  }
}

void refuse_what_does_not_fit(const Command& command, const CodeOptions& options) {
  if (options.text) refuse(command, "--text", {"--function", "--input"});
  using Kind = DeviceChoice::Kind;
  const Kind kind = parse_device(options.device).kind;
  const std::string device = "--device " + options.device;
  if (kind != Kind::native) refuse(command, device, {"--text"});
  if (kind != Kind::qemu) refuse(command, device, {"--card-line"});
  if (kind == Kind::native && !options.reader.reader)
    refuse(command, "a card that is not in a reader", {"--last-try"});
  if (kind == Kind::qemu) refuse(command, device, {"--reader", "--wait", "--pinpad", "--last-try"});
  const bool elsewhere = kind == Kind::serial || options.card_line;
  if (!elsewhere) return;
  refuse(command, options.card_line ? "--card-line" : device,
         {"--card", "--pan", "--psn", "--imk-file", "--reader", "--wait", "--pinpad", "--state",
          "--ephemeral", "--atc", "--trace", "--keep-pan", "--keep-name"});
}

void code(CodeOptions& options) {
  CodeRun run(options);
  const bool of_a_person = options.reader.reader || is_transcript(options.card);
  run.make("code", options.trace, masking(of_a_person, options.keep));
  run.print();
}

}  // namespace

void add_code(const Command& parent) {
  const auto options = std::make_shared<CodeOptions>();
  const Command command(parent, "code", "make a code, key by key, and print it");
  add_making(command, *options);
  add_trace(command, options->trace);
  command
      .option("--device", options->device,
              "where the reader runs: here, as firmware in QEMU, or on a board at a serial port")
      .type("native|qemu[:IMAGE]|serial:PATH")
      .shows_default();
  command
      .option("--card-line", options->card_line,
              "with --device qemu: the card that `sesame card serve --iso7816` serves there")
      .type("unix:PATH|tcp:[HOST:]PORT");
  command
      .option("--text", options->text,
              "what a computer at the reader's cable has signed: OK is pressed under it; a model with a "
              "connected mode")
      .type("TEXT");
  command.run([options] { code(*options); },
              [options, command] { refuse_what_does_not_fit(command, *options); });
}

}  // namespace sesame::cli
