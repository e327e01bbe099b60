#include <memory>
#include <nlohmann/json.hpp>

#include <stdexcept>

#include "host/base/safe_text.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/text.hpp"
#include "host/keys/derivation.hpp"
#include "host/keys/mac.hpp"
#include "host/keys/scheme.hpp"
#include "host/keys/tree_text.hpp"

namespace sesame::cli {

namespace {

struct AcOptions {
  std::string scheme;
  std::optional<std::string> tree;
  std::optional<int> padding;
  std::optional<std::string> imk, mk, sk;
  std::optional<std::string> pan, psn, option;
  std::string atc;
  std::optional<std::string> un, data;
  bool json = false;
};

const keys::SchemeRules& scheme_rules(const std::string& name) {
  const auto scheme = keys::scheme_named(name);
  if (scheme) return keys::rules(*scheme);
  std::string allowed;
  for (const auto& rules : keys::schemes())
    allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", rules.name);
  usage(fmt::format("--scheme: {} is not one of {}", safe::named(name), allowed));
}

bool is_aes(const keys::SchemeRules& scheme) { return scheme.mac == keys::MacAlgorithm::aes_cmac; }

keys::Key parse_key(std::string_view what, const std::string& text, const keys::SchemeRules& scheme) {
  auto bytes = parse_hex(what, text, keys::Key::size);
  keys::Key key{std::span<const std::uint8_t, keys::Key::size>(bytes.data(), keys::Key::size)};
  wipe(bytes.data(), bytes.size());
  return is_aes(scheme) ? std::move(key) : keys::odd_parity(std::move(key));
}

// C is the one for AES keys, A and B are for triple DES (EMV 4.3 Book 2, A1.4).
keys::MasterKeyOption master_key_option(const AcOptions& options, const keys::SchemeRules& scheme) {
  if (!options.option) return scheme.option;
  if (is_aes(scheme) && *options.option == "C") return keys::MasterKeyOption::c;
  if (!is_aes(scheme) && *options.option == "A") return keys::MasterKeyOption::a;
  if (!is_aes(scheme) && *options.option == "B") return keys::MasterKeyOption::b;
  usage(fmt::format("--option: must be {}, as {} has it", is_aes(scheme) ? "C" : "A or B", scheme.name));
}

keys::Tree parse_tree(const std::string& text) {
  try {
    return keys::parse_tree(text);
  } catch (const std::invalid_argument& error) {
    usage(fmt::format("--tree: {}", error.what()));
  }
}

keys::Padding padding(const AcOptions& options, const keys::SchemeRules& scheme) {
  if (!options.padding) return scheme.padding;
  if (is_aes(scheme)) usage(fmt::format("--padding: {} uses CMAC, which pads in its own way", scheme.name));
  return *options.padding == 1 ? keys::Padding::method1 : keys::Padding::method2;
}

std::optional<keys::Key> master_key(const AcOptions& options, const keys::SchemeRules& scheme) {
  if (options.sk) return std::nullopt;
  if (options.mk) return parse_key("--mk", *options.mk, scheme);
  if (!options.imk) usage("one of --imk (with --pan and --psn), --mk or --sk is needed");
  if (!options.pan) usage("--pan: required with --imk");
  if (!options.psn) usage("--psn: required with --imk");
  check_digits("--pan", *options.pan, 1, 19);
  const keys::Key imk = parse_key("--imk", *options.imk, scheme);
  return keys::master_key(master_key_option(options, scheme), imk, *options.pan,
                          parse_psn("--psn", *options.psn));
}

keys::Key session_key(const AcOptions& options, const keys::SchemeRules& scheme,
                      const std::optional<keys::Key>& mk) {
  const auto tree = options.tree ? parse_tree(*options.tree) : keys::Tree{};
  if (options.tree && scheme.session_key != keys::SessionKeyMethod::tree)
    usage("--tree: only with --scheme tree");
  const std::uint16_t atc = parse_atc("--atc", options.atc);
  keys::Un un{};
  if (options.un) {
    const auto bytes = parse_hex("--un", *options.un, un.size());
    std::copy(bytes.begin(), bytes.end(), un.begin());
  }
  if (options.sk) return parse_key("--sk", *options.sk, scheme);
  if (keys::needs_un(scheme.session_key) && !options.un) {
    usage(fmt::format("--un: required, the session key of {} depends on it", scheme.name));
  }
  return keys::SessionKeys(scheme.session_key, *mk, tree).derive(atc, un);
}

void ac(const AcOptions& options) {
  const keys::SchemeRules& scheme = scheme_rules(options.scheme);
  const keys::Padding pad = padding(options, scheme);
  const std::optional<keys::Key> mk = master_key(options, scheme);
  const keys::Key sk = session_key(options, scheme, mk);

  nlohmann::ordered_json out;
  out["mk"] = mk ? nlohmann::ordered_json(hex(mk->bytes())) : nlohmann::ordered_json();
  out["sk"] = hex(sk.bytes());
  if (options.data) {
    const auto data = parse_hex("--data", *options.data);
    out["ac"] = hex(keys::MacKey(scheme.mac, sk).mac(data, pad));
  }
  if (options.json) return print_json(out);
  if (mk) print_line(fmt::format("MK  {}", out["mk"].get<std::string>()));
  print_line(fmt::format("SK  {}", out["sk"].get<std::string>()));
  if (options.data) print_line(fmt::format("AC  {}", out["ac"].get<std::string>()));
}

}  // namespace

void add_ac(const Command& parent) {
  const auto options = std::make_shared<AcOptions>();
  const Command command(parent, "ac", "master key, session key, and the cryptogram of any input");
  command.option("--scheme", options->scheme, "cvn10 cvn16 cvn17 cvn18 cvn20 cvn21 ccd-3des ccd-aes tree")
      .type("NAME")
      .required();
  command.option("--tree", options->tree, "shape of the tree, with --scheme tree [4/8]").type("B/H[/IV]");
  command.number("--padding", options->padding, {1, 2}, "ISO 9797-1 padding method [by scheme]").type("1|2");
  const Option imk =
      command.option("--imk", options->imk, "issuer master key; with --pan and --psn").type("HEX");
  const Option mk = command.option("--mk", options->mk, "the card's master key").type("HEX");
  const Option sk = command.option("--sk", options->sk, "session key").type("HEX");
  imk.excludes(mk).excludes(sk);
  mk.excludes(sk);
  command.option("--pan", options->pan, "primary account number").type("N").needs(imk);
  command.option("--psn", options->psn, "PAN sequence number, two digits").type("NN").needs(imk);
  command.option("--option", options->option, "how the master key is derived [by scheme]")
      .type("A|B|C")
      .needs(imk);
  command.option("--atc", options->atc, "application transaction counter").type("HEX").required();
  command.option("--un", options->un, "unpredictable number, 4 bytes; cvn16 and cvn17 need it").type("HEX");
  command.option("--data", options->data, "input of the cryptogram, as it is").type("HEX");
  command.flag("--json", options->json, "print {\"mk\": ..., \"sk\": ..., \"ac\": ...}");
  command.run([options] { ac(*options); });
}

}  // namespace sesame::cli
