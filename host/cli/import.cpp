#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "firmware/core/names.hpp"
#include "host/base/file_name.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/option_groups.hpp"
#include "host/cli/text.hpp"
#include "host/document/file.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/passing_folder.hpp"
#include "host/logs/log.hpp"
#include "host/logs/recording.hpp"
#include "host/transcript/transcript.hpp"

namespace sesame::cli {

namespace {

struct ImportOptions {
  std::string log, file;
  std::optional<std::string> format;
  KeepOptions keep;
};

logs::Format format_of(const ImportOptions& options, std::string_view text, const std::string& name) {
  if (options.format) return *named<logs::Format>(*options.format);  // the parser lets no other through
  if (const auto format = logs::recognized(text)) return *format;
  usage(fmt::format("{}: it looks like no log that is known here; name it with --format: {}",
                    safe::one_line(name), fmt::join(logs::kFormatNames, ", ")));
}

void import_log(const ImportOptions& options) {
  if (!has_extension(options.file, ".apdu")) {
    usage(fmt::format("import: {}: a transcript is told by its name, FILE.apdu", safe::named(options.file)));
  }
  const std::string name = options.log == "-" ? "standard input" : options.log;
  const document::FileText log = document::FileText::given(options.log);
  const logs::Format format = format_of(options, log.text(), name);
  const auto events = logs::read_log(log.text(), name, format);

  // Where it can be read again before it has its name.
  const io::PassingFolder folder(std::filesystem::temp_directory_path().string(), "sesame-import");
  const std::string passing = folder.path() + "/import.apdu";
  const std::string_view format_name = name_of(format);
  logs::record(events, passing, fmt::format("sesame import: {}", format_name), masking(true, options.keep));
  const document::FileText transcript(passing);
  const auto commands = transcript::Transcript::parse(transcript.text(), options.file).size();
  io::create_file(options.file, transcript.text());
  note_line(fmt::format("sesame: {}: {} command{} of a log of {}", safe::one_line(options.file), commands,
                        commands == 1 ? "" : "s", format_name));
}

}  // namespace

void add_import(const Command& parent) {
  const auto options = std::make_shared<ImportOptions>();
  const Command command(parent, "import", "make a transcript of another tool's log of a card");
  command.option("LOG", options->log, "the log; - is standard input").required();
  command.option("FILE", options->file, "the transcript (.apdu), which must not be there yet").required();
  command.option("--format", options->format, "what the log is, where it does not tell by itself")
      .one_of("--format", {std::begin(logs::kFormatNames), std::end(logs::kFormatNames)})
      .type("NAME");
  add_keep(command, options->keep);
  command.footer(
      "Formats: cardpeek, pcscd, pcsc-spy, proxmark-trace, proxmark-emv, hex (lines as people paste them).\n"
      "PIN, PAN and name have stand-ins in the transcript; what codes are made of stays the same.");
  command.run([options] { import_log(*options); });
}

}  // namespace sesame::cli
