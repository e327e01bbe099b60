// A disk in memory that knows what is synced and what is not. Any one operation can be made to
// fail, or be the last before the power goes.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "host/state/file_system.hpp"

namespace sesame::state {

class SimulatedDisk final : public FileSystem {
 public:
  // What becomes of file contents that were written and not synced when the power goes.
  enum class Unsynced { lost, kept, cut_in_half, zeros };

  struct Fault {
    enum Kind { none, fails, fails_late, fails_from_there, power_goes };
    Kind kind = none;  // fails_late: it reports an error, but had its effect
    int at = 0;        // the operation, from 1
    int error = 0;
  };

  SimulatedDisk() { nodes_.push_back(Node{true, {}, {}, {}, {}}); }

  void set_fault(Fault fault) {
    fault_ = fault;
    operations_ = 0;
    hit_.clear();
  }
  void be_clumsy() { clumsy_ = true; }  // every operation is interrupted once; short reads and writes

  int operations() const { return operations_; }   // since set_fault
  const std::string& hit() const { return hit_; }  // the operation that failed; "" if none
  std::size_t open_handles() const { return handles_.size(); }
  std::size_t unsynced_entries() const { return changes_.size(); }

  void add_file(const std::string& path, const std::string& data) {
    make_path(path.substr(0, path.rfind('/')));
    const int node = link_new(path, false);
    at(node).data = at(node).synced_data = data;
    changes_.clear();
    for (Node& each : nodes_) each.synced_entries = each.entries;
  }
  void add_directory(const std::string& path) {
    make_path(path);
    changes_.clear();
    for (Node& each : nodes_) each.synced_entries = each.entries;
  }

  // The processes are gone, what they did is not.
  SimulatedDisk after_kill() const {
    SimulatedDisk disk = *this;
    disk.handles_.clear();
    disk.clumsy_ = disk.off_ = false;
    disk.set_fault({});
    return disk;
  }

  // Bit i of `kept` tells whether the i-th unsynced change to a directory had reached the disk.
  SimulatedDisk after_power_loss(std::uint32_t kept, Unsynced unsynced) const {
    SimulatedDisk disk = after_kill();
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if ((kept >> i & 1) != 0) disk.apply(changes_[i], &Node::synced_entries);
    }
    disk.changes_.clear();
    for (Node& node : disk.nodes_) {
      node.entries = node.synced_entries;
      node.data = node.synced_data = survivor(node, unsynced);
    }
    return disk;
  }

  // Every such disk that there can be.
  std::vector<SimulatedDisk> all_after_power_loss() const {
    std::vector<SimulatedDisk> all;
    for (std::uint32_t kept = 0; kept < 1u << changes_.size(); ++kept) {
      for (const Unsynced unsynced :
           {Unsynced::lost, Unsynced::kept, Unsynced::cut_in_half, Unsynced::zeros}) {
        all.push_back(after_power_loss(kept, unsynced));
      }
    }
    return all;
  }

  int read_link(const std::string& path, std::string&) override {
    return step("read_link", [&] { return find(path) < 0 ? -ENOENT : -EINVAL; });
  }
  int make_directory(const std::string& path) override {
    return step("make_directory", [&] {
      if (find(path) >= 0) return -EEXIST;
      if (parent(path) < 0) return -ENOENT;
      link_new(path, true);
      return 0;
    });
  }
  int open(const std::string& path) override {
    return step("open", [&] { return find(path) < 0 ? -ENOENT : new_handle(find(path)); });
  }
  int create(const std::string& path) override {
    return step("create", [&] {
      if (parent(path) < 0) return -ENOENT;
      const int node = find(path) < 0 ? link_new(path, false) : find(path);
      at(node).data.clear();
      const int handle = new_handle(node);
      handles_.at(handle).written = true;
      return handle;
    });
  }
  std::ptrdiff_t read(int handle, char* bytes, std::size_t size) override {
    return step("read", [&] {
      const std::string& data = at(handles_.at(handle).node).data;
      std::size_t& offset = handles_.at(handle).offset;
      const std::size_t count = data.copy(bytes, clumsy_ ? 5 : size, offset);
      offset += count;
      return static_cast<std::ptrdiff_t>(count);
    });
  }
  std::ptrdiff_t write(int handle, const char* bytes, std::size_t size) override {
    const std::size_t count = clumsy_ && size > 7 ? 7 : size;
    std::string& data = at(handles_.at(handle).node).data;
    const std::string before = data;
    const auto written = step("write", [&] {
      data.append(bytes, count);
      return static_cast<std::ptrdiff_t>(count);
    });
    const bool half_done = written < 0 && written != -EINTR && data == before && !was_off_;
    if (half_done) data.append(bytes, count / 2);
    return written;
  }
  int sync(int handle) override {
    return step("sync", [&] {
      Node& node = at(handles_.at(handle).node);
      node.synced_data = node.data;
      return 0;
    });
  }
  int close(int handle) override {
    const bool written = handles_.at(handle).written;
    handles_.erase(handle);  // whatever the answer
    return step(written ? "close written" : "close", [] { return 0; });
  }
  int rename(const std::string& from, const std::string& to) override {
    return step("rename", [&] {
      if (find(from) < 0) return -ENOENT;
      change({parent(from), name(from), name(to), find(from)});
      return 0;
    });
  }
  int unlink(const std::string& path) override {
    return step("unlink", [&] {
      if (find(path) < 0) return -ENOENT;
      change({parent(path), name(path), "", -1});
      return 0;
    });
  }
  int sync_directory(const std::string& path) override {
    return step("sync_directory " + path, [&] {
      const int directory = find(path);
      if (directory < 0) return -ENOENT;
      at(directory).synced_entries = at(directory).entries;
      std::erase_if(changes_, [&](const Change& each) { return each.directory == directory; });
      return 0;
    });
  }
  int lock(const std::string& path, std::chrono::milliseconds) override {
    return step("lock", [&] {
      if (parent(path) < 0) return -ENOENT;
      const int node = find(path) < 0 ? link_new(path, false) : find(path);
      for (const auto& [handle, open] : handles_) {
        if (open.locks && open.node == node) return -EAGAIN;
      }
      const int handle = new_handle(node);
      handles_.at(handle).locks = true;
      return handle;
    });
  }
  int is_locked(int handle, const std::string& path) override {
    return step("is_locked", [&] { return handles_.at(handle).node == find(path) ? 1 : 0; });
  }

