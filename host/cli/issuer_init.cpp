#include <filesystem>
#include <memory>

#include "host/base/hex.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/text.hpp"
#include "host/io/durable_file.hpp"
#include "host/io/random.hpp"

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
  const std::string path = store_path(options);
  if (!options.store) {
    const auto folder = std::filesystem::path(path).parent_path();
    std::error_code ignored;
    if (std::filesystem::create_directories(folder, ignored)) {
      std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
    }
  }
  const bool makes_key = !options.key_env && !std::filesystem::exists(key_path(options));
  if (makes_key) make_key_file(key_path(options));
  const keys::SealingKey key = read_key(options);
  issuer::SqliteStore store(path, issuer::SqliteStore::Open::make);
  issuer::Registry::found(store, key, io::system_random, now());
  note_line(fmt::format("sesame: {} is a new store{}; without its key no one reads it, nor do you", path,
                        makes_key ? fmt::format(", {} its key", key_path(options)) : ""));
}

void add_issuer_init(const Command& parent) {
  const auto options = std::make_shared<StoreOptions>();
  const Command command(parent, "init", "make a store, and a key for it where there is none");
  add_store(command, *options);
  command.run([options] { make_store(*options); });
}

}  // namespace sesame::cli
