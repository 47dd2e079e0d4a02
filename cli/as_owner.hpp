#pragma once

#include <filesystem>
#include <vector>

#include <sys/types.h>

namespace stillwatch::cli {

// While it lives, a process of root's does to files what the owner of a folder may: what it makes in the
// daemon's folders is the daemon's, and what the daemon could not read it cannot either. Nothing for other
// users, for a folder of root's and for one that is not there. Where its owner cannot reach the folder, or
// the kernel does not allow it (a container without CAP_SETUID), the process goes on as root.
class AsOwner {
public:
    explicit AsOwner(const std::filesystem::path& folder);
    ~AsOwner();
    AsOwner(const AsOwner&) = delete;
    AsOwner& operator=(const AsOwner&) = delete;
    bool is_other() const noexcept { return is_changed_; }

private:
    void back() noexcept;

    bool is_changed_ = false;
    std::vector<gid_t> groups_; // before
};

} // namespace stillwatch::cli
