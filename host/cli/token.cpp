#include <memory>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "firmware/core/cap/tds.hpp"
#include "firmware/core/cap/token.hpp"
#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/tags.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/explain/code_path.hpp"
#include "host/explain/data_elements.hpp"

namespace sesame::cli {

namespace {

struct TokenOptions {
  std::optional<std::string> ipb;
  bool belgian = false;
  std::optional<std::string> answer;  // or these four
  std::optional<std::string> cid, atc, ac;
  std::optional<std::string> iad;
  std::string iaf = "00";
  std::optional<std::string> psn;
  std::vector<std::string> tds;
  std::uint32_t min_digits = 8;
  bool explain = false;
  bool json = false;
};

using Bytestring = std::vector<std::uint8_t>;

struct Raw {
  cap::TokenInput input;  // its IAD points into `iad`
  Bytestring iad, ipb, iaf;
  FixedVector<cap::TdsNumber, cap::kMaxTdsNumbers> tds;
};

void read_tds(const TokenOptions& options, Raw& raw) {
  if (options.tds.size() > cap::kMaxTdsNumbers) {
    throw Failure(Failure::invalid,
                  fmt::format("--tds: {} numbers, at most {}", options.tds.size(), cap::kMaxTdsNumbers));
  }
  for (const std::string& digits : options.tds) {
    check_digits("--tds", digits, 1, cap::kMaxTdsDigits);
    cap::TdsNumber number;
    static_cast<void>(number.append(std::span(digits.data(), digits.size())) && raw.tds.push(number));
  }
}

// What the card answered to GENERATE AC, in format 1 or 2, with its status word or without.
void read_answer(const TokenOptions& options, Raw& raw) {
  const Bytestring bytes = read_hex("--answer", {*options.answer});
  Bytes data = bytes;
  auto answer = emv::parse_cryptogram(data);
  if (!answer && data.size() > 2) answer = emv::parse_cryptogram(data = data.first(data.size() - 2));
  if (!answer) {
    throw Failure(Failure::invalid, fmt::format("--answer: none to GENERATE AC: {}",
                                                to_string(emv::parse_cryptogram(bytes).error())));
  }
  raw.input.cid = answer->cid;
  std::copy(answer->atc.begin(), answer->atc.end(), raw.input.atc.begin());
  std::copy(answer->ac.begin(), answer->ac.end(), raw.input.ac.begin());
  raw.iad.assign(answer->iad.begin(), answer->iad.end());
}

void read_values(const TokenOptions& options, Raw& raw) {
  raw.input.cid = parse_hex("--cid", *options.cid, 1)[0];
  const auto atc = parse_atc("--atc", *options.atc);
  raw.input.atc = {static_cast<std::uint8_t>(atc >> 8), static_cast<std::uint8_t>(atc)};
  const auto ac = parse_hex("--ac", *options.ac, 8);
  std::copy(ac.begin(), ac.end(), raw.input.ac.begin());

  if (!options.belgian && !options.iad) throw Failure(Failure::invalid, "--iad: required with --ipb");
  raw.iad = parse_hex("--iad", options.iad.value_or(""));
  if (raw.iad.size() > 32)
    throw Failure(Failure::invalid, fmt::format("--iad: {} bytes, at most 32", raw.iad.size()));
}

void read(const TokenOptions& options, Raw& raw) {
  options.answer ? read_answer(options, raw) : read_values(options, raw);
  raw.input.iad = raw.iad;

  raw.iaf = parse_hex("--iaf", options.iaf);
  const std::string psn = options.psn ? parse_psn("--psn", *options.psn) : "";
  if (!raw.iaf.empty() && (raw.iaf[0] & cap::iaf::psn) != 0) {
    if (psn.empty()) throw Failure(Failure::invalid, "--psn: required where the IAF has 40");
    raw.input.psn = static_cast<std::uint8_t>((psn[0] - '0') << 4 | (psn[1] - '0'));
  }
  read_tds(options, raw);
  if (options.ipb) raw.ipb = parse_hex("--ipb", *options.ipb);
}

// ---- which bit went where

// A row for each byte of the data.
void explain_mask(const explain::CodePath& path, bool has_tds) {
  print_line(
      fmt::format("{:<10} {:<8}   {:<8}   bits of the number (0 is the lowest)", "byte", "data", "mask"));
  std::size_t place = path.bits.size();
  for (const explain::CodePath::Part& part : path.parts) {
    const std::string field = fmt::format("{}{}", part.name, has_tds && part.name == "AC" ? "*" : "");
    for (std::size_t i = 0; i < part.data.size(); ++i) {
      std::string taken;
      for (int bit = 7; bit >= 0; --bit) {
        if ((part.mask[i] >> bit & 1) == 0) continue;
        taken += fmt::format("{}{}={}", taken.empty() ? "" : " ", --place, part.data[i] >> bit & 1);
      }
      const std::string name = part.data.size() == 1 ? field : fmt::format("{}[{}]", field, i);
      print_line(fmt::format("{:<10} {:08b}   {:08b}   {}", name, part.data[i], part.mask[i], taken));
    }
  }
}

void explain_belgian(const explain::CodePath& path) {
  print_line(fmt::format("bits 25-16  {}  AC[5] AC[6], the low ten bits", path.parts[0].taken));
  print_line(fmt::format("bits 15-8     {}  ATC, the low byte", path.parts[1].taken));
  print_line(fmt::format("bits  7-0     {}  AC[7]", path.parts[2].taken));
  print_line(fmt::format("number      {}, plus its last digit {} times 10^7, modulo 10^8", path.number,
                         path.number.back()));
}

// The values themselves, as `sesame tlv` tells them.
void explain_values(const Raw& raw) {
  const auto value = [](std::string_view name, emv::Tag tag, Bytes bytes) {
    if (bytes.empty()) return;
    print_line(fmt::format("{:<10} {}", name, hex(bytes)));
    for (const std::string& line : explain::explain_value(tag, bytes))
      print_line(fmt::format("{:<10}   {}", "", line));
  };
  value("IAF", emv::tag::iaf, raw.iaf);
  value("CID", emv::tag::cid, Bytes(&raw.input.cid, 1));
  value("ATC", emv::tag::atc, raw.input.atc);
  value("IAD", emv::tag::iad, raw.iad);
}

void token(const TokenOptions& options) {
  Raw raw;
  read(options, raw);
  if (!raw.tds.empty()) raw.input.ac = cap::mix_tds(raw.input.ac, raw.tds);
  const cap::TokenData data = cap::token_data(raw.input);

  cap::Digits digits;
  if (options.belgian) {
    cap::token_belgian(raw.input, digits);
  } else if (cap::token_by_ipb(data, raw.ipb, digits)) {
    throw Failure(Failure::invalid,
                  fmt::format("--ipb: {} bytes, longer than the {} bytes of data that it masks "
                              "({}CID, ATC, AC, IAD)",
                              raw.ipb.size(), data.size(), raw.input.psn ? "PSN, " : ""));
  }
  if (!options.belgian && !cap::takes_cryptogram(raw.ipb, raw.input.psn.has_value())) {
    note_line(
        "sesame: --ipb takes no bit of ATC and AC: every code is the same, and a reader refuses such a card");
  }
  static_cast<void>(cap::pad_with_zeros(digits, options.min_digits));
  const std::string code(digits.begin(), digits.end());

  if (options.json) return print_json({{"code", code}});
  if (options.explain) {
    explain_values(raw);
    if (!raw.tds.empty()) print_line(fmt::format("AC*         {}  the AC after TDS", hex(raw.input.ac)));
    const explain::CodePath path = explain::code_path(raw.input, raw.ipb, options.belgian, code);
    options.belgian ? explain_belgian(path) : explain_mask(path, !raw.tds.empty());
  }
  print_line(code);
}

}  // namespace

void add_token(const Command& parent) {
  const auto options = std::make_shared<TokenOptions>();
  const Command command(parent, "token", "digits from the values of a card's answer");
  const Option ipb = command.option("--ipb", options->ipb, "issuer proprietary bitmap, 9F56").type("HEX");
  const Option belgian =
      command.flag("--belgian", options->belgian, "the function of Belgian cards without IPB");
  ipb.excludes(belgian);
  const Option answer =
      command.option("--answer", options->answer, "the card's answer to GENERATE AC; - is standard input")
          .type("HEX");
  command.option("--cid", options->cid, "or its cryptogram information data, 1 byte; not judged")
      .type("HEX")
      .excludes(answer);
  command.option("--atc", options->atc, "its application transaction counter, 2 bytes")
      .type("HEX")
      .excludes(answer);
  command.option("--ac", options->ac, "its application cryptogram, 8 bytes").type("HEX").excludes(answer);
  command.option("--iad", options->iad, "its issuer application data, up to 32 bytes")
      .type("HEX")
      .excludes(answer);
  command.option("--iaf", options->iaf, "issuer authentication flags, 9F55").type("HEX").shows_default();
  command.option("--psn", options->psn, "PAN sequence number, two digits; where the IAF has 40").type("NN");
  command.option("--tds", options->tds, "numbers to sign (TDS), up to 10 of up to 10 digits")
      .type("N[,N...]")
      .delimiter(',')
      .one_value_each();
  command
      .number("--min-digits", options->min_digits, {0, cap::kMaxTokenDigits},
              "zeros in front, up to so many digits")
      .type("N");
  const Option explain =
      command.flag("--explain", options->explain, "show what the values say, and which bit went where");
  command.flag("--json", options->json, "print {\"code\": ...}").excludes(explain);
  command.run([options] { token(*options); },
              [options] {
                if (!options->ipb && !options->belgian) {
                  throw Failure(Failure::invalid, "one of --ipb and --belgian is needed");
                }
                if (options->answer) return;
                if (!options->cid) throw Failure(Failure::invalid, "--cid is required");
                if (!options->atc) throw Failure(Failure::invalid, "--atc is required");
                if (!options->ac) throw Failure(Failure::invalid, "--ac is required");
              });
}

}  // namespace sesame::cli
