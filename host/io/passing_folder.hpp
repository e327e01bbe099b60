// A folder of the owner's alone, for as long as it is needed.
#pragma once

#include <string>

namespace sesame::io {

class PassingFolder {
 public:
  // Made in `base`, with a name that begins so. Failure(Failure::environment): it cannot be.
  PassingFolder(const std::string& base, const std::string& name);
  PassingFolder(const PassingFolder&) = delete;
  PassingFolder& operator=(const PassingFolder&) = delete;
  ~PassingFolder();  // with all that is in it

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace sesame::io
