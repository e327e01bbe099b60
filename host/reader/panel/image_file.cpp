#include "host/reader/panel/image_file.hpp"

#include <elf.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

#include "host/base/failure.hpp"

namespace sesame {

namespace {

class File {
 public:
  explicit File(const std::string& path) : file_(path, std::ios::binary | std::ios::ate) {
    if (!file_) {
      throw Failure(Failure::environment, path + ": " + std::generic_category().message(errno));
    }
    size_ = static_cast<std::uint64_t>(std::max<std::streamoff>(file_.tellg(), 0));
  }

  bool has(std::uint64_t offset, std::uint64_t size) const {
    return offset <= size_ && size <= size_ - offset;
  }
  // False where it is not that long. This machine has its low byte first too, as all that this is built for.
  template <class T>
  bool read(std::uint64_t offset, T& into) {
    if (!has(offset, sizeof into)) return false;
    file_.seekg(static_cast<std::streamoff>(offset));
    return file_.read(reinterpret_cast<char*>(&into), sizeof into).good();
  }

 private:
  std::ifstream file_;
  std::uint64_t size_ = 0;
};

bool for_board(const Elf32_Ehdr& header) {
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS32 &&
         header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_type == ET_EXEC && header.e_machine == EM_ARM &&
         header.e_phentsize == sizeof(Elf32_Phdr) && header.e_phnum > 0;
}

bool is_image(File& file) {
  Elf32_Ehdr header{};
  if (!file.read(0, header) || !for_board(header)) return false;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf32_Phdr segment{};
    if (!file.read(header.e_phoff + i * sizeof segment, segment)) return false;
    if (!file.has(segment.p_offset, segment.p_filesz)) return false;
  }
  return true;
}

}  // namespace

void check_image(const std::string& path) {
  File file(path);
  if (is_image(file)) return;
  throw Failure(Failure::invalid,
                path + ": not an image for a board, or not all of one; it is an ELF file for ARM");
}

}  // namespace sesame