 private:
  using Entries = std::map<std::string, int>;
  struct Node {
    bool directory;
    Entries entries, synced_entries;
    std::string data, synced_data;
  };
  // An entry of a directory removed, or added, or both at once: a rename.
  struct Change {
    int directory;
    std::string removed, added;
    int node;
  };
  struct Handle {
    int node = -1;
    std::size_t offset = 0;
    bool locks = false, written = false;
  };

  template <class Effect>
  auto step(const std::string& operation, Effect effect) -> decltype(effect()) {
    was_off_ = off_;
    if (off_) return -EIO;
    if (clumsy_ && operation.rfind("close", 0) != 0 && (interrupted_ = !interrupted_)) return -EINTR;
    ++operations_;
    if (fault_.kind == Fault::none || operations_ < fault_.at) return effect();
    if (operations_ > fault_.at && fault_.kind != Fault::fails_from_there) return effect();
    if (operations_ == fault_.at) hit_ = operation;
    off_ = fault_.kind == Fault::power_goes;
    const bool gives_handle = hit_ == "open" || hit_ == "create" || hit_ == "lock";
    if (fault_.kind == Fault::fails_late && !gives_handle) effect();
    return -fault_.error;
  }

  static std::string survivor(const Node& node, Unsynced unsynced) {
    if (node.data == node.synced_data) return node.data;
    switch (unsynced) {
      case Unsynced::lost: return node.synced_data;
      case Unsynced::kept: return node.data;
      case Unsynced::cut_in_half: return node.data.substr(0, node.data.size() / 2);
      case Unsynced::zeros: return std::string(node.data.size(), '\0');
    }
    return {};
  }

  static std::string name(const std::string& path) { return path.substr(path.rfind('/') + 1); }
  int parent(const std::string& path) const { return find(path.substr(0, path.rfind('/'))); }
  Node& at(int node) { return nodes_.at(static_cast<std::size_t>(node)); }

  int find(const std::string& path) const {
    int node = 0;
    for (std::size_t start = 1; start < path.size();) {
      const std::size_t end = std::min(path.find('/', start), path.size());
      const Entries& entries = nodes_.at(static_cast<std::size_t>(node)).entries;
      const auto entry = entries.find(path.substr(start, end - start));
      if (entry == entries.end()) return -1;
      node = entry->second;
      start = end + 1;
    }
    return node;
  }

  void make_path(const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      if (find(path.substr(0, end)) < 0) link_new(path.substr(0, end), true);
      if (end == std::string::npos) return;
    }
  }

  int link_new(const std::string& path, bool directory) {
    nodes_.push_back(Node{directory, {}, {}, {}, {}});
    const int node = static_cast<int>(nodes_.size()) - 1;
    change({parent(path), "", name(path), node});
    return node;
  }

  void change(const Change& change) {
    apply(change, &Node::entries);
    changes_.push_back(change);
  }

  void apply(const Change& change, Entries Node::*entries) {
    Entries& changed = at(change.directory).*entries;
    changed.erase(change.removed);
    if (!change.added.empty()) changed[change.added] = change.node;
  }

  int new_handle(int node) {
    handles_[++last_handle_] = Handle{node};
    return last_handle_;
  }

  std::vector<Node> nodes_;  // the first is the root
  std::vector<Change> changes_;
  std::map<int, Handle> handles_;
  int last_handle_ = 0;
  Fault fault_;
  int operations_ = 0;
  std::string hit_;
  bool off_ = false;
  bool was_off_ = false;
  bool clumsy_ = false;
  bool interrupted_ = false;
};

}  // namespace sesame::state
