#include <catch2/catch.hpp>

#include "host/cli/completion.hpp"
#include "host/cli/man_page.hpp"

using namespace sesame::cli;
using Catch::Matchers::Contains;

namespace {

CommandDescription program() {
  const OptionDescription card{"--card", "FILE|NAME", "a card's file: [it's ours]", "sesame-card"};
  const OptionDescription json{"--json", "", "print JSON", ""};
  const OptionDescription file{"FILE", "TEXT", "where", "", true, true, true};
  CommandDescription show{
      {"sesame", "card", "show"}, "explain a card", ".first\n'second \\ -x", "", {card, json, file}, {}};
  CommandDescription group{{"sesame", "card"}, "cards", "", "", {}, {show}};
  return {{"sesame"}, "A reader.", "", "sesame 1.2.3", {}, {group}};
}

const CommandDescription& show(const CommandDescription& program) { return program.commands[0].commands[0]; }

}  // namespace

TEST_CASE("a manual page has the name of its command, its options and their defaults") {
  const auto all = program();
  CHECK(page_name(show(all)) == "sesame-card-show");
  const std::string page = man_page(show(all), all.version);
  CHECK_THAT(page, Contains(".TH \"SESAME\\-CARD\\-SHOW\" 1 \"\" \"sesame 1.2.3\"") &&
                       Contains("sesame\\-card\\-show \\- explain a card\n") &&
                       Contains("\\fB\\-\\-card\\fR \\fIFILE|NAME\\fR\n") &&
                       Contains("The default is \\fIsesame\\-card\\fR.") &&
                       Contains("[\\fIOPTION\\fR ...] \\fIFILE\\fR ...\n") &&
                       Contains("\\fBsesame\\-card\\fR(1)"));
}

TEST_CASE("no text of a command is taken for a request or an escape of man") {
  const auto all = program();
  CHECK_THAT(man_page(show(all), ""), Contains("\n\\&.first\n\\&'second \\e \\-x\n"));
}

TEST_CASE("a group's manual page lists its commands") {
  const auto all = program();
  CHECK_THAT(man_page(all.commands[0], ""), Contains("\\fBsesame\\-card\\-show\\fR(1)\nExplain a card.\n"));
}

TEST_CASE("quotes, brackets and colons of a help text are none of the shell's") {
  const auto all = program();
  CHECK_THAT(zsh_completion(all),
             Contains(R"('--card[a card'\''s file\: \[it'\''s ours\]]:FILE|NAME:{compadd )"));
  CHECK_THAT(fish_completion(all), Contains(R"(-l card -d 'a card\'s file: [it\'s ours]' -r -a ')"));
  CHECK_THAT(bash_completion(all), Contains("'sesame card show --card') _sesame_files; _sesame_words '"));
}
