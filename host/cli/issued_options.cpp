#include "host/cli/issued_options.hpp"

#include "host/base/hex.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/text.hpp"
#include "host/document/file.hpp"

namespace sesame::cli {

void add_issued(const Command& command, IssuedOptions& options, std::optional<Option> other) {
  const Option pan =
      command.option("--pan", options.pan, "the card of this number, not of the file's").type("DIGITS");
  const Option psn =
      command.option("--psn", options.psn, "its sequence number [00 with --pan, else the file's]").type("NN");
  const Option imk = command
                         .option("--imk-file", options.imk_file,
                                 "the issuer's master key instead of the file's keys, 32 hex digits; - is "
                                 "standard input")
                         .type("FILE");
  if (other) other->excludes(pan).excludes(psn).excludes(imk);
}

card::Issued read_issued(const IssuedOptions& options) {
  card::Issued issued;
  if (options.pan) {
    check_digits("--pan", *options.pan, 12, 19);
    issued.pan = options.pan;
    issued.psn = "00";
  }
  if (options.psn) issued.psn = parse_psn("--psn", *options.psn);
  if (options.imk_file) issued.imk = read_imk(*options.imk_file);
  return issued;
}

keys::Key read_imk(const std::string& path) {
  const document::FileText file = document::FileText::given(path);
  std::string_view text = file.text();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  auto parsed = sesame::parse_hex(text);
  auto* bytes = std::get_if<std::vector<std::uint8_t>>(&parsed);
  if (bytes == nullptr || bytes->size() != keys::Key::size) {
    usage("--imk-file: the issuer's master key is 32 hex digits");
  }
  keys::Key key{std::span<const std::uint8_t>(*bytes).first<keys::Key::size>()};
  wipe(bytes->data(), bytes->size());
  return key;
}

}  // namespace sesame::cli
