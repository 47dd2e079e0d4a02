#include "store/lost_database.hpp"

#include <fmt/format.h>

#include <system_error>

namespace stillwatch::store {

Result<void> check_cases_are_there(const std::filesystem::path& storage)
{
    const auto is_there = [&storage](const char* name) {
        std::error_code ignored; // what cannot be looked at fails when it is opened
        return std::filesystem::exists(storage / name, ignored) || ignored;
    };
    if (is_there("cases.db") || !is_there("frontier.db")) return {};
    return Error{
        Errc::not_found,
        fmt::format("{} is gone, but frontier.db is there: no case is known. Bring a backup back with "
                    "`stillwatch restore`; to begin anew without any case, move frontier.db away, too",
                    (storage / "cases.db").string())};
}

} // namespace stillwatch::store
