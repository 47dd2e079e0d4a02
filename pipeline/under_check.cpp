#include "pipeline/under_check.hpp"

#include "core/signed_address.hpp"

namespace stillwatch::pipeline {

namespace {

// What the store looks places up by, too (store/sqlite/case_checks.cpp, shown_by).
std::string key_of(const Url& url)
{
    const auto own = without_signature(url.target());
    auto key = url.origin() + (own && own->is_sure ? own->target : std::string(url.target()));
    return key;
}

} // namespace

void UnderCheck::watch(const std::vector<Url>& addresses)
{
    keys_.clear();
    for (const auto& address : addresses)
        keys_.insert(key_of(address));
}

bool UnderCheck::contains(const Url& visited) const
{
    return !keys_.empty() && keys_.contains(key_of(visited));
}

} // namespace stillwatch::pipeline
