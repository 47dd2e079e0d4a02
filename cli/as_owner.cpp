#include "cli/as_owner.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace stillwatch::cli {

AsOwner::AsOwner(const std::filesystem::path& folder)
{
    struct stat status {};
    if (::geteuid() != 0 || ::stat(folder.c_str(), &status) != 0 || status.st_uid == 0) return;
    const int count = ::getgroups(0, nullptr);
    if (count < 0) return;
    groups_.resize(static_cast<std::size_t>(count));
    if (::getgroups(count, groups_.data()) != count) return;
    is_changed_ = true;
    const auto* user = ::getpwuid(status.st_uid);
    const bool has_groups =
        (user != nullptr ? ::initgroups(user->pw_name, user->pw_gid) : ::setgroups(1, &status.st_gid)) == 0;
    if (!has_groups || ::setegid(user != nullptr ? user->pw_gid : status.st_gid) != 0 ||
        ::seteuid(status.st_uid) != 0 || ::euidaccess(folder.c_str(), X_OK) != 0)
        back();
}

AsOwner::~AsOwner()
{
    back();
}

// Half a way back would leave commands that fail for reasons nobody understands.
void AsOwner::back() noexcept
{
    if (!is_changed_) return;
    is_changed_ = false;
    if (::seteuid(0) != 0 || ::setegid(0) != 0 || ::setgroups(groups_.size(), groups_.data()) != 0)
        std::abort();
}

} // namespace stillwatch::cli
