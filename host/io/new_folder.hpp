// A folder with its files, all of it or nothing: it has its name only once all of it is on the disk.
#pragma once

#include <string>
#include <string_view>

namespace sesame::io {

class NewFolder {
 public:
  // A folder of the owner's alone, beside the place where it is to be. Failure(Failure::invalid) where there
  // is something of that name; Failure(Failure::environment) where the system says no, here and below.
  explicit NewFolder(std::string path);
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder();  // one that was not kept is removed

  const std::string& path() const { return path_; }  // without slashes at its end

  // A new file of the owner's alone.
  void add(const std::string& name, std::string_view text) const;
  // Never over another file or folder.
  void keep();

 private:
  std::string path_, beside_;
};

}  // namespace sesame::io
