#include "crawler/cookies/public_suffix.hpp"

#include <libpsl.h>

namespace stillwatch::crawler {

bool is_public_suffix(const std::string& domain)
{
    return psl_is_public_suffix(psl_builtin(), domain.c_str()) != 0;
}

} // namespace stillwatch::crawler
