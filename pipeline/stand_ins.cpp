#include "pipeline/stand_ins.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

namespace stillwatch::pipeline {

namespace {

// Queries behind the name of a picture count versions or sign it: one address. Behind a script they say
// which.
std::string_view address_of(const Url& url)
{
    const auto path = url.path();
    const auto dot = path.rfind('.');
    const bool is_picture = dot != std::string_view::npos && is_picture_suffix(path.substr(dot + 1));
    return is_picture ? path : url.target();
}

} // namespace

StandIns::Change StandIns::note(const Url& url, LinkKind kind, const Sha256& content)
{
    if (origins_.size() >= max_origins) origins_.clear();
    auto& answers = origins_[{url.origin(), kind}];
    auto& last = answers.last;
    const auto address = std::hash<std::string_view>{}(address_of(url));
    std::erase_if(last, [&](const Answer& answer) { return answer.address == address; });
    last.push_back({address, content});
    if (last.size() > last_answers) last.pop_front();
    const auto same = static_cast<std::size_t>(std::ranges::count(last, content, &Answer::content));
    const bool stands_in = same >= least_addresses && same * 100 >= last.size() * share_percent;
    if (stands_in && answers.stands_in != content) {
        answers.stands_in = content;
        return Change::begins;
    }
    if (stands_in || !answers.stands_in) return Change::none;
    const auto left =
        static_cast<std::size_t>(std::ranges::count(last, *answers.stands_in, &Answer::content));
    if (left * 2 > last.size()) return Change::none;
    answers.stands_in.reset();
    return Change::ends;
}

bool StandIns::is_one(const Url& url, LinkKind kind, const Sha256& content) const
{
    const auto found = origins_.find({url.origin(), kind});
    return found != origins_.end() && found->second.stands_in == content;
}

} // namespace stillwatch::pipeline
