#include <filesystem>
#include <memory>

#include "host/base/hex.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/text.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/random.hpp"
#include "host/issuer/store/open_store.hpp"

namespace sesame::cli {

namespace {

void make_key_file(const std::string& path) {
  std::array<std::uint8_t, keys::SealingKey::size> bytes{};
  io::system_random(bytes);
  std::string text = hex(bytes) + "\n";
  io::create_file(path, text);
  wipe(bytes.data(), bytes.size());
  wipe(text.data(), text.size());
}

}  // namespace

void make_store(const StoreOptions& options) {
  const std::string name = store_name(options);
  if (!options.store) {
    const auto folder = std::filesystem::path(name).parent_path();
    std::error_code ignored;
    if (std::filesystem::create_directories(folder, ignored)) {
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
    }
  }
  const bool makes_key = !options.key_env && !std::filesystem::exists(key_path(options));
  if (makes_key) make_key_file(key_path(options));
  const keys::SealingKey key = read_key(options);
  const auto store = issuer::open_store(name, issuer::Store::Open::make);
  issuer::Registry::found(*store, key, io::system_random, now());
  note_line(fmt::format("sesame: {} is a new store{}; without its key no one reads it, nor do you",
                        issuer::shown_store(name),
                        makes_key ? fmt::format(", {} its key", key_path(options)) : ""));
}

void add_issuer_init(const Command& parent) {
  const auto options = std::make_shared<StoreOptions>();
  const Command command(parent, "init",
                        "make a store, in a file or in PostgreSQL, and a key for it where there is none");
  command.footer(
      "In PostgreSQL a store is the schema sesame_issuer of a database that is there already. Its user's\n"
      "password comes from a file that no one else may read (PGPASSFILE, ~/.pgpass, or passfile=FILE in the\n"
      "URL) or from PGPASSWORD: one in the URL is printed nowhere, but others may read a command line.\n"
      "All verifiers of that store have the same key: --key-file or --key-env.");
  add_store(command, *options);
  command.run([options] { make_store(*options); });
}

}  // namespace sesame::cli
