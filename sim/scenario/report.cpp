#include "sim/scenario/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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
  return fmt::format("step {} of {}: {}", outcome.step, outcome.steps, outcome.why);
}

// What stands under the line of one that did not pass.
std::string details(const Outcome& outcome) {
  std::string text;
  if (!outcome.seen) return text;
  for (std::string line : screens(outcome)) {
    line.erase(line.find_last_not_of(' ') + 1);
    text += "\n  " + line;
  }
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

std::string junit_report(std::span<const Outcome> outcomes) {
  double seconds = 0;
  std::string cases;
  for (const Outcome& outcome : outcomes) {
    seconds += outcome.seconds;
    cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"{:.3f}\"",
                         safe::xml(outcome.file), safe::xml(outcome.title), safe::xml(outcome.file),
                         outcome.seconds);
    const std::string verdict = junit_verdict(outcome);
    cases += verdict.empty() ? "/>\n" : fmt::format(">\n{}    </testcase>\n", verdict);
  }
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                  outcomes.size(), count(outcomes, Verdict::failed) + count(outcomes, Verdict::timed_out),
                  count(outcomes, Verdict::broken), count(outcomes, Verdict::not_run), seconds);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite name=\"sesame scenario\" "
      "{0}>\n{1}  </testsuite>\n</testsuites>\n",
      counts, cases);
}

}  // namespace sesame::sim
