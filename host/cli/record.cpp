#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "host/base/safe_text.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/cli/code_run.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/io/durable_file.hpp"

namespace sesame::cli {

namespace {

// The file under its own name only once it is what it should be: what was there before stays until then.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), new_(path_ + ".new") {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() { std::remove(new_.c_str()); }

  const std::string& path() const { return new_; }
  void take_its_place() const { io::rename_file(new_, path_); }

 private:
  std::string path_, new_;
};

// A recording is worth something only if it gives the code again: tried before it takes its place.
void record(CodeOptions& options) {
  if (!is_transcript(*options.trace)) {
    throw Failure(Failure::invalid, fmt::format("record: {}: a transcript is told by its name, FILE.apdu",
                                                safe::named(*options.trace)));
  }
  if (*options.trace == options.card) {
    throw Failure(Failure::invalid,
                  fmt::format("record: {} is the card itself; name another file", options.card));
  }
  const NewFile file(*options.trace);
  CodeRun run(options);
  run.make("record", file.path(), masking(true, options.keep));
  const std::string again = run.replay(file.path());
  if (again != run.code()) {
    throw Failure(
        Failure::refused,
        fmt::format("{}: not written: replayed, it would give another code than the card: {} instead of {}",
                    *options.trace, again, run.code()));
  }
  run.sync_trace();
  file.take_its_place();
  run.print();
}

}  // namespace

void add_record(const Command& parent) {
  const auto options = std::make_shared<CodeOptions>();
  const Command command(parent, "record",
                        "make a code, and keep the card as a transcript that gives it again");
  add_making(command, *options);
  command["--last-try"].needs(command["--reader"]);
  command.footer("PIN, PAN and name have stand-ins in the transcript; the code stays the same.");
  command.option("FILE", options->trace, "the transcript (.apdu)").required();
  command.run([options] { record(*options); });
}

}  // namespace sesame::cli
