// learn --check FOLDER | --write FOLDER
//
// Learns the machines of the shipped cards and of readers, and compares them with those in the folder, so
// that a change of what they do is seen; --write puts them there. A file is in Graphviz form: dot -Tsvg
// draws it.
//
// Exit status: 0; 1 a machine is another one, told by the shortest way there, or has no file; 2 usage.
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "host/card/file/card_file.hpp"
#include "tests/learner/subjects.hpp"

using namespace sesame;
using namespace sesame::learner;

namespace {

struct Row {
  const char* name;
  const char* file;  // without .dot; cards that behave as every card does share one
  enum class Kind { card, reader, connected } kind = Kind::card;
};
constexpr Row kSubjects[] = {
    {"sesame-card", "card"},
    {"bank-card", "card"},
    {"aes-card", "card"},
    {"belgian-card", "card"},
    {"rabobank-like", "rabobank-like"},
    {"maestro-like", "maestro-like"},
    {"sesame", "sesame", Row::Kind::reader},
    {"vasco-810", "vasco-810", Row::Kind::reader},
    {"edentifier2", "edentifier2-connected", Row::Kind::connected},
};

std::unique_ptr<Subject> subject_of(const Row& row) {
  switch (row.kind) {
    case Row::Kind::card: return card_of(card::load_card(row.name));
    case Row::Kind::reader: return reader_of(row.name);
    case Row::Kind::connected: break;
  }
  return connected_reader_of(row.name);
}

std::string content(const std::string& path) {
  std::ostringstream all;
  all << std::ifstream(path).rdbuf();
  return all.str();
}

// What there is to tell, if anything.
std::string check(const Mealy& machine, const std::string& path) {
  const auto stored = from_dot(content(path));
  if (!stored) return "no machine in " + path;
  const auto different = difference(machine, *stored);
  return different ? *different : "";
}

}  // namespace

int main(int count, char** arguments) {
  const std::string option = count == 3 ? arguments[1] : "";
  if (option != "--check" && option != "--write") {
    std::fprintf(stderr, "learn --check FOLDER | --write FOLDER\n");
    return 2;
  }
  int status = 0;
  for (const Row& row : kSubjects) {
    const auto subject = subject_of(row);
    const Mealy machine = learn(*subject);
    const std::string path = std::string(arguments[2]) + "/" + row.file + ".dot";
    std::printf("%s: %zu states, %zu transitions\n", row.name, machine.states.size(),
                machine.states.size() * machine.inputs.size());
    if (option == "--write") {
      std::ofstream(path) << to_dot(machine, row.file);
    } else if (const std::string wrong = check(machine, path); !wrong.empty()) {
      std::fprintf(stderr, "%s: %s\n", row.name, wrong.c_str());
      status = 1;
    }
  }
  return status;
}
