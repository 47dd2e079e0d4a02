#include "cli/match_output.hpp"

namespace stillwatch::cli {

Result<void> draw_matches(const config::Config&, const std::filesystem::path&, const std::vector<DrawnMatch>&)
{
    return Error{Errc::io, "not yet"};
}

} // namespace stillwatch::cli
