#include "host/base/safe_text.hpp"

#include <catch2/catch.hpp>

using namespace sesame;

TEST_CASE("letters stay, and what a terminal would obey does not") {
  struct Row {
    std::string text, safe;
  };
  const Row rows[] = {
      {"", ""},
      {"plain ~!", "plain ~!"},
      {"Été, Ærø, Ωμέγα, Журнал, 日本, 🙂",
       "Été, Ærø, Ωμέγα, Журнал, 日本, 🙂"},
      {"\x1B[2Jgone", "?[2Jgone"},
      {"a\nb\rc\td", "a?b?c?d"},
      {std::string("a\0b", 3), "a?b"},
      {"\x7F", "?"},
      {"\xC2\x9B"
       "31m",
       "?31m"},                                    // CSI as one character (ECMA-48, 5.4)
      {"\xC2\x85", "?"},                           // NEL
      {"\xC2\xA0", "\xC2\xA0"},                    // a no-break space is not one of them
      {"Caf\xE9", "Caf?"},                         // Latin-1
      {"\xED\xA0\x80", "???"},                     // a surrogate
      {"\xE2\x80\xAEtxt.exe", "?txt.exe"},         // right to left
      {"\xE2\x81\xA6x\xE2\x81\xA9", "?x?"},        // isolates
      {"\xE2\x80\xA8next\xE2\x80\xA9", "?next?"},  // line and paragraph separators
      {"cut \xE2\x82", "cut ??"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.safe);
    CHECK(safe::one_line(row.text) == row.safe);
  }
}

TEST_CASE("of several lines of ours the line feeds stay, and nothing else of that kind") {
  CHECK(safe::lines("one\ntwo\r\x1B[A\n") == "one\ntwo??[A\n");
}

TEST_CASE("what a message repeats is short, and not cut inside a character") {
  CHECK(safe::quoted("a\x1B") == "\"a?\"");
  CHECK(safe::quoted(std::string(39, 'x') + "éé") == "\"" + std::string(39, 'x') + "…\"");
}

TEST_CASE("a name that may be a PIN or a key is not repeated") {
  for (const char* name : {"cvn99", "no-such", "0", "12", "Acme 00", "bank-card", "COM3", "a\x1B"}) {
    CAPTURE(name);
    CHECK(safe::named(name) == "'" + safe::one_line(name) + "'");
  }
  for (const char* secret : {"1234", "1234x", "123456789012", "0123456789ABCDEFFEDCBA9876543210",
                             "0123 4567 89ab cdef", "FEDCBAFEDCBAFEDCBAFEDCBAFEDCBAFE"}) {
    CHECK(safe::named(secret) == "that");
  }
}

TEST_CASE("any text is the text of an XML attribute or element") {
  struct Row {
    std::string text, xml;
  };
  const Row rows[] = {
      {"a & b <c> \"d\" 'e'", "a &amp; b &lt;c&gt; &quot;d&quot; 'e'"},
      {"]]>", "]]&gt;"},
      {"Été 🙂", "Été 🙂"},
      {"a\tb\nc\rd", "a&#9;b&#10;c&#13;d"},
      {"\x1B[0m", "\xEF\xBF\xBD[0m"},
      {std::string("\0", 1), "\xEF\xBF\xBD"},
      {"Caf\xE9", "Caf\xEF\xBF\xBD"},
      {"\xEF\xBF\xBE \xEF\xBF\xBF", "\xEF\xBF\xBD \xEF\xBF\xBD"},  // U+FFFE, U+FFFF: no Char of XML
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.xml);
    CHECK(safe::xml(row.text) == row.xml);
  }
}
