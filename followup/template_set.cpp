#include "followup/template_set.hpp"

#include "followup/shipped.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace stillwatch::followup {

namespace {

namespace fs = std::filesystem;

bool is_language(std::string_view text)
{
    return text.size() == 2 &&
           std::ranges::all_of(text, [](char letter) { return letter >= 'a' && letter <= 'z'; });
}

std::vector<fs::path> entries_of(const fs::path& directory, std::vector<FileProblem>& problems)
{
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
        entries.push_back(entry->path());
    if (error) problems.push_back({directory.string(), 0, error.message()});
    std::ranges::sort(entries);
    return entries;
}

} // namespace

TemplateSet TemplateSet::load(const fs::path& directory)
{
    TemplateSet set;
    for (const auto language : shipped_languages)
        for (std::size_t i = 0; i < routes; ++i) {
            const auto route = static_cast<Route>(i);
            auto notice = NoticeTemplate::parse(route, shipped_template(route, language));
            if (notice) set.templates_.emplace(std::pair(std::string(language), route), *std::move(notice));
        }
    if (directory.empty()) return set;
    for (const auto& folder : entries_of(directory, set.problems_)) {
        std::error_code error;
        if (!fs::is_directory(folder, error)) continue; // a note of the organisation, say
        const auto language = folder.filename().string();
        if (!is_language(language)) {
            set.problems_.push_back({folder.string(), 0, "a language has two letters, such as \"fr\""});
            continue;
        }
        for (const auto& file : entries_of(folder, set.problems_))
            if (file.extension() == ".txt") set.take(file, language);
    }
    return set;
}

void TemplateSet::take(const fs::path& file, std::string_view language)
{
    const auto route = route_from_name(file.stem().string());
    if (!route) {
        problems_.push_back(
            {file.string(), 0, fmt::format("no route of this name; there are {}", route_names())});
        return;
    }
    const std::pair key(std::string(language), *route);
    templates_.erase(key);
    std::ifstream stream(file, std::ios::binary);
    std::string text(NoticeTemplate::max_bytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
    std::vector<TemplateProblem> found;
    if (text.empty())
        found.push_back({0, "empty, or it cannot be read"});
    else
        found = NoticeTemplate::problems_of(*route, text);
    for (const auto& problem : found)
        problems_.push_back({file.string(), problem.line, problem.message});
    auto notice = NoticeTemplate::parse(*route, text);
    if (found.empty() && notice)
        templates_.emplace(key, *std::move(notice));
    else if (!found.empty())
        broken_.emplace(key,
                        fmt::format("{}:{}: {}", file.string(), found.front().line, found.front().message));
}

Result<const NoticeTemplate*> TemplateSet::find(Route route, std::string_view language) const
{
    const std::pair key(std::string(language), route);
    if (const auto broken = broken_.find(key); broken != broken_.end())
        return Error{Errc::malformed, broken->second};
    const auto found = templates_.find(key);
    if (found != templates_.end()) return &found->second;
    return Error{Errc::not_found, fmt::format("no template for {} in \"{}\"; languages: {}", name_of(route),
                                              language, fmt::join(languages(), ", "))};
}

std::vector<std::string> TemplateSet::languages() const
{
    std::set<std::string> all;
    for (const auto& [key, notice] : templates_)
        all.insert(key.first);
    return {all.begin(), all.end()};
}

} // namespace stillwatch::followup
