#include "sim/scenario/report.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "host/base/safe_text.hpp"
#include "host/base/utf8.hpp"

namespace sesame::sim {

namespace {

std::string_view word(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return "passed";
    case Verdict::failed: return "failed";
    case Verdict::timed_out: return "timeout";
    case Verdict::broken: return "broken";
    case Verdict::not_run: return "not run";
  }
  return "";
}

std::string padded(const std::string& row, std::size_t columns) {
  std::string text = safe::one_line(row);
  const std::size_t has = utf8::length(text);
  if (has < columns) text.append(columns - has, ' ');
  return text;
}

// Lines of a box, each so many columns wide and two more.
std::vector<std::string> box(const std::vector<std::string>& rows, std::size_t height, std::size_t columns) {
  std::string line;
  for (std::size_t i = 0; i < columns; ++i) line += "─";
  std::vector<std::string> lines{"┌" + line + "┐"};
  for (std::size_t i = 0; i < height; ++i)
    lines.push_back("│" + padded(i < rows.size() ? rows[i] : "", columns) + "│");
  lines.push_back("└" + line + "┘");
  return lines;
}

std::vector<std::string> beside(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < left.size(); ++i) lines.push_back(left[i] + "    " + right[i]);
  return lines;
}

// The screen that was there, after the one that was expected where one was.
std::vector<std::string> screens(const Outcome& outcome) {
  const Look& seen = *outcome.seen;
  std::size_t height = seen.rows.size(), columns = seen.columns;
  if (outcome.expected) {
    height = std::max(height, outcome.expected->size());
    for (const std::string& row : *outcome.expected) columns = std::max(columns, utf8::length(row));
  }
  auto shown = box(seen.lit ? seen.rows : std::vector<std::string>{}, height, columns);
  shown.insert(shown.begin(), padded(seen.lit ? "shown" : "dark", columns + 2));
  if (!outcome.expected) return shown;
  auto expected = box(*outcome.expected, height, columns);
  expected.insert(expected.begin(), padded("expected", columns + 2));
  return beside(expected, shown);
}

std::string where(const Outcome& outcome) {
  if (outcome.step == 0) return outcome.why;
  const std::string inside = outcome.place.empty() ? "" : ", " + outcome.place;
  return fmt::format("step {} of {}{}: {}", outcome.step, outcome.steps, inside, outcome.why);
}

// As many bytes as tell what it is.
std::string cut(const std::string& hex) {
  constexpr std::size_t kLongest = 160;
  if (hex.size() <= kLongest) return hex;
  return fmt::format("{}… ({} bytes)", hex.substr(0, kLongest), hex.size() / 2);
}

std::vector<std::string> lines_of(std::span<const Said> said) {
  std::vector<std::string> lines;
  for (const Said& one : said) {
    lines.push_back(one.name);
    if (!one.command.empty()) lines.push_back("> " + cut(one.command));
    lines.push_back("< " + (one.response.empty() ? std::string("nothing") : cut(one.response)));
  }
  return lines;
}

std::vector<std::string> dialogue(const Outcome& outcome) {
  constexpr std::size_t kMost = 12;
  const std::span<const Said> all(outcome.dialogue);
  if (all.empty()) return {};
  const auto last = all.last(std::min(kMost, all.size()));
  std::vector<std::string> lines{
      last.size() == all.size()
          ? std::string("said to the card:")
          : fmt::format("said to the card, the last {} of {}:", last.size(), all.size())};
  for (const std::string& line : lines_of(last)) lines.push_back("  " + line);
  return lines;
}

// What stands under the line of one that did not pass.
std::string details(const Outcome& outcome) {
  std::string text;
  if (!outcome.seen) return text;
  for (std::string line : screens(outcome)) {
    line.erase(line.find_last_not_of(' ') + 1);
    text += "\n  " + line;
  }
  for (const std::string& line : dialogue(outcome)) text += "\n  " + safe::one_line(line);
  return text;
}

std::size_t count(std::span<const Outcome> outcomes, Verdict verdict) {
  return static_cast<std::size_t>(std::count_if(
      outcomes.begin(), outcomes.end(), [&](const Outcome& outcome) { return outcome.verdict == verdict; }));
}

