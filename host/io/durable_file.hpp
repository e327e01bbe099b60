// Files that are on the disk, with their names, before success is reported: what they hold may be nowhere
// else.
//
// A file's content and its name are two things to sync (fsync(2)): its own descriptor, and that of its
// folder.
#pragma once

#include <string>
#include <string_view>

namespace sesame::io {

// All of them: Failure(Failure::environment), "PATH: cannot be written: …".

// A file of the owner's alone, and new: Failure(Failure::invalid) where there is one. Nothing stays of one
// that fails.
void create_file(const std::string& path, std::string_view text);

// In one go: who reads it sees the old content or the new. Where it fails it is as it was. A pipe or a
// device, which has no old content, is written to.
void replace_file(const std::string& path, std::string_view text);
// Whether that may go well, before it costs anything to find out.
void check_replaceable(const std::string& path);

// The file at `from`, which is on the disk, takes the place of `to`.
void rename_file(const std::string& from, const std::string& to);

// What was written to an open file, and that it is called `path`. Nothing for what is no file.
void sync_file(int descriptor, const std::string& path);

}  // namespace sesame::io
