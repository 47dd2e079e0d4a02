#include "config/laws.hpp"

#include "config/checks.hpp"
#include "config/section.hpp"
#include "config/shipped_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

namespace stillwatch::config {

namespace {

constexpr std::size_t max_file_bytes = 256 << 10;
constexpr std::size_t max_files = 200;

void read_text(Section& section, LawText& out)
{
    for (const auto& [key, member] :
         {std::pair{"title", &out.title}, std::pair{"says", &out.says}, std::pair{"source", &out.source}}) {
        section.get(key, *member);
        if (member->empty()) section.complain(key, "is required");
    }
    section.get("as_of", out.as_of);
    if (!parse_utc(out.as_of) || out.as_of.size() != 10)
        section.complain("as_of", "the day of the text that was read, such as \"2026-07-01\"");
}

// The tables of [[law]] and the one of [preservation]; complaints where they are something else.
class LawFile {
public:
    explicit LawFile(const Table& root) : root_(root) {}

    CountryLaw read()
    {
        CountryLaw law;
        Table heads; // keys outside of sections
        for (const auto& entry : root_.entries)
            if (entry.key != "law" && entry.key != "preservation") heads.entries.push_back(entry);
        {
            Section section("country", &heads, {1, 1}, complaints, known_);
            section.get("country", law.country);
            section.get("name", law.name);
            if (!is_name(law.country)) section.complain("country", "a word such as \"england-wales\"");
            if (law.name.empty()) section.complain("name", "is required");
        }
        read_laws(law);
        const auto preservation = find("preservation");
        const auto* table = preservation ? std::get_if<Table>(&preservation->value.content) : nullptr;
        Section section("preservation", table, preservation ? preservation->place : Place{1, 1}, complaints,
                        known_);
        read_text(section, law.preservation);
        return law;
    }

    std::vector<Complaint> complaints;

private:
    const Entry* find(std::string_view key) const
    {
        const auto entry = std::ranges::find(root_.entries, key, &Entry::key);
        return entry == root_.entries.end() ? nullptr : &*entry;
    }

    void read_laws(CountryLaw& law)
    {
        const auto* entry = find("law");
        const auto* items = entry ? std::get_if<Array>(&entry->value.content) : nullptr;
        if (!items || items->empty()) {
            complaints.push_back({entry ? entry->place : Place{1, 1}, "at least one section [[law]]"});
            return;
        }
        for (const auto& item : *items) {
            const auto* table = std::get_if<Table>(&item.content);
            if (!table) {
                complaints.push_back({item.place, "law: expected sections [[law]], with two brackets"});
                continue;
            }
            Section section("law", table, item.place, complaints, known_);
            read_text(section, law.laws.emplace_back());
        }
    }

    const Table& root_;
    std::vector<std::string> known_;
};

} // namespace

LawOutcome parse_law(std::string_view text, const std::filesystem::path& file)
{
    LawOutcome outcome;
    const auto parsed = parse_tree(text);
    if (!parsed.error.empty()) {
        outcome.problems.push_back(
            {file.string(), parsed.error_place.line, parsed.error_place.column, parsed.error});
        return outcome;
    }
    LawFile reading(parsed.table);
    auto law = reading.read();
    for (const auto& complaint : reading.complaints)
        outcome.problems.push_back(
            {file.string(), complaint.place.line, complaint.place.column, complaint.message});
    std::ranges::stable_sort(outcome.problems, {}, &ConfigProblem::line);
    if (outcome.problems.empty()) outcome.law = std::move(law);
    return outcome;
}

LawsOutcome load_laws(const std::filesystem::path& directory)
{
    LawsOutcome outcome;
    std::map<std::string, CountryLaw> by_country;
    const auto take = [&](LawOutcome read) {
        std::ranges::move(read.problems, std::back_inserter(outcome.problems));
        if (read.law) by_country.insert_or_assign(read.law->country, *std::move(read.law));
    };
    for (const auto text : shipped_laws)
        take(parse_law(text, "laws that ship"));
    std::vector<std::filesystem::path> files;
    std::error_code error;
    if (!directory.empty())
        for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
             entry.increment(error))
            if (entry->path().extension() == ".toml") files.push_back(entry->path());
    if (error) outcome.problems.push_back({directory.string(), 0, 0, error.message()});
    std::ranges::sort(files);
    if (files.size() > max_files) {
        outcome.problems.push_back({directory.string(), 0, 0, fmt::format("more than {} files", max_files)});
        files.resize(max_files);
    }
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        std::string text(max_file_bytes + 1, '\0');
        stream.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
        if (text.empty() || stream.bad())
            outcome.problems.push_back({file.string(), 0, 0, "cannot be read"});
        else if (text.size() > max_file_bytes)
            outcome.problems.push_back(
                {file.string(), 0, 0, fmt::format("larger than {} bytes", max_file_bytes)});
        else
            take(parse_law(text, file));
    }
    for (auto& [country, law] : by_country)
        outcome.laws.push_back(std::move(law));
    return outcome;
}

} // namespace stillwatch::config