std::string junit_verdict(const Outcome& outcome) {
  const auto element = [&](std::string_view name) {
    return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}:{4}: {2}{5}</{0}>\n", name,
                       word(outcome.verdict), safe::xml(where(outcome)), safe::xml(outcome.file),
                       outcome.line, safe::xml(details(outcome)));
  };
  switch (outcome.verdict) {
    case Verdict::passed: return "";
    case Verdict::failed:
    case Verdict::timed_out: return element("failure");
    case Verdict::broken: return element("error");
    case Verdict::not_run: return "      <skipped/>\n";
  }
  return "";
}

}  // namespace

std::string text_report(const Outcome& outcome) {
  const std::string place =
      outcome.line == 0 ? outcome.file : fmt::format("{}:{}", outcome.file, outcome.line);
  std::string line = fmt::format("{:<8} {}: {}", word(outcome.verdict), place, outcome.title);
  if (outcome.verdict == Verdict::passed || outcome.verdict == Verdict::not_run) return safe::one_line(line);
  line += fmt::format(": {}", where(outcome));
  return safe::one_line(line) + details(outcome);
}

std::string summary(std::span<const Outcome> outcomes) {
  std::string text = fmt::format("{} scenario{}:", outcomes.size(), outcomes.size() == 1 ? "" : "s");
  std::string_view comma = "";
  for (const Verdict verdict :
       {Verdict::passed, Verdict::failed, Verdict::timed_out, Verdict::broken, Verdict::not_run}) {
    const std::size_t of_these = count(outcomes, verdict);
    if (of_these == 0) continue;
    text += fmt::format("{} {} {}", comma, of_these, word(verdict));
    comma = ",";
  }
  return text;
}

std::string step_report(const Step& step, const Look& look, bool screen_is_new, std::span<const Said> said) {
  const std::string place = step.place.empty() ? std::to_string(step.line) : step.place;
  std::string text = safe::one_line(fmt::format("  {:>4}  {}", place, step.text));
  for (const std::string& line : lines_of(said)) text += "\n        " + safe::one_line(line);
  if (!screen_is_new) return text;
  const auto rows = look.lit ? look.rows : std::vector<std::string>{};
  for (const std::string& line : box(rows, look.rows.size(), look.columns)) text += "\n        " + line;
  return text;
}

namespace {

std::string junit_counts(std::span<const Outcome> outcomes) {
  double seconds = 0;
  for (const Outcome& outcome : outcomes) seconds += outcome.seconds;
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                     outcomes.size(), count(outcomes, Verdict::failed) + count(outcomes, Verdict::timed_out),
                     count(outcomes, Verdict::broken), count(outcomes, Verdict::not_run), seconds);
}

// ISO 8601, in UTC.
std::string junit_time(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string junit_case(const Outcome& outcome) {
  std::string text = fmt::format(
      "    <testcase classname=\"{0}\" name=\"{1}\" file=\"{0}\" line=\"{2}\" time=\"{3:.3f}\">\n      "
      "<properties>\n",
      safe::xml(outcome.file), safe::xml(outcome.title), outcome.line == 0 ? outcome.begins : outcome.line,
      outcome.seconds);
  const auto property = [&](const std::string& name, const std::string& value) {
    text += fmt::format("        <property name=\"{}\" value=\"{}\"/>\n", safe::xml(name), safe::xml(value));
  };
  property("profile", outcome.profile);
  property("card", outcome.card);
  for (const Parameter& parameter : outcome.parameters)
    property("parameter." + parameter.name, parameter.shown);
  return text + "      </properties>\n" + junit_verdict(outcome) + "    </testcase>\n";
}

}  // namespace

std::string junit_report(std::span<const Outcome> outcomes) {
  std::string suites;
  for (std::span<const Outcome> rest = outcomes; !rest.empty();) {
    const auto end = std::find_if(rest.begin(), rest.end(),
                                  [&](const Outcome& outcome) { return outcome.file != rest.front().file; });
    const auto suite = rest.first(static_cast<std::size_t>(end - rest.begin()));
    suites += fmt::format("  <testsuite name=\"{}\" timestamp=\"{}\" {}>\n", safe::xml(suite.front().file),
                          junit_time(suite.front().began), junit_counts(suite));
    for (const Outcome& outcome : suite) suites += junit_case(outcome);
    suites += "  </testsuite>\n";
    rest = rest.subspan(suite.size());
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sesame scenario\" "
      "{}>\n{}</testsuites>\n",
      junit_counts(outcomes), suites);
}

}  // namespace sesame::sim
